// SPDX-License-Identifier: MIT
// The one place that compiles Boost.Test itself; every test program links this object.
#define BOOST_TEST_MODULE portolan
#include <boost/test/included/unit_test.hpp>
