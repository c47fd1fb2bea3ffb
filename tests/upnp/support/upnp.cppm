// SPDX-License-Identifier: MIT
module;

/// What tests of portolan.upnp share.
export module portolan.testing.upnp;

export import portolan.upnp;
export import :house;
