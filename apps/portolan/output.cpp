// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <cstdio>
#include <fmt/format.h>
#include <string>
#include <string_view>

module portolan.cli;

namespace portolan::cli {

namespace {

void writeTo(std::FILE* file, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file);
    std::fflush(file);
}

} // namespace

void Output::object(const Json& said) {
    writeTo(out_, said.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n');
}

void Output::line(std::string_view text) {
    writeTo(out_, fmt::format("{}\n", text));
}

void Output::write(std::string_view text) {
    writeTo(out_, text);
}

void Output::detail(std::string_view text) {
    if (verbose_) {
        writeTo(err_, fmt::format("{}\n", text));
    }
}

void Output::remark(std::string_view text) {
    if (!json_) {
        writeTo(err_, fmt::format("portolan: {}\n", text));
    }
}

ExitStatus Output::fail(const Failure& failure) {
    if (!json_) {
        remark(failure.message);
        return failure.status;
    }
    Json told{{"event", "error"}, {"kind", failure.kind}, {"code", failure.code}, {"message", failure.message}};
    told["retry_after_s"] = failure.retryAfter ? Json(failure.retryAfter->count()) : Json(nullptr);
    object(told);
    return failure.status;
}

Json toJson(const net::ip::address& address, std::uint16_t port) {
    return {{"address", address.to_string()}, {"port", port}};
}

std::string toText(const net::ip::address& address, std::uint16_t port) {
    const std::string text = address.to_string();
    if (port == 0) {
        return fmt::format("{}, all ports", text);
    }
    return address.is_v6() ? fmt::format("[{}]:{}", text, port) : fmt::format("{}:{}", text, port);
}

} // namespace portolan::cli
