// SPDX-License-Identifier: MIT
module;

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

// The one unit here that parses Boost.Beast.
module portolan.simulator;

import :http;

namespace portolan::simulator {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::uint32_t maxHeader = 8 * 1024;
constexpr std::uint64_t maxBody = std::uint64_t{64} * 1024;
constexpr unsigned http11 = 11;

unsigned statusOf(const beast::error_code& error) noexcept {
    if (error == http::error::header_limit) {
        return static_cast<unsigned>(http::status::request_header_fields_too_large);
    }
    if (error == http::error::body_limit) {
        return static_cast<unsigned>(http::status::payload_too_large);
    }
    return static_cast<unsigned>(http::status::bad_request);
}

template <bool isRequest, class Body>
std::string serialized(const http::message<isRequest, Body, http::fields>& message) {
    std::string text;
    beast::error_code error;
    http::serializer<isRequest, Body> serializer{message};
    while (!error && !serializer.is_done()) {
        serializer.next(error, [&](beast::error_code&, const auto& buffers) {
            std::size_t size = 0;
            for (const auto buffer : beast::buffers_range_ref(buffers)) {
                text.append(static_cast<const char*>(buffer.data()), buffer.size());
                size += buffer.size();
            }
            serializer.consume(size);
        });
    }
    return text;
}

template <class Message>
void insert(Message& message, const HttpFields& fields) {
    for (const auto& [name, value] : fields) {
        message.insert(name, value);
    }
}

} // namespace

const std::string* HttpRequest::field(std::string_view name) const noexcept {
    for (const auto& [each, value] : fields) {
        if (beast::iequals(each, name)) {
            return &value;
        }
    }
    return nullptr;
}

struct HttpReader::Parts {
    http::request_parser<http::string_body> parser;
    std::string pending; ///< what the parser has not consumed
    HttpRequest request;
    Progress progress = Progress::more;
    unsigned status = 0;

    Parts() {
        parser.header_limit(maxHeader);
        parser.body_limit(maxBody);
        parser.eager(true);
    }

    void finish() {
        auto& message = parser.get();
        request.method = message.method_string();
        request.target = message.target();
        for (const auto& field : message) {
            request.fields.emplace_back(field.name_string(), field.value());
        }
        request.body = std::move(message.body());
    }
};

HttpReader::HttpReader() : parts_(std::make_unique<Parts>()) {}

HttpReader::HttpReader(HttpReader&&) noexcept = default;
HttpReader& HttpReader::operator=(HttpReader&&) noexcept = default;
HttpReader::~HttpReader() = default;

HttpReader::Progress HttpReader::put(std::string_view octets) {
    Parts& parts = *parts_;
    if (parts.progress != Progress::more) {
        return parts.progress;
    }
    parts.pending += octets;
    beast::error_code error;
    const std::size_t consumed =
        parts.parser.put(boost::asio::const_buffer{parts.pending.data(), parts.pending.size()}, error);
    parts.pending.erase(0, consumed);
    if (error && error != http::error::need_more) {
        parts.progress = Progress::broken;
        parts.status = statusOf(error);
    } else if (parts.parser.is_done()) {
        parts.progress = Progress::complete;
        parts.finish();
    }
    return parts.progress;
}

const HttpRequest& HttpReader::request() const noexcept {
    return parts_->request;
}

unsigned HttpReader::status() const noexcept {
    return parts_->status;
}

std::string toText(const HttpResponse& response) {
    http::response<http::string_body> message{http::int_to_status(response.status), http11};
    insert(message, response.fields);
    message.body() = response.body;
    message.keep_alive(false);
    message.prepare_payload();
    return serialized(message);
}

std::string toText(const HttpRequest& request) {
    http::request<http::empty_body> message{http::string_to_verb(request.method), request.target, http11};
    insert(message, request.fields);
    return serialized(message);
}

std::string toDatagram(const HttpFields& fields) {
    http::response<http::empty_body> message{http::status::ok, http11};
    insert(message, fields);
    return serialized(message);
}

} // namespace portolan::simulator
