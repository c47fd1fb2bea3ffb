// SPDX-License-Identifier: MIT
module;

export module portolan.cli:exit_status;

export namespace portolan::cli {

/// How the command ends. Scripts rely on these numbers.
enum class ExitStatus : int {
    done = 0,
    failed = 1,    ///< anything unforeseen, a datagram that cannot be decoded included
    usage = 2,     ///< the command line makes no sense, and nothing was sent
    noGateway = 3, ///< no gateway was found, or none that can be spoken to without naming it
    noAnswer = 4,  ///< the gateway did not answer: silence, ICMP unreachable, or datagrams that are no answer
    refused = 5,   ///< the gateway said no
};

} // namespace portolan::cli
