// SPDX-License-Identifier: MIT
module;

/// Sessions against simulated gateways over a simulated network, from a seed.
export module portolan.simulation;

import portolan.session;
import portolan.simulator;
import portolan.wire;
export import :plan;
export import :clock;
export import :network;
export import :router;
export import :client;
export import :world;
export import :invariants;
