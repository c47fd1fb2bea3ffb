// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

constexpr std::array commands{
    ShellHelp{"map", "PROTO:PORT[:EXTERNAL] [FIELD...]", "ask for a mapping; of NAT-PMP where the version is 0"},
    ShellHelp{"peer", "PROTO:PORT[:EXTERNAL] ADDR:PORT [FIELD...]", "ask for a mapping towards a remote peer (PCP)"},
    ShellHelp{"announce", "[FIELD...]", "ask whether a server is there, and for its epoch (PCP)"},
    ShellHelp{"address", "", "ask for the external address (NAT-PMP)"},
    ShellHelp{"delete", "PROTO:PORT [FIELD...]", "ask for the end of a mapping: lifetime 0"},
    ShellHelp{"get", "[PROTO:PORT[:EXTERNAL]] [internal=ADDR] [external=ADDR] [with=OPTION]... [next=1|2]",
              "read the mapping table (a draft: set drafts on)"},
    ShellHelp{"raw", "HEX", "send these octets as they are, right or wrong"},
    ShellHelp{"repeat", "N [SECONDS] COMMAND", "send a request N times, so many seconds apart, and sum up"},
    ShellHelp{"expect", "RESULT", "fail unless the last answer has this result code, as in expect SUCCESS"},
    ShellHelp{"listen", "[SECONDS [COUNT]]", "hear announcements, until Ctrl-C where no time is given"},
    ShellHelp{"wait", "SECONDS", "do nothing for so long"},
    ShellHelp{"set", "NAME VALUE", "change a setting; help set tells which"},
    ShellHelp{"show", "", "show the settings"},
    ShellHelp{"help", "[COMMAND|set|options]", "tell about the commands, the settings, the options"},
    ShellHelp{"quit", "", "end; so do Ctrl-D and Ctrl-C"},
};

constexpr std::array settings{
    ShellHelp{"server", "ADDR[:PORT]|default", "whom to ask; default: the gateway of the default route"},
    ShellHelp{"source", "ADDR|default", "the address of this host to ask from"},
    ShellHelp{"version", "pcp|nat-pmp|0..255", "what to speak, or the version octet to claim"},
    ShellHelp{"client", "ADDR|auto", "the client's address in the header of PCP; auto: the true one"},
    ShellHelp{"nonce", "HEX|auto", "the mapping nonce; auto: one for each mapping, kept until the end"},
    ShellHelp{"lifetime", "SECONDS", "the lifetime to ask for where a line does not say it"},
    ShellHelp{"timeout", "SECONDS", "how long to wait for an answer, doubled with each further transmission"},
    ShellHelp{"tries", "N", "how often to send a request that is not answered"},
    ShellHelp{"port", "PORT", "the UDP port where listen hears announcements"},
    ShellHelp{"hex", "on|off", "show the octets of each field"},
    ShellHelp{"fields", "on|off", "show the fields of each datagram"},
    ShellHelp{"drafts", "on|off", "send what never became a standard (get)"},
};

constexpr std::array<std::string_view, 4> mappingFields{"lifetime=", "nonce=", "client=", "external="};

std::vector<std::string> commandNames() {
    std::vector<std::string> names;
    for (const ShellHelp& command : commands) {
        names.emplace_back(command.name);
    }
    return names;
}

std::vector<std::string> settingNames() {
    std::vector<std::string> names;
    for (const ShellHelp& setting : settings) {
        names.emplace_back(setting.name);
    }
    return names;
}

/// What may follow the ports of a mapping.
std::vector<std::string> fieldNames() {
    std::vector<std::string> names{mappingFields.begin(), mappingFields.end()};
    for (const OptionHelp& option : shellOptions()) {
        names.push_back(lowered(wire::name(option.code)) + (option.shape.empty() ? "" : "="));
    }
    return names;
}

/// The alternatives of a setting's shape that are words: "pcp" and "nat-pmp" of "pcp|nat-pmp|0..255".
std::vector<std::string> valuesOf(std::string_view setting) {
    std::vector<std::string> values;
    const auto found = std::ranges::find(settings, setting, &ShellHelp::name);
    std::string_view rest = found == settings.end() ? std::string_view{} : found->shape;
    while (!rest.empty()) {
        const std::size_t bar = std::min(rest.find('|'), rest.size());
        if (rest[0] >= 'a' && rest[0] <= 'z') {
            values.emplace_back(rest.substr(0, bar));
        }
        rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
    return values;
}

/// All that may come after these words.
std::vector<std::string> following(const std::vector<std::string>& words) {
    if (words.empty()) {
        return commandNames();
    }
    const std::string& command = words.front();
    if (command == "repeat") {
        // The count, perhaps the interval, and then a line of its own.
        const bool hasInterval =
            words.size() > 2 && !words[2].empty() && words[2].find_first_not_of("0123456789.") == std::string::npos;
        const std::size_t own = hasInterval ? 3 : 2;
        return words.size() < own ? std::vector<std::string>{}
                                  : following({words.begin() + static_cast<std::ptrdiff_t>(own), words.end()});
    }
    if (command == "set") {
        return words.size() == 1 ? settingNames() : words.size() == 2 ? valuesOf(words[1]) : std::vector<std::string>{};
    }
    if (command == "help" && words.size() == 1) {
        std::vector<std::string> names = commandNames();
        names.emplace_back("options");
        return names;
    }
    if (command == "get") {
        return {"tcp:", "udp:", "internal=", "external=", "with=", "next="};
    }
    if (words.size() == 1 && (command == "map" || command == "peer" || command == "delete")) {
        return {"tcp:", "udp:"};
    }
    const bool takesFields = command == "announce" || ((command == "map" || command == "delete") && words.size() > 1) ||
                             (command == "peer" && words.size() > 2);
    return takesFields ? fieldNames() : std::vector<std::string>{};
}

} // namespace

std::span<const ShellHelp> shellCommands() noexcept {
    return commands;
}

std::span<const ShellHelp> shellSettings() noexcept {
    return settings;
}

std::vector<std::string> completions(std::string_view line) {
    auto split = splitWords(line);
    if (!split) {
        return {}; // within quotes
    }
    std::vector<std::string> words = std::move(split.assume_value());
    std::string begun;
    if (!line.empty() && line.back() != ' ' && !words.empty()) {
        begun = words.back();
        words.pop_back();
    }
    std::vector<std::string> fitting = following(words);
    std::erase_if(fitting, [&begun](const std::string& word) { return !word.starts_with(begun); });
    std::ranges::sort(fitting);
    return fitting;
}

} // namespace portolan::cli
