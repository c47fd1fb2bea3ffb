// SPDX-License-Identifier: MIT
module;

#include <pcap/pcap.h>

// libpcap, of which no more than this is used. Not exported.
export module portolan.cli:pcap_library;

import portolan.std;
import :capture;
import :failure;

namespace portolan::cli {

struct PcapLibrary {
    decltype(&::pcap_open_dead_with_tstamp_precision) openDead = nullptr;
    decltype(&::pcap_dump_fopen) dumpTo = nullptr;
    decltype(&::pcap_dump) dump = nullptr;
    decltype(&::pcap_dump_flush) flush = nullptr;
    decltype(&::pcap_dump_close) dumpClose = nullptr;
    decltype(&::pcap_open_offline_with_tstamp_precision) openOffline = nullptr;
    decltype(&::pcap_next_ex) next = nullptr;
    decltype(&::pcap_datalink) linkType = nullptr;
    decltype(&::pcap_datalink_val_to_name) linkName = nullptr;
    decltype(&::pcap_geterr) error = nullptr;
    decltype(&::pcap_close) close = nullptr;
};

/// Loads it, if that was not done yet.
[[nodiscard]] CaptureResult<const PcapLibrary*> pcapLibrary();

} // namespace portolan::cli
