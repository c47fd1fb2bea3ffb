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
    Profile{"nat-pmp-only-printed", [] { return Config::natPmpOnly(simulator::VersionReply::printed); }},
    Profile{"nat-pmp-only-echo", [] { return Config::natPmpOnly(simulator::VersionReply::echoedOpcode); }},
    Profile{"feature-off", &Config::featureOff},
    Profile{"no-connection", &Config::noConnection},
    Profile{"private-address", &Config::privateAddress},
    Profile{"cgn", &Config::carrierGradeNat},
    Profile{"full-table", &Config::fullTable},
    Profile{"authentication", &Config::authenticationRequired},
    Profile{"refuses-port-zero", &Config::refusesPortZero},
    Profile{"short-lifetimes", &Config::shortLifetimes},
    Profile{"epoch-kept", &Config::keepsEpoch},
    Profile{"updates-only", &Config::updatesOnly},
    Profile{"miniupnpd", &Config::miniupnpd},
    Profile{"other-address", [] { return Config::answersFromElsewhere({wire::Address::v4(127, 0, 0, 3), 0}); }},
    Profile{"slow", [] { return Config::slow(std::chrono::seconds{1}); }},
    Profile{"silent", &Config::silent},
    Profile{"garbage", &Config::garbage},
};

} // namespace

Parsed<Config> parseProfile(std::string_view name) {
    for (const Profile& profile : profiles) {
        if (profile.name == name) {
            return profile.make();
        }
    }
    return UsageError{fmt::format("there is no profile \"{}\"; there are {}", name, profileNames())};
}

std::string profileNames() {
    std::string names;
    for (const Profile& profile : profiles) {
        names += fmt::format("{}{}", names.empty() ? "" : ", ", profile.name);
    }
    return names;
}

} // namespace portolan::cli
