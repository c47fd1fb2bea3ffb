// SPDX-License-Identifier: MIT
module;

/// Sans-I/O state machines: what to say to one gateway, and when.
export module portolan.session;

export import portolan.error;
export import :time;
export import :random;
export import :schedule;
export import :epoch;
export import :mapping_options;
export import :types;
export import :machine;
export import :table_walk;
