// SPDX-License-Identifier: MIT
export module portolan.simulator:http;

import portolan.std;

export namespace portolan::simulator {

/// Header fields, in the order they came or are to go.
using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// An HTTP request, of a control point (HTTP/1.1) or of SSDP (HTTPU).
struct HttpRequest {
    std::string method; ///< in upper case, as HTTP has it
    std::string target;
    HttpFields fields{};
    std::string body{};

    /// The value of a field, whatever the case of its name; none if it is not there.
    [[nodiscard]] const std::string* field(std::string_view name) const noexcept;
};

/// An HTTP response.
struct HttpResponse {
    unsigned status = 200;
    HttpFields fields{};
    std::string body{};
};

/// Reads one HTTP request as its octets come in. What it keeps is bounded: 8 KiB of header and 64 KiB of body.
class HttpReader {
public:
    enum class Progress {
        more,     ///< the request is not complete
        complete, ///< `request()` is it; what follows it is ignored
        broken,   ///< it is none, or too large: `status()` says why
    };

    HttpReader();
    HttpReader(HttpReader&&) noexcept;
    HttpReader& operator=(HttpReader&&) noexcept;
    ~HttpReader();

    /// Takes what came next. After `complete` and `broken`, nothing is taken any more.
    Progress put(std::string_view octets);

    [[nodiscard]] const HttpRequest& request() const noexcept;

    /// The status to answer a broken request with: 400, 413 or 431.
    [[nodiscard]] unsigned status() const noexcept;

private:
    struct Parts; // Beast's parser, which nobody who imports this has to read
    std::unique_ptr<Parts> parts_;
};

/// A response as it is sent; it closes the connection, and tells the length of its body.
[[nodiscard]] std::string toText(const HttpResponse& response);

/// A request without a body, as SSDP sends it.
[[nodiscard]] std::string toText(const HttpRequest& request);

/// A response of SSDP: the status line and the fields, and nothing else.
[[nodiscard]] std::string toDatagram(const HttpFields& fields);

} // namespace portolan::simulator
