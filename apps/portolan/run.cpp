// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

module portolan.cli;

#include "resolve.hpp"

namespace portolan::cli {

namespace {

/// The recording of a command that has one.
template <class AnyCommand>
Recording* recordingOf(AnyCommand& command) {
    if constexpr (requires { command.via.recording; }) {
        return &command.via.recording;
    } else if constexpr (requires { command.recording; }) {
        return &command.recording;
    } else {
        return nullptr;
    }
}

/// Begins the capture that is asked for, before anything is sent.
std::optional<Failure> begin(Recording& recording, Output& output) {
    auto created = CaptureFile::create(*recording.file);
    if (!created) {
        return created.error();
    }
    recording.tap = [file = created.assume_value(), complained = std::make_shared<bool>(false),
                     &output](Direction direction, const net::ip::udp::endpoint& local,
                              const net::ip::udp::endpoint& remote, wire::Bytes datagram) {
        if (!*complained && !file->add(direction, local, remote, datagram)) {
            *complained = true;
            output.warn("--pcap: the capture cannot be written any further");
        }
    };
    return std::nullopt;
}

ExitStatus obey(Wish wish, Output& output) {
    if (const auto* error = std::get_if<UsageError>(&wish)) {
        return output.fail(explain(*error));
    }
    if (const auto* saying = std::get_if<Saying>(&wish)) {
        output.write(saying->text);
        return ExitStatus::done;
    }
    return std::visit(
        [&output](auto& command) {
            output.configure(command.common);
            if (Recording* recording = recordingOf(command); recording != nullptr && recording->file) {
                if (const auto failure = begin(*recording, output)) {
                    return output.fail(*failure);
                }
            }
            if constexpr (requires { command.via.named; }) {
                if (const auto resolved = resolve(command.via); !resolved) {
                    return output.fail(explain(resolved.error()));
                }
            }
            return execute(command, output);
        },
        std::get<Command>(wish));
}

} // namespace

ExitStatus run(std::span<const char* const> arguments, std::FILE* out, std::FILE* err) noexcept {
    try {
        Output output{out, err, wantsJson(arguments)};
        try {
            const ExitStatus status = obey(readCommandLine(arguments), output);
            if (status == ExitStatus::done && !output.good()) {
                output.remark("not everything could be written to standard output");
                return ExitStatus::failed;
            }
            return status;
        } catch (const std::exception& unexpected) {
            return output.fail(unforeseen(unexpected.what()));
        }
    } catch (...) {
        std::fputs("portolan: out of memory\n", err);
        return ExitStatus::failed;
    }
}

} // namespace portolan::cli
