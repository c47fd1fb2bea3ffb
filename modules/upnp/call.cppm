// SPDX-License-Identifier: MIT
export module portolan.upnp:call;

import portolan.std;
import portolan.net;
import portolan.session;
import :error;
import :http;

export namespace portolan::upnp {

/// From where a request is made.
struct CallSource {
    net::ip::address address;
    std::string device{}; ///< the interface that alone is used; empty: any
};

/// One request of HTTP, on a connection of its own. Everything happens on the executor given, which must run one
/// handler at a time (a strand). How long it may take is for the caller to say, by `cancel()`.
class HttpCall : public std::enable_shared_from_this<HttpCall> {
public:
    using Handler = std::function<void(result<HttpResponse>)>;

    HttpCall(const net::any_io_executor& strand, const HttpLimits& limits, Handler handler);

    /// Connects from `source` to `server`, sends the octets and reads the answer; the handler is called once then,
    /// later and never from within, with the answer, a `Fault`, or the system's error.
    void start(const CallSource& source, const net::ip::tcp::endpoint& server, std::string octets);

    /// Breaks it off; the handler is not called.
    void cancel();

private:
    void send();
    void read();
    void end(result<HttpResponse> outcome);

    net::ip::tcp::socket socket_;
    HttpReader reader_;
    Handler handler_;
    std::string octets_;
    std::array<char, 4096> room_{};
};

} // namespace portolan::upnp
