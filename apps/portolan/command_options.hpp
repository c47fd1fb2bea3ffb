// SPDX-License-Identifier: MIT
// The options of the commands that speak to gateways, declared to CLI11. To be included by implementation units of
// portolan.cli after their imports: what is declared here is the module's own. (Where a unit imports a partition, clang
// 19 refuses the variant of all commands; see docs/adr/0004.)
#pragma once

namespace portolan::cli {

/// "portolan 0.1.0".
[[nodiscard]] const char* versionText();

/// A port, 1 to 65535; 0, too, where it stands for any that is free.
[[nodiscard]] Parsed<std::uint16_t> parsePort(std::string_view text);
[[nodiscard]] Parsed<std::uint16_t> parsePortOrAny(std::string_view text);

/// What every command has.
void addCommon(CLI::App& app, CommonOptions& options, const char* timeoutHelp);

void addRecording(CLI::App& app, Recording& recording);

/// Whom a command asks, and how.
void addGateway(CLI::App& app, GatewayOptions& options);

void addMap(CLI::App& app, MapCommand& command);
void addUnmap(CLI::App& app, UnmapCommand& command);
void addKeep(CLI::App& app, KeepCommand& command, KeepSettings& settings);
void addPeer(CLI::App& app, PeerCommand& command);
void addGateways(CLI::App& app, GatewaysCommand& command);
void addGet(CLI::App& app, GetCommand& command);

} // namespace portolan::cli
