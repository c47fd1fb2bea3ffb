// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

module portolan.cli;

import :service;

namespace portolan::cli {

namespace {

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value > 0 ? std::optional{value} : std::nullopt;
}

} // namespace

std::string environmentVariable(const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody writes to the environment
    return value == nullptr ? "" : value;
}

ServiceManager::ServiceManager() : socket_(environmentVariable("NOTIFY_SOCKET")) {
    const auto owner = number(environmentVariable("WATCHDOG_PID"));
    const auto interval = number(environmentVariable("WATCHDOG_USEC"));
    if (interval && (!owner || *owner == ::getpid())) {
        constexpr std::int64_t shortest = 1000;
        constexpr std::int64_t longest = std::int64_t{86'400} * 1'000'000;
        watchdog_ = std::chrono::microseconds{std::clamp(*interval / 2, shortest, longest)};
    }
}

std::string ServiceManager::reloading() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return fmt::format("RELOADING=1\nMONOTONIC_USEC={}", std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000);
}

void ServiceManager::notify(std::string_view lines) const noexcept {
    send(lines, std::chrono::seconds{0});
}

void ServiceManager::notifyState(std::string_view lines) const noexcept {
    send(lines, std::chrono::seconds{1});
}

void ServiceManager::send(std::string_view lines, std::chrono::seconds patience) const noexcept {
    sockaddr_un address{};
    const bool isName = !socket_.empty() && (socket_.front() == '/' || socket_.front() == '@');
    if (!isName || socket_.size() >= sizeof address.sun_path) {
        return;
    }
    address.sun_family = AF_UNIX;
    std::ranges::copy(socket_, &address.sun_path[0]);
    if (socket_.front() == '@') {
        address.sun_path[0] = '\0'; // an abstract name (unix(7))
    }
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return;
    }
    const timeval limit{static_cast<time_t>(patience.count()), 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int flags = MSG_NOSIGNAL | (patience.count() == 0 ? MSG_DONTWAIT : 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    ::sendto(descriptor, lines.data(), lines.size(), flags, reinterpret_cast<const sockaddr*>(&address),
             size); // NOLINT(*-reinterpret-cast): as sendto wants it
    ::close(descriptor);
}

} // namespace portolan::cli
