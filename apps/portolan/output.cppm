// SPDX-License-Identifier: MIT
export module portolan.cli:output;

import portolan.std;
import portolan;
import :commands;
import :exit_status;
import :failure;
import :json;
import :stream;

export namespace portolan::cli {

/// Where the command says things. Every line is written out at once, so that another program can wait for it.
class Output {
public:
    Output(std::FILE* out, std::FILE* err, bool json) noexcept : out_(out), err_(err), json_(json) {}

    void configure(const CommonOptions& options) noexcept {
        json_ = options.json;
        verbose_ = options.verbose;
    }

    [[nodiscard]] bool json() const noexcept { return json_; }

    [[nodiscard]] bool verbose() const noexcept { return verbose_; }

    /// An object, on a line of standard output. In JSON mode, which is for programs, there is nothing else.
    void object(const Json& said);

    /// A line on standard output.
    void line(std::string_view text);

    /// A text on standard output that has its line ends.
    void write(std::string_view text);

    /// A line on standard error, if --verbose was given.
    void detail(std::string_view text);

    /// A line on standard error, in text mode only.
    void remark(std::string_view text);

    /// Something that is wrong and does not end the command: an object in JSON mode, otherwise a line on standard
    /// error.
    void warn(std::string_view text);

    /// The error: an object on standard output in JSON mode, otherwise a line on standard error.
    ExitStatus fail(const Failure& failure);

    /// Whether everything could be written.
    [[nodiscard]] bool good() const noexcept { return out_.good(); }

    /// From now on nobody waits for slow readers: `onKept` is called when they have not taken everything, and `flush`
    /// then is to be called until it says that they have.
    void neverWait(const std::function<void()>& onKept);
    [[nodiscard]] bool flush();

    /// Gives slow readers this time for the rest.
    void drain(std::chrono::milliseconds limit);

private:
    Stream out_;
    Stream err_;
    bool json_;
    bool verbose_ = false;
};

/// A failure, as an error's object without its event.
[[nodiscard]] Json toJson(const Failure& failure);

/// A mapping, as the object of this event.
[[nodiscard]] Json toJson(std::string_view event, const MappingInfo& info);

/// {"address":…,"port":…}
[[nodiscard]] Json toJson(const net::ip::address& address, std::uint16_t port);

/// "pcp", "nat-pmp" or "upnp".
[[nodiscard]] std::string_view word(Via via);

/// "192.0.2.1:80", "[2001:db8::1]:80"; "192.0.2.1, all ports" for port 0.
[[nodiscard]] std::string toText(const net::ip::address& address, std::uint16_t port);

} // namespace portolan::cli
