// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.upnp;

namespace portolan::upnp {

namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

/// An answer that is not the last ("100 Continue") may come first; nobody needs many.
constexpr unsigned mostInterim = 4;

Fault faultOf(const error_code& error) {
    const bool large =
        error == http::error::header_limit || error == http::error::body_limit || error == http::error::buffer_overflow;
    return large ? Fault::tooLarge : Fault::notHttp;
}

std::vector<HttpField> fieldsOf(const http::fields& fields) {
    std::vector<HttpField> all;
    for (const auto& field : fields) {
        all.push_back({std::string{field.name_string()}, std::string{field.value()}});
    }
    return all;
}

template <class Parser>
bool hasTooManyFields(const Parser& parser, const HttpLimits& limits) {
    const auto& fields = parser.get().base();
    return static_cast<std::size_t>(std::distance(fields.begin(), fields.end())) > limits.fields;
}

/// With CR before every LF and an empty line at the end.
std::string normalized(wire::Bytes datagram) {
    std::string text;
    text.reserve(datagram.size() + 4);
    for (const std::uint8_t octet : datagram) {
        if (octet == '\n' && !text.ends_with('\r')) {
            text += '\r';
        }
        text += static_cast<char>(octet);
    }
    return text + "\r\n\r\n";
}

/// Why the text has no header that is whole and small enough, if so.
template <class Parser>
std::optional<Fault> readHeader(Parser& parser, const std::string& text) {
    const HttpLimits limits;
    parser.header_limit(static_cast<std::uint32_t>(limits.head));
    parser.skip(true); // a datagram of SSDP has no body, whatever it says
    error_code error;
    parser.put(boost::asio::buffer(text), error);
    if (error) {
        return faultOf(error);
    }
    if (!parser.is_header_done()) {
        return Fault::notHttp;
    }
    return hasTooManyFields(parser, limits) ? std::optional{Fault::tooLarge} : std::nullopt;
}

} // namespace

std::string_view fieldOf(const std::vector<HttpField>& fields, std::string_view name) noexcept {
    const auto at =
        std::ranges::find_if(fields, [name](const HttpField& field) { return equalsIgnoringCase(field.name, name); });
    return at == fields.end() ? std::string_view{} : std::string_view{at->value};
}

std::string serialize(const HttpRequest& request) {
    http::request<http::string_body> message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.target);
    message.set(http::field::host, request.host);
    for (const HttpField& field : request.fields) {
        message.insert(field.name, field.value);
    }
    message.set(http::field::connection, "close");
    message.body() = request.body;
    message.prepare_payload();
    std::string octets;
    http::request_serializer<http::string_body> serializer{message};
    error_code error;
    while (!error && !serializer.is_done()) {
        serializer.next(error, [&](error_code&, const auto& buffers) {
            const std::size_t before = octets.size();
            for (const boost::asio::const_buffer buffer : boost::beast::buffers_range_ref(buffers)) {
                octets.append(static_cast<const char*>(buffer.data()), buffer.size());
            }
            serializer.consume(octets.size() - before);
        });
    }
    return octets;
}

struct HttpReader::State {
    using Parser = http::response_parser<http::string_body>;

    explicit State(const HttpLimits& most) : limits(most) { start(); }

    void start() {
        parser.emplace();
        parser->eager(true);
        parser->header_limit(static_cast<std::uint32_t>(limits.head));
        parser->body_limit(limits.body);
    }

    result<bool> parse();

    HttpLimits limits;
    std::optional<Parser> parser;
    std::string pending;      ///< not yet understood
    std::size_t received = 0; ///< altogether
    unsigned interim = 0;
};

HttpReader::HttpReader(const HttpLimits& limits) : state_(std::make_unique<State>(limits)) {}

HttpReader::~HttpReader() = default;
HttpReader::HttpReader(HttpReader&&) noexcept = default;
HttpReader& HttpReader::operator=(HttpReader&&) noexcept = default;

result<bool> HttpReader::State::parse() {
    while (!pending.empty()) {
        error_code error;
        const std::size_t taken = parser->put(boost::asio::buffer(pending), error);
        pending.erase(0, taken);
        if (error == http::error::need_more) {
            break;
        }
        if (error) {
            return Error{faultOf(error)};
        }
        if (parser->is_header_done() && hasTooManyFields(*parser, limits)) {
            return Error{Fault::tooLarge};
        }
        if (!parser->is_done()) {
            if (taken == 0) {
                break;
            }
            continue;
        }
        if (parser->get().result_int() / 100 != 1) {
            return true;
        }
        if (++interim > mostInterim) {
            return Error{Fault::notHttp};
        }
        start();
    }
    return false;
}

result<bool> HttpReader::handleOctets(wire::Bytes octets) {
    State& state = *state_;
    state.received += octets.size();
    // Chunks have headers of their own, which count as neither head nor body.
    if (state.received > 2 * (state.limits.head + state.limits.body)) {
        return Error{Fault::tooLarge};
    }
    state.pending.append(reinterpret_cast<const char*>(octets.data()), octets.size());
    auto whole = state.parse();
    if (whole && !whole.value() && !state.parser->is_header_done() && state.pending.size() > state.limits.head) {
        return Error{Fault::tooLarge};
    }
    return whole;
}

result<void> HttpReader::handleEnd() {
    State& state = *state_;
    if (!state.parser->is_header_done()) {
        return Error{Fault::notHttp};
    }
    error_code ignored; // a body cut short
    state.parser->put_eof(ignored);
    return boost::outcome_v2::success();
}

HttpResponse HttpReader::take() {
    auto message = state_->parser->release();
    return {message.result_int(), fieldsOf(message.base()), std::move(message.body())};
}

result<HttpHead> parseHead(wire::Bytes datagram) {
    const std::string text = normalized(datagram);
    if (text.starts_with("HTTP/")) {
        http::response_parser<http::empty_body> parser;
        if (const auto fault = readHeader(parser, text)) {
            return Error{*fault};
        }
        const auto& message = parser.get();
        return HttpHead{message.result_int(), {}, fieldsOf(message.base())};
    }
    http::request_parser<http::empty_body> parser;
    if (const auto fault = readHeader(parser, text)) {
        return Error{*fault};
    }
    const auto& message = parser.get();
    return HttpHead{0, std::string{message.method_string()}, fieldsOf(message.base())};
}

} // namespace portolan::upnp
