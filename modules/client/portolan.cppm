// SPDX-License-Identifier: MIT
module;

/// Portolan: open ports on NAT gateways and firewalls from coroutines. This is the module that programs import.
export module portolan;

export import portolan.error;
export import portolan.net;
export import :identity;
export import :types;
export import :mapping;
export import :reached;
export import :client;
export import :survey;
