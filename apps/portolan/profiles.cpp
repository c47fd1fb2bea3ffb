// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <string_view>

module portolan.cli;

namespace portolan::cli {

namespace {

using simulator::Config;

struct Profile {
    std::string_view name;
    Config (*make)();
};

constexpr std::array profiles{
    Profile{"strict", &Config::strict},
    Profile{"pcp-only", &Config::pcpOnly},
    Profile{"nat-pmp-only", [] { return Config::natPmpOnly(); }},
    Profile{"feature-off", &Config::featureOff},
    Profile{"no-connection", &Config::noConnection},
    Profile{"refuses-port-zero", &Config::refusesPortZero},
    Profile{"short-lifetimes", &Config::shortLifetimes},
    Profile{"miniupnpd", &Config::miniupnpd},
    Profile{"slow", [] { return Config::slow(std::chrono::seconds{1}); }},
    Profile{"silent", &Config::silent},
    Profile{"garbage", &Config::garbage},
};

} // namespace

Parsed<Config> parseProfile(std::string_view name) {
    std::string names;
    for (const Profile& profile : profiles) {
        if (profile.name == name) {
            return profile.make();
        }
        names += fmt::format("{}{}", names.empty() ? "" : ", ", profile.name);
    }
    return UsageError{fmt::format("there is no profile \"{}\"; there are {}", name, names)};
}

} // namespace portolan::cli
