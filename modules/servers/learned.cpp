// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

module portolan.servers;

namespace portolan::servers {

namespace {

namespace fs = std::filesystem;

/// A file of leases is small; what is larger is none.
constexpr std::uintmax_t largestFile = std::uintmax_t{4} << 20U;

constexpr std::size_t uuidSize = 36;

struct File {
    fs::file_time_type changed;
    fs::path path;
};

/// The files there, the one that was changed last at the end.
std::vector<File> filesIn(const fs::path& folder) {
    std::vector<File> files;
    std::error_code error;
    for (fs::directory_iterator at{folder, error}; !error && at != fs::directory_iterator{}; at.increment(error)) {
        std::error_code unfit;
        const bool fits = at->is_regular_file(unfit) && !unfit && at->file_size(unfit) <= largestFile && !unfit;
        const auto changed = fits ? at->last_write_time(unfit) : fs::file_time_type{};
        if (fits && !unfit) {
            files.push_back({changed, at->path()});
        }
    }
    std::ranges::sort(
        files, [](const File& a, const File& b) { return std::tie(a.changed, a.path) < std::tie(b.changed, b.path); });
    return files;
}

std::string textOf(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

bool isLeaseFile(const fs::path& path) {
    return path.extension() == ".lease" || path.extension() == ".leases";
}

void addDhclient(std::vector<Lease>& leases, const fs::path& path) {
    std::ranges::move(readDhclientLeases(textOf(path)), std::back_inserter(leases));
}

void addFolderOfDhclient(std::vector<Lease>& leases, const fs::path& folder) {
    for (const File& file : filesIn(folder)) {
        if (isLeaseFile(file.path) && file.path.filename().string().starts_with("dhclient")) {
            addDhclient(leases, file.path);
        }
    }
}

/// Files of NetworkManager are named after the client, the connection and the interface: internal-UUID-eth0.lease.
void addNetworkManager(std::vector<Lease>& leases, const fs::path& folder) {
    for (const File& file : filesIn(folder)) {
        const std::string name = file.path.stem().string();
        if (!isLeaseFile(file.path)) {
            continue;
        }
        if (name.starts_with("dhclient")) {
            addDhclient(leases, file.path);
            continue;
        }
        Lease lease = readKeyValueLease(textOf(file.path));
        const std::size_t uuid = name.find('-') + 1;
        if (uuid != 0 && name.size() > uuid + uuidSize + 1) {
            lease.interfaceName = name.substr(uuid + uuidSize + 1);
            leases.push_back(std::move(lease));
        }
    }
}

/// Files of networkd are named after the index of the interface.
std::vector<LearnedServer> serversOfNetworkd(const fs::path& folder) {
    std::vector<LearnedServer> servers;
    for (const File& file : filesIn(folder)) {
        const std::string name = file.path.filename().string();
        std::uint32_t index = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
        if (error != std::errc{} || end != name.data() + name.size()) {
            continue;
        }
        for (Server& server : readKeyValueLease(textOf(file.path)).servers) {
            servers.push_back({std::move(server), {}, index});
        }
    }
    return servers;
}

} // namespace

std::vector<LearnedServer> serversOf(std::span<const Lease> leases, WallTime now) {
    const auto kind = [](const Lease& lease) { return std::tie(lease.interfaceName, lease.v6); };
    std::vector<const Lease*> newest;
    newest.reserve(leases.size());
    std::ranges::transform(leases, std::back_inserter(newest), [](const Lease& lease) { return &lease; });
    std::ranges::sort(newest, [&](const Lease* a, const Lease* b) { // of a kind, the newest first
        return kind(*a) != kind(*b) ? kind(*a) < kind(*b) : a > b;
    });
    const auto older =
        std::ranges::unique(newest, [&](const Lease* a, const Lease* b) { return kind(*a) == kind(*b); });
    newest.erase(older.begin(), older.end());
    std::ranges::sort(newest);
    std::vector<LearnedServer> servers;
    for (const Lease* lease : newest) {
        if (lease->interfaceName.empty() || (lease->end && *lease->end <= now)) {
            continue;
        }
        for (const Server& server : lease->servers) {
            servers.push_back({server, lease->interfaceName});
        }
    }
    return servers;
}

std::vector<LearnedServer> learnedServers(WallTime now, const std::string& root) {
    const fs::path base{root};
    std::vector<Lease> leases;
    addFolderOfDhclient(leases, base / "var/lib/dhcp");
    addFolderOfDhclient(leases, base / "var/lib/dhclient");
    addNetworkManager(leases, base / "var/lib/NetworkManager");
    std::vector<LearnedServer> servers = serversOf(leases, now);
    std::ranges::move(serversOfNetworkd(base / "run/systemd/netif/leases"), std::back_inserter(servers));
    return servers;
}

} // namespace portolan::servers
