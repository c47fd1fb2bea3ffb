// SPDX-License-Identifier: MIT
// The protocol tester: what its lines mean, and what it does. It speaks to the gateway by a socket of its own, not
// through a client, so that nothing is renewed, repeated or put right behind the user's back.
export module portolan.cli:shell;

import portolan.std;
import portolan;
import portolan.wire;
import :arguments;
import :commands;
import :exit_status;
import :failure;
import :json;
import :output;

export namespace portolan::cli {

using Words = std::span<const std::string>;

/// Splits a line into words: blanks part them, quotes of either kind keep what is between them together, and '#' at the
/// beginning of a word begins a comment.
[[nodiscard]] Parsed<std::vector<std::string>> splitWords(std::string_view line);

/// What requests of the shell are made with.
struct RequestSettings {
    std::uint8_t version = wire::pcpVersion; ///< the version octet; 0 makes requests of NAT-PMP
    wire::Address client{};                  ///< the client's address, for the header of PCP
    std::uint32_t lifetimeSeconds = 7200;
    std::function<Nonce(Protocol protocol, std::uint16_t internalPort)> nonceFor{};
};

/// A request as it is to be sent.
struct BuiltRequest {
    std::vector<std::uint8_t> octets;
    std::optional<wire::Breach> breach; ///< a rule that it breaks, which is sent all the same
};

/// Whether this word begins a request: "map", "peer", "announce", "address", "delete", "raw".
[[nodiscard]] bool isRequest(std::string_view command) noexcept;

/// Makes a request of a line: "map tcp:8080:443 lifetime=60 filter=198.51.100.0/24", "raw 02 00".
[[nodiscard]] Parsed<BuiltRequest> buildRequest(Words words, const RequestSettings& settings);

/// An option of PCP: its code, and its data.
struct ShellOption {
    wire::OptionCode code{};
    std::vector<std::uint8_t> data;

    friend bool operator==(const ShellOption&, const ShellOption&) = default;
};

/// An option as it is written: by its name in the registry, in either case, with a value of its own kind
/// ("description=my server"), or by its number with its data in hex ("128=68656c6c6f"). `internalPort` is where a
/// PORT_SET begins that does not say it.
[[nodiscard]] Parsed<ShellOption> parseOption(std::string_view text, std::uint16_t internalPort);

/// What the last word of this line, which may be empty, can become; whole words, in order.
[[nodiscard]] std::vector<std::string> completions(std::string_view line);

} // namespace portolan::cli

namespace portolan::cli {

/// A command of the shell, as `help` tells it.
struct ShellHelp {
    std::string_view name;
    std::string_view shape; ///< of its arguments
    std::string_view help;
};

[[nodiscard]] std::span<const ShellHelp> shellCommands() noexcept;

/// An option with the shape of its value; empty for one that has none.
struct OptionHelp {
    wire::OptionCode code{};
    std::string_view shape;
};

[[nodiscard]] std::span<const OptionHelp> shellOptions() noexcept;

/// The names that `set` takes.
[[nodiscard]] std::span<const ShellHelp> shellSettings() noexcept;

/// "THIRD_PARTY" as "third_party".
[[nodiscard]] std::string lowered(std::string_view text);

/// One UDP socket towards a gateway, and the signals of the user. Nothing happens but within its functions.
class Probe {
public:
    Probe();
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;

    /// Connects the socket anew.
    [[nodiscard]] result<void> connect(const net::ip::udp::endpoint& gateway,
                                       const std::optional<net::ip::address>& source);
    void close();

    [[nodiscard]] bool isOpen() const noexcept { return socket_.is_open(); }

    [[nodiscard]] net::ip::udp::endpoint local() const;
    [[nodiscard]] net::ip::udp::endpoint remote() const;

    [[nodiscard]] net::error_code send(wire::Bytes datagram);

    using Deadline = std::chrono::steady_clock::time_point;

    /// A datagram that came before the deadline; `would_block` if none did or the user has enough.
    [[nodiscard]] net::error_code receive(std::vector<std::uint8_t>& datagram, Deadline deadline);

    /// Waits until `done`, the deadline, or an interrupt; whether it was done.
    bool runUntil(const std::function<bool()>& done, Deadline deadline);

