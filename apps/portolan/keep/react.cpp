// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

module portolan.cli;

import :beyond;
import :held;
import :keeper;
import :place;

namespace portolan::cli {

namespace {

std::string externalSide(const MappingInfo& info) {
    return toText(info.externalAddress, info.externalPort);
}

std::string sentence(const std::string& ports, const MappingEvent& event) {
    const MappingInfo& now = event.after;
    const std::string by = fmt::format("by {}, for {}", holder(now), lifetimeText(now));
    switch (event.kind) {
    case ChangeKind::granted:
        return fmt::format("{} is mapped to {} {}", ports, externalSide(now), by);
    case ChangeKind::renewed:
        return fmt::format("{} is mapped to {} as before, {}", ports, externalSide(now), by);
    case ChangeKind::recovered:
        return fmt::format("{} is mapped to {} again, after the gateway lost its state, {}", ports, externalSide(now),
                           by);
    case ChangeKind::moved:
        return fmt::format("{} moved from {} to {}, {}", ports, externalSide(event.before), externalSide(now), by);
    case ChangeKind::lost:
        return fmt::format("{} at {} was lost; it is asked for anew", ports, externalSide(event.before));
    case ChangeKind::released:
        return event.error ? fmt::format("{} was given up: {}", ports, event.error->message())
                           : fmt::format("{} was released", ports);
    case ChangeKind::refused:
        break;
    }
    return {};
}

/// Of the status that a service manager is told: systemd takes no more than 4096 octets in all.
constexpr std::size_t longestStatus = 1024;

std::string notTold(unsigned count) {
    return count == 0 ? "" : fmt::format(" ({} things that happened to it since the last line were not told)", count);
}

/// Replaces each "{name}" by its value.
std::string fill(std::string text, const std::vector<std::pair<std::string_view, std::string>>& values) {
    for (const auto& [name, value] : values) {
        boost::replace_all(text, fmt::format("{{{}}}", name), value);
    }
    return text;
}

} // namespace

/// Programs, which read JSON, are told every change. Else a gateway that changes its mind all the time has not more
/// than the pace of lines, and the last of those that were withheld is told in the end.
void Keeper::tell(Kept& kept, News news) {
    const auto* event = std::get_if<MappingEvent>(&news);
    const bool always = event != nullptr && (output_.json() || event->kind == ChangeKind::released);
    if (always || kept.pace.admits(std::chrono::steady_clock::now())) {
        kept.withheld.reset();
        kept.later.cancel();
        std::visit([&](const auto& what) { say(kept, what, kept.pace.takeWithheld()); }, news);
        return;
    }
    if (!std::exchange(kept.withheld, std::move(news))) {
        kept.later.expires_at(kept.pace.end());
        kept.later.async_wait([this, &kept](net::error_code error) {
            if (!error && kept.withheld) {
                tell(kept, *std::exchange(kept.withheld, std::nullopt));
            }
        });
    }
}

void Keeper::say(const Kept& kept, const MappingEvent& event, unsigned withheld) {
    if (output_.json()) {
        Json said = toJson(name(event.kind), event.after);
        if (event.kind == ChangeKind::moved || event.kind == ChangeKind::lost) {
            said["old_external"] = toJson(event.before.externalAddress, event.before.externalPort);
        }
        output_.object(said);
        return;
    }
    output_.line(sentence(kept.name(), event) + notTold(withheld));
    if (event.after.held) {
        const auto warning = warningOf(event.after.externalAddress, event.after.gateway.endpoint.address());
        if (std::exchange(beyond_, warning.value_or("")) != warning && warning) {
            output_.remark(*warning);
        }
    }
}

void Keeper::say(const Kept& kept, const Failure& failure, unsigned withheld) {
    if (!output_.json()) {
        output_.remark(fmt::format("{}: {}{}", kept.name(), failure.message, notTold(withheld)));
        return;
    }
    Json said{{"event", "refused"},
              {"protocol", fmt::format("{}", kept.wanted.ports.protocol)},
              {"internal", {{"port", kept.wanted.ports.internalPort}}}};
    if (!kept.place.name.empty()) {
        said.update(placeJson(gatewayOf(kept.place.options), kept.place.options.families));
    }
    said.update(toJson(failure));
    said["untold"] = withheld;
    output_.object(said);
}

/// The file holds the port while there is one, and is empty while there is none.
void Keeper::writePort(const Kept& kept, const MappingInfo& info) {
    const std::string& path = kept.wanted.reaction.portFile;
    if (path.empty()) {
        return;
    }
    const std::error_code error = writeWhole(path, info.held ? fmt::format("{}\n", info.externalPort) : "");
    if (error) {
        output_.warn(fmt::format("{}: the port could not be written: {}", path, error.message()));
    }
}

void Keeper::callHook(const Kept& kept, const MappingEvent& event) {
    if (kept.wanted.reaction.exec.empty()) {
        return;
    }
    const MappingInfo& now = event.after;
    const std::string protocol = fmt::format("{}", now.protocol);
    const std::string port = std::to_string(now.externalPort);
    const std::string address = now.externalAddress.to_string();
    HookCall call;
    call.subject = kept.name();
    call.command = fill(kept.wanted.reaction.exec, {{"event", std::string{name(event.kind)}},
                                                    {"protocol", protocol},
                                                    {"port", port},
                                                    {"address", address},
                                                    {"internal_port", std::to_string(now.internalPort)}});
    call.environment = {fmt::format("PORTOLAN_EVENT={}", name(event.kind)),
                        fmt::format("PORTOLAN_PROTOCOL={}", protocol),
                        fmt::format("PORTOLAN_INTERNAL_ADDRESS={}", now.internalAddress.to_string()),
                        fmt::format("PORTOLAN_INTERNAL_PORT={}", now.internalPort),
                        fmt::format("PORTOLAN_EXTERNAL_ADDRESS={}", address),
                        fmt::format("PORTOLAN_EXTERNAL_PORT={}", port),
                        fmt::format("PORTOLAN_OLD_EXTERNAL_ADDRESS={}", event.before.externalAddress.to_string()),
                        fmt::format("PORTOLAN_OLD_EXTERNAL_PORT={}", event.before.externalPort),
                        fmt::format("PORTOLAN_LIFETIME_S={}", now.lifetime.count()),
                        fmt::format("PORTOLAN_GATEWAY={}", now.gateway.endpoint.address().to_string()),
                        fmt::format("PORTOLAN_VIA={}", word(now.via))};
    hooks_.run(std::move(call), execTimeout_);
}

/// Ready once each mapping had its first answer, whatever it was: a service that waits for us may then begin.
void Keeper::tellManager() {
    std::size_t held = 0;
    std::size_t untold = 0;
    std::string list;
    for (const Kept& kept : kept_) {
        const bool holds = kept.mapping && kept.mapping->info().held;
        held += holds ? 1 : 0;
        if (list.size() > longestStatus) {
            ++untold;
            continue;
        }
        list += fmt::format("{}{}{}", list.empty() ? "" : ", ", kept.name(),
                            holds ? " at " + externalSide(kept.mapping->info()) : "");
    }
    if (untold != 0) {
        list += fmt::format(" and {} more", untold);
    }
    std::string status = fmt::format("STATUS={} of {} mapped: {}", held, kept_.size(), list);
    if (!ending_ && std::exchange(status_, status) != status) {
        manager_.notify(status);
    }
    if (!ready_ && std::ranges::all_of(kept_, &Kept::settled)) {
        ready_ = true;
        manager_.notifyState("READY=1");
    }
}

/// What readers have not taken goes out as they do.
void Keeper::keepWriting() {
    constexpr std::chrono::milliseconds interval{100};
    writing_.expires_after(interval);
    writing_.async_wait([this](net::error_code error) {
        if (!error && !output_.flush()) {
            keepWriting();
        }
    });
}

void Keeper::feedWatchdog() {
    const auto interval = manager_.watchdog();
    if (!interval || ending_) {
        return;
    }
    manager_.notify("WATCHDOG=1");
    watchdog_.expires_after(*interval);
    watchdog_.async_wait([this](net::error_code error) {
        if (!error) {
            feedWatchdog();
        }
    });
}

} // namespace portolan::cli
