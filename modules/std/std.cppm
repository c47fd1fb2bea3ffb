// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <boost/outcome/result.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <compare>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// The names of the standard library, and of Boost.Outcome, that interface units use: their headers are read once,
/// here.
///
/// An interface unit imports this instead of including headers: a header that many interface units include is written
/// into the BMI of each, and every importer merges all those copies (docs/adr/0004). Implementation units include what
/// they need as ever. Who misses a name in an interface unit adds it here.
export module portolan.std;

export namespace std {

// <cstddef>, <cstdint>
using std::byte;
using std::int16_t;
using std::int32_t;
using std::int64_t;
using std::int8_t;
using std::nullptr_t;
using std::ptrdiff_t;
using std::size_t;
using std::to_integer;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;
using std::uintptr_t;

// comparisons and other operators of the containers, strings, iterators and times below
using std::operator!=;
using std::operator+;
using std::operator-;
using std::operator<;
using std::operator<=;
using std::operator<=>;
using std::operator==;
using std::operator>;
using std::operator>=;
using std::operator|;
using std::operator&;
using std::common_comparison_category_t;
using std::compare_three_way;
using std::partial_ordering;
using std::strong_ordering;
using std::weak_ordering;

// <type_traits>, <concepts>
using std::bool_constant;
using std::common_type_t;
using std::conditional_t;
using std::convertible_to;
using std::decay_t;
using std::default_initializable;
using std::derived_from;
using std::enable_if_t;
using std::false_type;
using std::integral;
using std::integral_constant;
using std::invocable;
using std::invoke_result_t;
using std::is_constant_evaluated;
using std::is_enum_v;
using std::is_integral_v;
using std::is_nothrow_constructible_v;
using std::is_nothrow_move_constructible_v;
using std::is_same_v;
using std::is_trivially_copyable_v;
using std::is_void_v;
using std::make_unsigned_t;
using std::regular;
using std::remove_cvref_t;
using std::remove_reference_t;
using std::same_as;
using std::true_type;
using std::underlying_type_t;
using std::unsigned_integral;

// <utility>, <tuple>, <functional>
using std::apply;
using std::as_const;
using std::equal_to;
using std::exchange;
using std::forward;
using std::forward_as_tuple;
using std::function;
using std::get;
using std::greater;
using std::hash;
using std::in_place;
using std::in_place_type;
using std::invoke;
using std::less;
using std::make_pair;
using std::make_tuple;
using std::move;
using std::pair;
using std::plus;
using std::swap;
using std::tie;
using std::tuple;
using std::tuple_element;
using std::tuple_size;

// <optional>, <variant>
using std::bad_optional_access;
using std::bad_variant_access;
using std::get_if;
using std::holds_alternative;
using std::make_optional;
using std::monostate;
using std::nullopt;
using std::nullopt_t;
using std::optional;
using std::variant;
using std::variant_alternative_t;
using std::variant_size_v;
using std::visit;

// <memory>, <new>; not make_shared, which clang 19 cannot befriend where a using-declaration names it
using std::addressof;
using std::allocator;
using std::allocator_traits;
using std::bad_alloc;
using std::construct_at;
using std::default_delete;
using std::destroy_at;
using std::enable_shared_from_this;
using std::make_unique;
using std::shared_ptr;
using std::to_address;
using std::unique_ptr;
using std::weak_ptr;

// strings and containers; not the unordered ones, whose operator== clang 19 cannot befriend: Boost has others
using std::array;
using std::basic_string;
using std::basic_string_view;
using std::begin;
using std::char_traits;
using std::data;
using std::deque;
using std::dynamic_extent;
using std::empty;
using std::end;
using std::initializer_list;
using std::list;
using std::map;
using std::multimap;
using std::multiset;
using std::set;
using std::size;
using std::span;
using std::ssize;
using std::string;
using std::string_view;
using std::to_array;
using std::to_string;
using std::vector;

// <iterator>
using std::back_inserter;
using std::bidirectional_iterator_tag;
using std::distance;
using std::forward_iterator_tag;
using std::input_iterator_tag;
using std::iterator_traits;
using std::make_move_iterator;
using std::move_iterator;
using std::next;
using std::prev;
using std::random_access_iterator_tag;
using std::reverse_iterator;

// <algorithm>, <numeric>, <bit>, <limits>, <cmath>, <charconv>; not copy and find, which stream iterators befriend
using std::accumulate;
using std::all_of;
using std::any_of;
using std::bit_cast;
using std::bit_width;
using std::ceil;
using std::chars_format;
using std::clamp;
using std::copy_n;
using std::countl_zero;
using std::endian;
using std::equal;
using std::erase;
using std::erase_if;
using std::fill;
using std::fill_n;
using std::find_if;
using std::floor;
using std::from_chars;
using std::has_single_bit;
using std::ldexp;
using std::llround;
using std::lower_bound;
using std::max;
using std::min;
using std::minmax;
using std::none_of;
using std::numeric_limits;
using std::popcount;
using std::sort;
using std::to_chars;
using std::upper_bound;

namespace ranges {
using std::ranges::all_of;
using std::ranges::any_of;
using std::ranges::begin;
using std::ranges::copy;
using std::ranges::copy_n;
using std::ranges::count;
using std::ranges::count_if;
using std::ranges::end;
using std::ranges::equal;
using std::ranges::fill;
using std::ranges::find;
using std::ranges::find_if;
using std::ranges::for_each;
using std::ranges::lower_bound;
using std::ranges::max;
using std::ranges::min;
using std::ranges::none_of;
using std::ranges::size;
using std::ranges::sort;
using std::ranges::transform;
using std::ranges::upper_bound;
} // namespace ranges

// <cstring>, <cstdio>
using std::ferror;
using std::fflush;
using std::FILE;
using std::fwrite;
using std::memcmp;
using std::memcpy;

// errors
using std::errc;
using std::error_category;
using std::error_code;
using std::error_condition;
using std::exception;
using std::exception_ptr;
using std::generic_category;
using std::is_error_code_enum;
using std::logic_error;
using std::make_error_code;
using std::make_error_condition;
using std::rethrow_exception;
using std::runtime_error;
using std::source_location;
using std::system_category;
using std::system_error;

// threads and coroutines
using std::atomic;
using std::atomic_uint64_t;
using std::coroutine_handle;
using std::coroutine_traits;
using std::lock_guard;
using std::memory_order;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::mutex;
using std::scoped_lock;
using std::suspend_always;
using std::suspend_never;
using std::unique_lock;

namespace chrono {
using std::chrono::operator%;
using std::chrono::operator*;
using std::chrono::operator+;
using std::chrono::operator-;
using std::chrono::operator/;
using std::chrono::operator<;
using std::chrono::operator<=;
using std::chrono::operator<=>;
using std::chrono::operator==;
using std::chrono::operator>;
using std::chrono::operator>=;
using std::chrono::abs;
using std::chrono::ceil;
using std::chrono::days;
using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::round;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using std::chrono::time_point;
using std::chrono::time_point_cast;
} // namespace chrono

inline namespace literals {
inline namespace chrono_literals {
using std::literals::chrono_literals::operator""h;
using std::literals::chrono_literals::operator""min;
using std::literals::chrono_literals::operator""ms;
using std::literals::chrono_literals::operator""ns;
using std::literals::chrono_literals::operator""s;
using std::literals::chrono_literals::operator""us;
} // namespace chrono_literals

inline namespace string_view_literals {
using std::literals::string_view_literals::operator""sv;
} // namespace string_view_literals
} // namespace literals

} // namespace std

// What the iterators of libstdc++'s strings, vectors and spans are compared and moved by.
export namespace __gnu_cxx { // NOLINT(bugprone-reserved-identifier)
using __gnu_cxx::operator==;
using __gnu_cxx::operator<=>;
using __gnu_cxx::operator-;
using __gnu_cxx::operator+;
} // namespace __gnu_cxx

export namespace boost::outcome_v2 {
using boost::outcome_v2::basic_result;
using boost::outcome_v2::failure;
using boost::outcome_v2::in_place_type;
using boost::outcome_v2::result;
using boost::outcome_v2::success;

namespace policy {
using boost::outcome_v2::policy::terminate;
} // namespace policy
} // namespace boost::outcome_v2
