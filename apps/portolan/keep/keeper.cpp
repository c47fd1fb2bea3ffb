// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <exception>
#include <fmt/format.h>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan.cli;

import :keeper;
import :place;
import :signals;
import :way;

namespace portolan::cli {

namespace {

constexpr auto never = std::chrono::steady_clock::time_point::max();

ClientOptions optionsOf(const KeepCommand& command, Output& output) {
    ClientOptions options = clientOptions(command.via, command.common);
    options.identity = identityFor(command.via, output);
    options.follow = true;
    options.onWarning = [&output](const Error& warning) { output.warn(warning.message()); };
    return options;
}

} // namespace

Keeper::Keeper(const net::any_io_executor& executor, const KeepCommand& command, Output& output)
    : command_(command)
    , output_(output)
    , hooks_(executor, [&output](std::string_view complaint) { output.warn(complaint); })
    , hangups_(executor)
    , watchdog_(executor)
    , writing_(executor)
    , ended_(executor, never) {
    if (command.config) {
        hear(hangups_, {Sign::hangup});
    }
    output.neverWait([this] { keepWriting(); });
    const ClientOptions options = optionsOf(command, output);
    std::vector<ClientOptions> all{options};
    if (auto several = places(options); command.via.asksSeveral() && several) {
        all = std::move(several.value());
    }
    for (const ClientOptions& place : all) {
        places_.push_back({place, Client{executor, place},
                           command.via.asksSeveral() ? placeText(gatewayOf(place), place.families) : std::string{}});
    }
}

Keeper::~Keeper() {
    output_.neverWait({});
}

net::awaitable<ExitStatus> Keeper::run(KeepPlan plan, Interrupt& interrupt) {
    if (const auto failure = follow(plan)) {
        co_return output_.fail(*failure);
    }
    awaitHangup();
    feedWatchdog();
    tellManager();
    co_await interrupt.wait();
    co_return co_await end(interrupt);
}

/// Brings what is kept in line with the plan: what stands in both as it is goes on undisturbed. A mapping whose port is
/// not ours to have is left out, and the reason returned; at the beginning, nothing is kept then.
std::optional<Failure> Keeper::follow(const KeepPlan& plan) {
    execTimeout_ = plan.execTimeout;
    for (Kept& kept : kept_) {
        if (!kept.leaving && std::ranges::find(plan.mappings, kept.wanted) == plan.mappings.end()) {
            drop(kept);
        }
    }
    std::optional<Failure> failure;
    std::vector<std::pair<const KeepMapping*, std::optional<Reservation>>> fresh;
    for (const KeepMapping& wanted : plan.mappings) {
        const auto same = [&](const Kept& kept) { return !kept.leaving && kept.wanted == wanted; };
        if (std::ranges::any_of(kept_, same)) {
            continue;
        }
        std::optional<Reservation> reservation;
        if (wanted.reserve) {
            auto reserved = reserve(ended_.get_executor(), wanted.ports, command_.via);
            if (!reserved) {
                failure = explain(reserved.error(), reservationAdvice(reserved.error()));
                continue;
            }
            reservation = std::move(reserved.value());
        }
        fresh.emplace_back(&wanted, std::move(reservation));
    }
    if (failure && kept_.empty()) {
        return failure;
    }
    for (auto& [wanted, reservation] : fresh) {
        keep(*wanted, std::move(reservation));
    }
    return failure;
}

void Keeper::keep(const KeepMapping& wanted, std::optional<Reservation> reservation) {
    for (Place& place : places_) {
        Kept& kept = kept_.emplace_back(ended_.get_executor(), wanted, place);
        kept.reservation = std::exchange(reservation, std::nullopt);
        net::co_spawn(ended_.get_executor(), follow(kept), [this, &kept](const std::exception_ptr& failure) {
            if (failure) {
                std::rethrow_exception(failure);
            }
            std::erase_if(kept_, [&kept](const Kept& one) { return &one == &kept; });
            ended_.cancel();
            tellManager();
        });
    }
}

std::string Keeper::Kept::name() const {
    return place.name.empty() ? toText(wanted.ports) : fmt::format("{} at {}", toText(wanted.ports), place.name);
}

/// Lets go of a mapping; its coroutine sees that and ends.
void Keeper::drop(Kept& kept) {
    kept.leaving = true;
    kept.last = kept.mapping ? kept.mapping->info() : MappingInfo{};
    kept.reservation.reset();
    if (kept.mapping && command_.leave && ending_) {
        kept.mapping->detach();
    } else if (kept.mapping) {
        kept.mapping->release(net::detached);
    }
    kept.retry.cancel();
}

void Keeper::awaitHangup() {
    hangups_.async_wait([this](net::error_code error, int /*signal*/) {
        if (!error && !ending_) {
            reload();
            awaitHangup();
        }
    });
}

void Keeper::reload() {
    manager_.notifyState(ServiceManager::reloading());
    const auto plan = readPlan(command_);
    if (!plan) {
        output_.warn(fmt::format("{}; everything goes on as it was", plan.error().message));
    } else {
        output_.detail(fmt::format("{} was read anew", *command_.config));
        if (const auto failure = follow(plan.assume_value())) {
            output_.warn(failure->message);
        }
    }
    manager_.notifyState("READY=1");
}

/// Deletes or leaves all that is held, within the command's time: the tries of a deletion, and many deletions at a
/// gateway that does not answer, would take longer.
net::awaitable<ExitStatus> Keeper::end(Interrupt& interrupt) {
    ending_ = true;
    net::error_code ignored;
    hangups_.cancel(ignored);
    watchdog_.cancel();
    manager_.notifyState("STOPPING=1");
    for (Kept& kept : kept_) {
        if (!kept.leaving) {
            drop(kept);
        }
    }
    bool late = false;
    ended_.expires_after(command_.common.timeout.value_or(ClientOptions{}.timeout));
    while (!kept_.empty() && !late) {
        const auto [error] = co_await ended_.async_wait(net::asTuple);
        late = !error;
    }
    for (Kept& kept : kept_) {
        giveUp(kept);
    }
    if (!co_await hooks_.finish(std::chrono::seconds{5}) || late) {
        interrupt.leaveTheRest();
    }
    writing_.cancel();
    output_.drain(std::chrono::seconds{1});
    co_return ExitStatus::done;
}

/// Tells of a mapping whose deletion the gateway did not confirm in time, as of one that it never confirmed.
void Keeper::giveUp(Kept& kept) {
    kept.givenUp = true;
    MappingInfo gone = kept.last;
    gone.held = false;
    const net::ip::udp::endpoint& gateway = kept.last.gateway.endpoint;
    happened(kept, {ChangeKind::released, kept.last, gone,
                    Error{Errc::noAnswer, fmt::format("{} did not confirm the deletion in time",
                                                      toText(gateway.address(), gateway.port()))}});
}

} // namespace portolan::cli