    /// Waits until there is something to read from a file; false if the user has enough. One file a system defines it.
    bool awaitReadable(int file);

    /// Whether the user wants the present wait to end (Ctrl-C), or the program (SIGTERM, SIGHUP).
    [[nodiscard]] bool isInterrupted() const noexcept { return interrupted_ || ended_; }

    [[nodiscard]] bool isEnded() const noexcept { return ended_; }

    /// Forgets a Ctrl-C.
    void resume() noexcept { interrupted_ = false; }

    [[nodiscard]] net::any_io_executor executor() { return context_.get_executor(); }

private:
    void awaitSignal();

    net::io_context context_{1};
    net::signal_set signals_;
    net::ip::udp::socket socket_;
    bool interrupted_ = false;
    bool ended_ = false;
};

/// Where lines come from: none at the end.
using LineSource = std::function<std::optional<std::string>()>;

/// Opens a script, whose path is in UTF-8; -1, with `errno` set, if there is none that can be read. One file a system
/// defines it.
[[nodiscard]] int openScript(const std::string& path);

/// The lines of a file that is open; `prompt` is printed before each if it is not empty.
[[nodiscard]] LineSource linesOf(int file, Probe& probe, std::string prompt, Output& output);

/// The lines that a user types, with editing, completion, and a history that is kept in this file, if one is named.
/// Without the library for it, which is told, plain lines.
[[nodiscard]] LineSource typedLines(Probe& probe, const std::string& history, Output& output);

/// The shell itself.
class Shell {
public:
    Shell(const ShellCommand& command, Output& output);

    /// Obeys line after line to their end; the status of the first that failed, where they come from a script.
    ExitStatus run(const LineSource& lines, const std::string& script);

    [[nodiscard]] Probe& probe() noexcept { return probe_; }

private:
    /// What an exchange came to.
    struct Exchange {
        ExitStatus status = ExitStatus::done;
        std::optional<std::chrono::nanoseconds> roundTrip;
    };

    ExitStatus obey(std::string_view line);
    ExitStatus obeyWords(Words words);
    ExitStatus fail(const Failure& failure);
    ExitStatus failUsage(std::string message);

    // exchange.cpp: requests and answers
    std::optional<Failure> connect();
    Exchange request(Words words);
    Exchange exchange(wire::Bytes request);
    Exchange awaitAnswer(wire::Bytes request, std::chrono::steady_clock::time_point sent,
                         std::chrono::steady_clock::time_point deadline);
    void showSent(wire::Bytes datagram);
    void showReceived(wire::Bytes datagram, std::chrono::nanoseconds after, bool answer);
    void showFields(wire::Bytes datagram);
    void record(Direction direction, wire::Bytes datagram);
    [[nodiscard]] Nonce nonceFor(Protocol protocol, std::uint16_t internalPort);

    // commands.cpp: everything else
    ExitStatus repeat(Words words);
    ExitStatus listen(Words words);
    ExitStatus wait(Words words);
    ExitStatus expect(Words words);
    ExitStatus help(Words words);

    // get.cpp
    ExitStatus get(Words words);

    // settings.cpp
    ExitStatus set(Words words);
    ExitStatus show(Words words);

    const ShellCommand& command_;
    Output& output_;
    Probe probe_;
    std::string place_; ///< of the present line in a script, for errors
    bool quit_ = false;

    std::optional<net::ip::udp::endpoint> server_; ///< none: the default route's gateway
    std::optional<net::ip::address> source_;
    std::optional<wire::Address> client_; ///< none: the socket's own
    std::uint8_t version_ = wire::pcpVersion;
    std::optional<Nonce> nonce_; ///< none: one for each mapping, made up when it is first needed
    std::map<std::pair<Protocol, std::uint16_t>, Nonce> nonces_;
    std::uint32_t lifetimeSeconds_ = 7200;
    std::chrono::milliseconds timeout_{3000}; ///< after the first transmission; doubled with each other
    unsigned tries_ = 1;
    std::uint16_t announcementPort_ = wire::announcementPort;
    bool hex_ = false;
    bool fields_ = true;
    bool drafts_ = false;
    std::vector<std::uint8_t> lastAnswer_;
};

} // namespace portolan::cli
