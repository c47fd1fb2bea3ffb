// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <pcap/pcap.h>
#include <string>
#include <string_view>
#include <utility>

module portolan.cli;

import :pcap_library;

namespace portolan::cli {

namespace {

Failure unreadable(std::string_view why) {
    return {ExitStatus::failed, "system", "CAPTURE_UNREADABLE", fmt::format("--pcap: {}", why)};
}

std::string linkName(const PcapLibrary& pcap, int linkType) {
    const char* name = pcap.linkName(linkType);
    return name == nullptr ? fmt::format("number {}", linkType) : name;
}

/// The time of a packet, in which a file may claim anything: kept within what can be counted in nanoseconds.
std::chrono::nanoseconds timeOf(const pcap_pkthdr& header) {
    constexpr std::int64_t latest = 4'000'000'000;
    return std::chrono::seconds{std::clamp<std::int64_t>(header.ts.tv_sec, 0, latest)} +
           std::chrono::nanoseconds{std::clamp<std::int64_t>(header.ts.tv_usec, 0, 999'999'999)};
}

} // namespace

struct CaptureReader::State {
    ~State() {
        if (handle != nullptr) {
            pcap->close(handle);
        }
    }

    const PcapLibrary* pcap = nullptr;
    pcap_t* handle = nullptr;
};

CaptureReader::CaptureReader(std::unique_ptr<State> state) : state_(std::move(state)) {}

CaptureReader::~CaptureReader() = default;

CaptureResult<std::unique_ptr<CaptureReader>> CaptureReader::open(const std::string& path) {
    auto state = std::make_unique<State>();
    BOOST_OUTCOME_TRY(state->pcap, pcapLibrary());
    std::array<char, PCAP_ERRBUF_SIZE> why{};
    state->handle = state->pcap->openOffline(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, why.data());
    if (state->handle == nullptr) {
        return unreadable(why.data());
    }
    if (const int linkType = state->pcap->linkType(state->handle); !isKnownLink(linkType)) {
        return unreadable(fmt::format("{} was captured on a link of type {}, which is not read here; Ethernet, Linux "
                                      "cooked, raw IP and loopback are",
                                      path, linkName(*state->pcap, linkType)));
    }
    return std::unique_ptr<CaptureReader>{new CaptureReader{std::move(state)}};
}

int CaptureReader::linkType() const noexcept {
    return state_->pcap->linkType(state_->handle);
}

CaptureResult<std::optional<CapturedPacket>> CaptureReader::next() {
    pcap_pkthdr* header = nullptr;
    const u_char* octets = nullptr;
    const int outcome = state_->pcap->next(state_->handle, &header, &octets);
    if (outcome == PCAP_ERROR_BREAK) { // the end of the file
        return std::optional<CapturedPacket>{};
    }
    if (outcome != 1) {
        return unreadable(fmt::format("{}, after {} packets", state_->pcap->error(state_->handle), frames_));
    }
    const std::size_t left = header->len > header->caplen ? header->len - header->caplen : 0;
    return std::optional{CapturedPacket{++frames_, timeOf(*header), wire::Bytes{octets, header->caplen}, left}};
}

} // namespace portolan::cli
