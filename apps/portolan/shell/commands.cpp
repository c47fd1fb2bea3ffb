// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

module portolan.cli;

import :listening;

namespace portolan::cli {

namespace {

using Clock = std::chrono::steady_clock;

Failure interrupted() {
    return {ExitStatus::failed, "cancelled", "CANCELLED", "interrupted"};
}

/// Round trips so far.
struct Tally {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::chrono::nanoseconds shortest = std::chrono::nanoseconds::max();
    std::chrono::nanoseconds longest{0};
    std::chrono::nanoseconds sum{0};

    void add(std::chrono::nanoseconds roundTrip) {
        ++answered;
        shortest = std::min(shortest, roundTrip);
        longest = std::max(longest, roundTrip);
        sum += roundTrip;
    }
};

void tell(const Tally& tally, Output& output) {
    using Seconds = std::chrono::duration<double>;
    const bool any = tally.answered != 0;
    const Seconds mean = any ? Seconds{tally.sum} / static_cast<double>(tally.answered) : Seconds{};
    if (output.json()) {
        output.object({{"event", "repeated"},
                       {"requests", tally.sent},
                       {"answered", tally.answered},
                       {"shortest_s", any ? Json(Seconds{tally.shortest}.count()) : Json(nullptr)},
                       {"mean_s", any ? Json(mean.count()) : Json(nullptr)},
                       {"longest_s", any ? Json(Seconds{tally.longest}.count()) : Json(nullptr)}});
        return;
    }
    std::string line = fmt::format("{} requests, {} answered", tally.sent, tally.answered);
    if (any) {
        line += fmt::format("; round trips {:.3f} to {:.3f} ms, {:.3f} ms on average",
                            Seconds{tally.shortest}.count() * 1000, Seconds{tally.longest}.count() * 1000,
                            mean.count() * 1000);
    }
    output.line(line);
}

/// The result code of a response, by its name and its number.
struct Result {
    std::string name;
    unsigned number = 0;
};

std::optional<Result> resultOf(wire::Bytes response) {
    const MessageJson message = toJson(response);
    if (!message.object.contains("result")) {
        return std::nullopt;
    }
    return Result{message.object["result"].get<std::string>(), message.object["result_code"].get<unsigned>()};
}

std::string rowOf(const ShellHelp& help) {
    return fmt::format("{:<60} {}", fmt::format("{} {}", help.name, help.shape), help.help);
}

} // namespace

ExitStatus Shell::repeat(Words words) {
    if (words.size() < 3) {
        return failUsage("repeat needs a number and a command, as in repeat 3 0.5 map tcp:8080");
    }
    const auto times = parseNumber(words[1], 1, 1'000'000'000, "how often");
    if (!times) {
        return failUsage(times.error().message);
    }
    const auto pause = parseTimeout(words[2]);
    const Words line = words.subspan(pause ? 3 : 2);
    if (line.empty() || !isRequest(line[0])) {
        return failUsage("only requests can be repeated: map, peer, announce, address, delete, raw");
    }
    Tally tally;
    ExitStatus status = ExitStatus::done;
    while (tally.sent < times.assume_value() && !probe_.isInterrupted()) {
        const auto next = Clock::now() + (pause ? pause.assume_value() : std::chrono::milliseconds{0});
        const Exchange exchange = request(line);
        if (exchange.status == ExitStatus::usage) {
            return exchange.status;
        }
        ++tally.sent;
        if (exchange.roundTrip) {
            tally.add(*exchange.roundTrip);
        }
        status = status == ExitStatus::done ? exchange.status : status;
        if (pause && tally.sent < times.assume_value()) {
            probe_.runUntil([] { return false; }, next);
        }
    }
    tell(tally, output_);
    return status == ExitStatus::done && tally.sent < times.assume_value() ? fail(interrupted()) : status;
}

ExitStatus Shell::listen(Words words) {
    auto deadline = Clock::time_point::max();
    std::uint64_t wanted = 0;
    if (words.size() > 1) {
        const auto time = parseTimeout(words[1]);
        if (!time) {
            return failUsage(time.error().message);
        }
        deadline = Clock::now() + time.assume_value();
    }
    if (words.size() > 2) {
        const auto count = parseNumber(words[2], 1, 1'000'000'000, "count");
        if (!count) {
            return failUsage(count.error().message);
        }
        wanted = count.assume_value();
    }
    std::uint64_t heard = 0;
    Listening listening{probe_.executor(), announcementPort_, command_.via.recording.tap, output_, [&] {
                            if (++heard == wanted) {
                                listening.close();
                            }
                        }};
    if (const auto failure = listening.open()) {
        return fail(*failure);
    }
    const bool enough = probe_.runUntil([&] { return wanted != 0 && heard >= wanted; }, deadline);
    if (wanted == 0 || enough) {
        return ExitStatus::done;
    }
    return fail(probe_.isInterrupted() ? interrupted()
                                       : Failure{ExitStatus::noAnswer, "timeout", "NO_ANSWER",
                                                 fmt::format("heard {} of {} announcements", heard, wanted)});
}

ExitStatus Shell::wait(Words words) {
    const auto time = words.size() == 2 ? parseTimeout(words[1]) : UsageError{"wait needs a number of seconds"};
    if (!time) {
        return failUsage(time.error().message);
    }
    probe_.runUntil([] { return false; }, Clock::now() + time.assume_value());
    return probe_.isInterrupted() ? fail(interrupted()) : ExitStatus::done;
}

ExitStatus Shell::expect(Words words) {
    if (words.size() != 2) {
        return failUsage("expect needs a result code, as in expect NOT_AUTHORIZED or expect 2");
    }
    const auto result = resultOf(lastAnswer_);
    if (!result) {
        return fail({ExitStatus::failed, "unexpected", "NO_RESULT",
                     fmt::format("expected {}, and there is no answer with a result", words[1])});
    }
    if (lowered(result->name) == lowered(words[1]) || fmt::format("{}", result->number) == words[1]) {
        return ExitStatus::done;
    }
    return fail({ExitStatus::failed, "unexpected", result->name,
                 fmt::format("expected {}, and the last answer is {}", words[1], result->name)});
}

ExitStatus Shell::help(Words words) {
    std::string text;
    const std::string_view about = words.size() > 1 ? std::string_view{words[1]} : std::string_view{};
    if (about == "options") {
        for (const OptionHelp& option : shellOptions()) {
            const std::string name = lowered(wire::name(option.code));
            text += fmt::format("{:>3}  {}{}{}\n", static_cast<unsigned>(option.code), name,
                                option.shape.empty() ? "" : "=", option.shape);
        }
        text += "Any other, or one of these with other data: NUMBER=HEX\n";
    } else if (about == "set") {
        for (const ShellHelp& setting : shellSettings()) {
            text += rowOf(setting) + '\n';
        }
    } else {
        for (const ShellHelp& command : shellCommands()) {
            if (about.empty() || command.name == about) {
                text += rowOf(command) + '\n';
            }
        }
        if (text.empty()) {
            return failUsage(fmt::format("there is no command \"{}\"", about));
        }
        text += "FIELD is lifetime=SECONDS, nonce=HEX, client=ADDR, external=ADDR, or an option: see help options\n";
    }
    if (output_.json()) {
        output_.object({{"event", "help"}, {"text", text}});
    } else {
        output_.write(text);
    }
    return ExitStatus::done;
}

} // namespace portolan::cli
