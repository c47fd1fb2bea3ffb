// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <pcap/pcap.h>
#include <string>

module portolan.cli;

import :library;
import :pcap_library;

namespace portolan::cli {

namespace {

CaptureResult<PcapLibrary> loadPcap() {
    // Debian's name, and that of others.
    const auto library = Library::load({"libpcap.so.0.8", "libpcap.so.1"}, "libpcap0.8");
    if (!library) {
        return Failure{ExitStatus::failed, "system", "LIBRARY_MISSING", library.error().message};
    }
    const Library& from = library.assume_value();
    PcapLibrary pcap;
    const bool whole = from.find("pcap_open_dead_with_tstamp_precision", pcap.openDead) &&
                       from.find("pcap_dump_fopen", pcap.dumpTo) && from.find("pcap_dump", pcap.dump) &&
                       from.find("pcap_dump_flush", pcap.flush) && from.find("pcap_dump_close", pcap.dumpClose) &&
                       from.find("pcap_open_offline_with_tstamp_precision", pcap.openOffline) &&
                       from.find("pcap_next_ex", pcap.next) && from.find("pcap_datalink", pcap.linkType) &&
                       from.find("pcap_datalink_val_to_name", pcap.linkName) && from.find("pcap_geterr", pcap.error) &&
                       from.find("pcap_close", pcap.close);
    if (!whole) {
        return Failure{ExitStatus::failed, "system", "LIBRARY_MISSING",
                       "libpcap is too old for captures; install version 1.5 or later"};
    }
    return pcap;
}

} // namespace

CaptureResult<const PcapLibrary*> pcapLibrary() {
    static const CaptureResult<PcapLibrary> loaded = loadPcap();
    if (!loaded) {
        return loaded.error();
    }
    return &loaded.assume_value();
}

} // namespace portolan::cli
