// SPDX-License-Identifier: MIT
// Windows has no libpcap but what comes with the driver of a packet sniffer, and that has a C library of its own, whose
// files are not ours: captures are neither written nor read.
module;

#include <boost/outcome/result.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

module portolan.cli;

namespace portolan::cli {

namespace {

Failure notHere() {
    return {ExitStatus::failed, "system", "LIBRARY_MISSING",
            "--pcap: captures are neither written nor read on Windows; capture by Wireshark, and read elsewhere"};
}

} // namespace

struct CaptureFile::State {};

CaptureFile::CaptureFile(std::unique_ptr<State> state) : state_(std::move(state)) {}

CaptureFile::~CaptureFile() = default;

CaptureResult<std::shared_ptr<CaptureFile>> CaptureFile::create(const std::string&) {
    return notHere();
}

bool CaptureFile::add(Direction, const net::ip::udp::endpoint&, const net::ip::udp::endpoint&, wire::Bytes) {
    return false;
}

struct CaptureReader::State {};

CaptureReader::CaptureReader(std::unique_ptr<State> state) : state_(std::move(state)) {}

CaptureReader::~CaptureReader() = default;

CaptureResult<std::unique_ptr<CaptureReader>> CaptureReader::open(const std::string&) {
    return notHere();
}

int CaptureReader::linkType() const noexcept {
    return -1;
}

CaptureResult<std::optional<CapturedPacket>> CaptureReader::next() {
    return notHere();
}

} // namespace portolan::cli
