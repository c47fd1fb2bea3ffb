// SPDX-License-Identifier: MIT
module;

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/unicast.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <coroutine>
#include <utility>

/// The one unit that parses Boost.Asio. Everyone else imports it and writes `net::`.
export module portolan.net;

export namespace std {
// Importers need these names to compile a coroutine, and with reduced BMIs the awaitable's specialisation would
// otherwise be dropped.
using std::coroutine_handle;
using std::coroutine_traits;
} // namespace std

export namespace portolan::net {

using boost::asio::any_completion_executor;
using boost::asio::any_completion_handler;
using boost::asio::any_io_executor;
using boost::asio::as_tuple_t;
using boost::asio::async_completion;
using boost::asio::async_connect;
using boost::asio::async_initiate;
using boost::asio::async_read;
using boost::asio::async_result;
using boost::asio::async_write;
using boost::asio::awaitable;
using boost::asio::bind_cancellation_slot;
using boost::asio::bind_executor;
using boost::asio::buffer;
using boost::asio::cancellation_signal;
using boost::asio::cancellation_slot;
using boost::asio::cancellation_type;
using boost::asio::cancellation_type_t;
using boost::asio::co_spawn;
using boost::asio::completion_token_for;
using boost::asio::const_buffer;
using boost::asio::deferred_t;
using boost::asio::detached_t;
using boost::asio::dispatch;
using boost::asio::execution_context;
using boost::asio::executor_work_guard;
using boost::asio::get_associated_cancellation_slot;
using boost::asio::get_associated_executor;
using boost::asio::io_context;
using boost::asio::make_strand;
using boost::asio::make_work_guard;
using boost::asio::mutable_buffer;
using boost::asio::post;
using boost::asio::signal_set;
using boost::asio::socket_base;
using boost::asio::steady_timer;
using boost::asio::strand;
using boost::asio::transfer_all;
using boost::asio::transfer_at_least;
using boost::asio::use_awaitable_t;
using boost::asio::use_future_t;
using boost::asio::wait_traits;
using boost::system::error_code;
using boost::system::system_error;

namespace error {
using enum boost::asio::error::basic_errors;
using enum boost::asio::error::misc_errors;
} // namespace error

namespace ip {
using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;
using boost::asio::ip::basic_endpoint;
using boost::asio::ip::make_address;
using boost::asio::ip::make_address_v4;
using boost::asio::ip::make_address_v6;
using boost::asio::ip::network_v4;
using boost::asio::ip::network_v6;
using boost::asio::ip::tcp;
using boost::asio::ip::udp;
using boost::asio::ip::v6_only;

namespace multicast {
using boost::asio::ip::multicast::enable_loopback;
using boost::asio::ip::multicast::join_group;
using boost::asio::ip::multicast::leave_group;
using boost::asio::ip::multicast::outbound_interface;
} // namespace multicast

namespace unicast {
using boost::asio::ip::unicast::hops;
} // namespace unicast
} // namespace ip

#if defined(BOOST_ASIO_HAS_POSIX_STREAM_DESCRIPTOR)
namespace posix {
using boost::asio::posix::stream_descriptor;
} // namespace posix
#endif

namespace operators {
using boost::asio::experimental::awaitable_operators::operator||;
using boost::asio::experimental::awaitable_operators::operator&&;
} // namespace operators

// Asio's own token objects have internal linkage before 1.38.2 and cannot be exported; these can.
inline constexpr boost::asio::use_awaitable_t<> useAwaitable;
inline constexpr boost::asio::detached_t detached;
inline constexpr boost::asio::deferred_t deferred;
inline constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<>> asTuple{boost::asio::use_awaitable_t<>{}};

/// The same executor, whose context has work for as long as this copy of it exists.
[[nodiscard]] inline any_completion_executor withWork(any_completion_executor executor) {
    return boost::asio::prefer(std::move(executor), boost::asio::execution::outstanding_work.tracked);
}

namespace this_coro {
inline constexpr boost::asio::this_coro::executor_t executor;
inline constexpr boost::asio::this_coro::cancellation_state_t cancellationState;
using boost::asio::this_coro::reset_cancellation_state;
using boost::asio::this_coro::throw_if_cancelled;
} // namespace this_coro

} // namespace portolan::net

// Operators and conversions that importers use without naming them: argument-dependent lookup finds what is exported
// from the namespace of its argument.
export namespace boost::asio {
using boost::asio::buffer;
} // namespace boost::asio

export namespace boost::asio::error {
using boost::asio::error::make_error_code;
} // namespace boost::asio::error

export namespace boost::asio::ip {
using boost::asio::ip::operator==;
using boost::asio::ip::operator<;
using boost::asio::ip::operator<<;
} // namespace boost::asio::ip

export namespace boost::system {
using boost::system::operator==;
using boost::system::operator!=;
} // namespace boost::system
