// SPDX-License-Identifier: MIT
module;

/// Sockets, the clock and the entropy: what drives a session on a real network.
export module portolan.transport;

export import portolan.session;
export import :system;
export import :address;
export import :alarm;
export import :link;
export import :announcements;
