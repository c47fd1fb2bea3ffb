// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <pcap/pcap.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.transport;
import :pcap_library;

namespace portolan::cli {

namespace {

constexpr int longestPacket = 65'575; // the headers of IPv6 and UDP, and the largest datagram

Failure unwritable(const std::string& path, const std::string& why) {
    return {ExitStatus::failed, "system", "CAPTURE_UNWRITABLE",
            fmt::format("--pcap: {} cannot be written: {}", path, why)};
}

std::string systemError() {
    return std::error_code{errno, std::generic_category()}.message();
}

/// Whether nobody else may read the file from here on, if it is one that keeps what is written to it.
bool makePrivate(int descriptor) {
    struct stat state{};
    return ::fstat(descriptor, &state) == 0 && (!S_ISREG(state.st_mode) || ::fchmod(descriptor, 0600) == 0);
}

/// Opens the file for its owner alone; no hook of ours inherits it.
std::FILE* openPrivately(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    std::FILE* file = descriptor < 0 || !makePrivate(descriptor) ? nullptr : ::fdopen(descriptor, "wb");
    if (file == nullptr && descriptor >= 0) {
        const int why = errno;
        ::close(descriptor);
        errno = why;
    }
    return file;
}

UdpPacket packetOf(Direction direction, const net::ip::udp::endpoint& local, const net::ip::udp::endpoint& remote,
                   wire::Bytes datagram) {
    UdpPacket packet{transport::toWire(local.address()), local.port(), transport::toWire(remote.address()),
                     remote.port(), datagram};
    if (direction == Direction::received) {
        std::swap(packet.source, packet.destination);
        std::swap(packet.sourcePort, packet.destinationPort);
    }
    return packet;
}

} // namespace

struct CaptureFile::State {
    ~State() {
        if (dumper != nullptr) {
            pcap->dumpClose(dumper);
        }
        if (handle != nullptr) {
            pcap->close(handle);
        }
    }

    const PcapLibrary* pcap = nullptr;
    pcap_t* handle = nullptr;
    pcap_dumper_t* dumper = nullptr;
};

CaptureFile::CaptureFile(std::unique_ptr<State> state) : state_(std::move(state)) {}

CaptureFile::~CaptureFile() = default;

CaptureResult<std::shared_ptr<CaptureFile>> CaptureFile::create(const std::string& path) {
    auto state = std::make_unique<State>();
    BOOST_OUTCOME_TRY(state->pcap, pcapLibrary());
    state->handle = state->pcap->openDead(DLT_RAW, longestPacket, PCAP_TSTAMP_PRECISION_NANO);
    if (state->handle == nullptr) {
        return unwritable(path, "libpcap has no memory for it");
    }
    std::FILE* file = openPrivately(path);
    if (file == nullptr) {
        return unwritable(path, systemError());
    }
    state->dumper = state->pcap->dumpTo(state->handle, file);
    if (state->dumper == nullptr) {
        std::fclose(file);
        return unwritable(path, state->pcap->error(state->handle));
    }
    if (state->pcap->flush(state->dumper) != 0) {
        return unwritable(path, systemError());
    }
    return std::shared_ptr<CaptureFile>{new CaptureFile{std::move(state)}};
}

bool CaptureFile::add(Direction direction, const net::ip::udp::endpoint& local, const net::ip::udp::endpoint& remote,
                      wire::Bytes datagram) {
    const std::vector<std::uint8_t> packet = ipPacket(packetOf(direction, local, remote, datagram));
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    pcap_pkthdr header{};
    header.ts.tv_sec = static_cast<decltype(header.ts.tv_sec)>(seconds.count());
    // In a capture of nanoseconds these stand in the place of microseconds.
    header.ts.tv_usec = static_cast<decltype(header.ts.tv_usec)>(std::chrono::nanoseconds{now - seconds}.count());
    header.caplen = header.len = static_cast<bpf_u_int32>(packet.size());
    state_->pcap->dump(reinterpret_cast<u_char*>(state_->dumper), &header, packet.data());
    return state_->pcap->flush(state_->dumper) == 0;
}

} // namespace portolan::cli
