// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstddef>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

module portolan.cli;

namespace portolan::cli {

namespace {

void put(Json& object, const wire::ThirdParty& option) {
    object["internal_ip_address"] = fmt::format("{}", option.internalAddress);
}

void put(Json& /*object*/, wire::PreferFailure /*option*/) {}

void put(Json& object, const wire::Filter& option) {
    object["prefix_length"] = option.prefixLength;
    object["remote_peer_port"] = option.remotePort;
    object["remote_peer_ip_address"] = fmt::format("{}", option.remoteAddress);
}

void put(Json& object, const wire::RawOption& option) {
    object["data"] = plainHex(option.data);
}

void put(Json& object, const wire::ThirdPartyId& option) {
    object["third_party_id"] = plainHex(option.id);
}

void put(Json& object, const wire::Description& option) {
    object["description"] = option.view();
}

void put(Json& object, const wire::Prefix64& option) {
    object["prefix64"] = fmt::format("{}/{}", option.prefixAddress(), option.prefix().size() * 8);
    object["suffix"] = plainHex(option.suffix());
    Json list = Json::array();
    for (const wire::Ipv4Prefix prefix : option.ipv4) {
        list.push_back(fmt::format("{}", prefix));
    }
    object["ipv4_prefixes"] = std::move(list);
}

void put(Json& object, const wire::PortSet& option) {
    object["port_set_size"] = option.size;
    object["first_internal_port"] = option.firstInternalPort;
    object["parity"] = option.parity;
}

void put(Json& /*object*/, wire::CheckpointRequired /*option*/) {}

} // namespace

void describeOptions(const wire::Options& options, MessageJson& described) {
    Json list = Json::array();
    for (const wire::RawOption& raw : options) {
        const std::string_view known = wire::name(raw.code);
        Json object{{"code", static_cast<unsigned>(raw.code)},
                    {"name", known.empty() ? Json(nullptr) : Json(known)},
                    {"offset", raw.offset},
                    {"length", raw.data.size()}};
        if (const auto option = wire::interpret(raw)) {
            std::visit([&object](const auto& understood) { put(object, understood); }, option.assume_value());
        } else {
            put(object, raw);
            object["error"] = wire::describe(option.error().fault);
            if (!described.refusal) {
                described.refusal = option.error();
            }
        }
        list.push_back(std::move(object));
    }
    described.object["options"] = std::move(list);
}

} // namespace portolan::cli
