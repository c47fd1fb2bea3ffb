// SPDX-License-Identifier: MIT
/// Which of the protocols serves: PCP, NAT-PMP and UPnP IGD, asked side by side, and never two mappings.
export module portolan.race;

export import portolan.session;
export import portolan.upnp;
export import :types;
export import :referee;
