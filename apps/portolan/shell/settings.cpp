// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.transport;

namespace portolan::cli {

namespace {

Parsed<std::uint8_t> parseVersion(std::string_view text) {
    if (text == "pcp") {
        return wire::pcpVersion;
    }
    if (text == "nat-pmp") {
        return wire::natPmpVersion;
    }
    const auto number = parseNumber(text, 0, 255, "version");
    if (!number) {
        return UsageError{fmt::format("version is pcp, nat-pmp, or a number from 0 to 255, not \"{}\"", text)};
    }
    return static_cast<std::uint8_t>(number.assume_value());
}

Parsed<bool> parseSwitch(std::string_view text) {
    if (text == "on" || text == "off") {
        return text == "on";
    }
    return UsageError{fmt::format("it is on or off, not \"{}\"", text)};
}

/// A value, or none where the word for the usual is given.
template <class Value, class Parse>
Parsed<std::optional<Value>> orUsual(std::string_view text, std::string_view usual, Parse parse) {
    if (text == usual) {
        return std::optional<Value>{};
    }
    BOOST_OUTCOME_TRY(Value value, parse(text));
    return std::optional<Value>{std::move(value)};
}

Parsed<wire::Address> parseClient(std::string_view text) {
    net::error_code error;
    const auto address = net::ip::make_address(std::string{text}, error);
    if (error) {
        return UsageError{fmt::format("\"{}\" is no IPv4 or IPv6 address", text)};
    }
    return transport::toWire(address);
}

/// Stores what was parsed; the complaint if it was not.
template <class Value, class Target>
std::optional<std::string> store(const Parsed<Value>& parsed, Target& into) {
    if (!parsed) {
        return parsed.error().message;
    }
    into = static_cast<Target>(parsed.assume_value());
    return std::nullopt;
}

std::string_view versionName(std::uint8_t version) {
    return version == wire::pcpVersion ? " (PCP)" : version == wire::natPmpVersion ? " (NAT-PMP)" : "";
}

} // namespace

ExitStatus Shell::set(Words words) {
    if (words.size() == 1) {
        return show(words);
    }
    if (words.size() != 3) {
        return failUsage("set needs a name and a value, as in set timeout 5 (see help set)");
    }
    const std::string& name = words[1];
    const std::string& value = words[2];
    std::optional<std::string> complaint;
    if (name == "server") {
        const auto endpoint = [](std::string_view text) { return parseEndpoint(text, wire::serverPort); };
        complaint = store(orUsual<net::ip::udp::endpoint>(value, "default", endpoint), server_);
    } else if (name == "source") {
        complaint = store(orUsual<net::ip::address>(value, "default", parseAddress), source_);
    } else if (name == "version") {
        complaint = store(parseVersion(value), version_);
    } else if (name == "client") {
        complaint = store(orUsual<wire::Address>(value, "auto", parseClient), client_);
    } else if (name == "nonce") {
        complaint = store(orUsual<Nonce>(value, "auto", parseNonce), nonce_);
    } else if (name == "lifetime") {
        complaint = store(parseNumber(value, 0, 0xffff'ffff, "lifetime in seconds"), lifetimeSeconds_);
    } else if (name == "timeout") {
        complaint = store(parseTimeout(value), timeout_);
    } else if (name == "tries") {
        complaint = store(parseNumber(value, 1, 10, "tries"), tries_);
    } else if (name == "port") {
        complaint = store(parseNumber(value, 1, 65'535, "port"), announcementPort_);
    } else if (name == "hex") {
        complaint = store(parseSwitch(value), hex_);
    } else if (name == "fields") {
        complaint = store(parseSwitch(value), fields_);
    } else if (name == "drafts") {
        complaint = store(parseSwitch(value), drafts_);
    } else {
        complaint = fmt::format("there is no setting \"{}\" (see help set)", name);
    }
    if (complaint) {
        return failUsage(std::move(*complaint));
    }
    if (name == "server" || name == "source") {
        probe_.close(); // the next request opens it anew
    }
    return ExitStatus::done;
}

ExitStatus Shell::show(Words /*words*/) {
    const auto text = [](const std::optional<net::ip::address>& address) {
        return address ? address->to_string() : "default";
    };
    const std::string server = server_ ? toText(server_->address(), server_->port()) : "default";
    const std::string client = client_ ? fmt::format("{}", *client_) : "auto";
    const std::string nonce = nonce_ ? fmt::format("{}", *nonce_) : "auto";
    const double timeout = std::chrono::duration<double>{timeout_}.count();
    if (output_.json()) {
        output_.object({{"event", "settings"},
                        {"server", server},
                        {"source", text(source_)},
                        {"version", version_},
                        {"client", client},
                        {"nonce", nonce},
                        {"lifetime_s", lifetimeSeconds_},
                        {"timeout_s", timeout},
                        {"tries", tries_},
                        {"port", announcementPort_},
                        {"hex", hex_},
                        {"fields", fields_},
                        {"drafts", drafts_}});
        return ExitStatus::done;
    }
    output_.write(fmt::format("server    {}\nsource    {}\nversion   {}{}\nclient    {}\nnonce     {}\nlifetime  {} s\n"
                              "timeout   {} s\ntries     {}\nport      {}\nhex       {}\nfields    {}\ndrafts    {}\n",
                              server, text(source_), version_, versionName(version_), client, nonce, lifetimeSeconds_,
                              timeout, tries_, announcementPort_, hex_ ? "on" : "off", fields_ ? "on" : "off",
                              drafts_ ? "on" : "off"));
    for (const auto& [mapping, kept] : nonces_) {
        output_.line(fmt::format("nonce of {}:{}  {}", mapping.first, mapping.second, kept));
    }
    return ExitStatus::done;
}

} // namespace portolan::cli
