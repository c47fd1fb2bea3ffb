// SPDX-License-Identifier: MIT
export module portolan.cli:run;

import portolan.std;
import portolan.wire;
import :commands;
import :exit_status;
import :json;
import :output;

export namespace portolan::cli {

/// The whole program: reads the arguments, the first of which is its name, does what they say, and says what came of
/// it. Does not throw.
[[nodiscard]] ExitStatus run(std::span<const char* const> arguments, std::FILE* out, std::FILE* err) noexcept;

} // namespace portolan::cli

namespace portolan::cli {

ExitStatus execute(const MapCommand& command, Output& output);
ExitStatus execute(const UnmapCommand& command, Output& output);
ExitStatus execute(const KeepCommand& command, Output& output);
ExitStatus execute(const PeerCommand& command, Output& output);
ExitStatus execute(const AddressCommand& command, Output& output);
ExitStatus execute(const AnnounceCommand& command, Output& output);
ExitStatus execute(const GatewaysCommand& command, Output& output);
ExitStatus execute(const GetCommand& command, Output& output);
ExitStatus execute(const DecodeCommand& command, Output& output);
ExitStatus execute(const ListenCommand& command, Output& output);
ExitStatus execute(const ShellCommand& command, Output& output);
ExitStatus execute(const SimulateCommand& command, Output& output);

/// Explains a capture, the file that `command.pcap` names.
ExitStatus decodeCapture(const DecodeCommand& command, Output& output);

/// The fields of a datagram as an array of objects.
Json fieldsOf(wire::Bytes datagram);

/// Tells the fields of a datagram, a row each: offset, octets, name, value.
void explainDatagram(wire::Bytes datagram, const std::function<void(std::string_view row)>& tell);

/// Prints the datagrams that `map` would send first, and sends nothing.
ExitStatus showRequest(const MapCommand& command, Output& output);

} // namespace portolan::cli
