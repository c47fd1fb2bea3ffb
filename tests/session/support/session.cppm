// SPDX-License-Identifier: MIT
module;

/// What the tests of the session share.
export module portolan.testing.session;

export import portolan.session;
export import :spread;
export import :trace;
