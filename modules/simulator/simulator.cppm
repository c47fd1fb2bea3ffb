// SPDX-License-Identifier: MIT
module;

export module portolan.simulator;

export import portolan.wire;
export import :endpoint;
export import :igd_config;
export import :extension_config;
export import :config;
export import :mapping;
export import :counters;
export import :http;
export import :ports;
export import :igd_server;
export import :gateway;
export import :asio_endpoint;
export import :forwarder;
export import :server;
