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
using simulator::IgdQuirks;
using simulator::IgdVersion;

struct Profile {
    std::string_view name;
    Config (*make)();
};

/// The same gateway, which speaks UPnP IGD as well.
Config withIgd(Config config, IgdVersion version = IgdVersion::v2) {
    config.igd.version = version;
    return config;
}

/// A gateway that speaks UPnP IGD alone, and that in a way of its own.
template <class Change>
Config igd(IgdVersion version, Change change) {
    Config config = Config::igdOnly(version);
    change(config.igd.quirks);
    return config;
}

constexpr auto v1 = IgdVersion::v1;
constexpr auto v2 = IgdVersion::v2;

constexpr std::array profiles{
    Profile{"strict", [] { return withIgd(Config::strict()); }},
    Profile{"pcp-only", &Config::pcpOnly},
    Profile{"nat-pmp-only", [] { return Config::natPmpOnly(); }},
    Profile{"nat-pmp-only-printed", [] { return Config::natPmpOnly(simulator::VersionReply::printed); }},
    Profile{"nat-pmp-only-echo", [] { return Config::natPmpOnly(simulator::VersionReply::echoedOpcode); }},
    Profile{"feature-off", [] { return withIgd(Config::featureOff()); }},
    Profile{"no-connection", [] { return withIgd(Config::noConnection()); }},
    Profile{"private-address", &Config::privateAddress},
    Profile{"cgn", &Config::carrierGradeNat},
    Profile{"full-table", &Config::fullTable},
    Profile{"authentication", &Config::authenticationRequired},
    Profile{"refuses-port-zero", &Config::refusesPortZero},
    Profile{"short-lifetimes", &Config::shortLifetimes},
    Profile{"epoch-kept", &Config::keepsEpoch},
    Profile{"updates-only", &Config::updatesOnly},
    Profile{"miniupnpd", [] { return withIgd(Config::miniupnpd(), v1); }},
    Profile{"other-address", [] { return Config::answersFromElsewhere({wire::Address::v4(127, 0, 0, 3), 0}); }},
    Profile{"slow", [] { return withIgd(Config::slow(std::chrono::seconds{1})); }},
    Profile{"silent", [] { return withIgd(Config::silent()); }},
    Profile{"garbage", [] { return withIgd(Config::garbage()); }},
    Profile{"igd-only", [] { return Config::igdOnly(v2); }},
    Profile{"igd-permanent-leases", [] { return igd(v1, [](IgdQuirks& q) { q.permanentLeasesOnly = true; }); }},
    Profile{"igd-invalid-lease", [] { return igd(v1, [](IgdQuirks& q) { q.leaseIsInvalid = true; }); }},
    Profile{"igd-leases-in-hours", [] { return igd(v2, [](IgdQuirks& q) { q.leasesInHours = true; }); }},
    Profile{"igd-conflict-for-foreign", [] { return igd(v2, [](IgdQuirks& q) { q.conflictForForeign = true; }); }},
    Profile{"igd-replaces-others", [] { return igd(v2, [](IgdQuirks& q) { q.replacesOthers = true; }); }},
    Profile{"igd-answers-twice", [] { return igd(v2, [](IgdQuirks& q) { q.answersTwice = true; }); }},
    Profile{"igd-one-search", [] { return igd(v1, [](IgdQuirks& q) { q.searches = simulator::Searches::igd1Only; }); }},
    Profile{"igd-url-base", [] { return igd(v1, [](IgdQuirks& q) { q.urlBase = true; }); }},
    Profile{"igd-double-slashes", [] { return igd(v1, [](IgdQuirks& q) { q.doubleSlashes = true; }); }},
    Profile{"igd-ppp", [] { return igd(v1, [](IgdQuirks& q) { q.ppp = true; }); }},
    Profile{"igd-several-wans", [] { return igd(v1, [](IgdQuirks& q) { q.idleWans = 2; }); }},
    Profile{"igd-foreign-location",
            [] { return igd(v2, [](IgdQuirks& q) { q.location = "http://192.0.2.1:80/rootDesc.xml"; }); }},
    Profile{"igd-drops-mappings",
            [] { return igd(v2, [](IgdQuirks& q) { q.dropsAfter = std::chrono::seconds{10}; }); }},
    Profile{"igd-moves", [] { return igd(v2, [](IgdQuirks& q) { q.movesOnRestart = true; }); }},
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

Parsed<IgdVersion> parseIgd(std::string_view text) {
    if (text == "1") {
        return IgdVersion::v1;
    }
    if (text == "2") {
        return IgdVersion::v2;
    }
    return text == "off" ? Parsed<IgdVersion>{IgdVersion::off}
                         : Parsed<IgdVersion>{UsageError{fmt::format("\"{}\" is neither 1, 2 nor off", text)}};
}

} // namespace portolan::cli
