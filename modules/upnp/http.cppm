// SPDX-License-Identifier: MIT
export module portolan.upnp:http;

import portolan.std;
import :error;

export namespace portolan::upnp {

/// A header field, as written.
struct HttpField {
    std::string name;
    std::string value;

    friend bool operator==(const HttpField&, const HttpField&) = default;
};

/// The value of the first field of this name, whatever its case; empty if there is none.
[[nodiscard]] std::string_view fieldOf(const std::vector<HttpField>& fields, std::string_view name) noexcept;

/// A request to send. Host, Content-Length and Connection are added where it is written.
struct HttpRequest {
    std::string method = "GET";
    std::string target = "/"; ///< path and query
    std::string host;         ///< literal address, with the port where it is not 80
    std::vector<HttpField> fields;
    std::string body;
};

/// The octets of the request, which ask for the connection to be closed after the answer (HTTP/1.1).
[[nodiscard]] std::string serialize(const HttpRequest& request);

struct HttpResponse {
    unsigned status = 0;
    std::vector<HttpField> fields;
    std::string body;
};

/// How much of an answer is read.
struct HttpLimits {
    std::size_t head = 16 * 1024;  ///< octets of status line and header
    std::size_t fields = 64;       ///< header fields
    std::size_t body = 256 * 1024; ///< octets
};

/// Reads one response as its octets come. Whatever they are, it holds no more memory than the limits say.
class HttpReader {
public:
    explicit HttpReader(const HttpLimits& limits = {});
    ~HttpReader();
    HttpReader(HttpReader&&) noexcept;
    HttpReader& operator=(HttpReader&&) noexcept;

    /// Takes the next octets. True: the response is whole, and what follows it was left aside. Errors:
    /// `Fault::notHttp`, `Fault::tooLarge`; nothing is to be handed in after one.
    result<bool> handleOctets(wire::Bytes octets);

    /// The other side closed the connection. A body that was announced to be longer is taken as it came, as some
    /// gateways miscount: whoever reads it will see what is missing.
    result<void> handleEnd();

    /// The response, once it is whole.
    [[nodiscard]] HttpResponse take();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The first line and the header of a datagram of SSDP, which is HTTP without a body.
struct HttpHead {
    unsigned status = 0; ///< of a response; 0: it is a request
    std::string method;  ///< of a request
    std::vector<HttpField> fields;
};

/// Reads a datagram; line ends without CR and a missing empty line at the end are forgiven. Errors: `Fault::notHttp`,
/// `Fault::tooLarge`.
[[nodiscard]] result<HttpHead> parseHead(wire::Bytes datagram);

} // namespace portolan::upnp
