// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstddef>
#include <optional>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <string_view>

module portolan.simulator;

import :igd_action;
import :soap;

namespace portolan::simulator {

namespace {

constexpr std::size_t mostArguments = 32; // more than any action has

std::string_view localName(pugi::xml_node node) {
    const std::string_view name = node.name();
    const auto colon = name.rfind(':');
    return colon == name.npos ? name : name.substr(colon + 1);
}

pugi::xml_node firstElement(pugi::xml_node parent) {
    return parent.find_child([](pugi::xml_node child) { return child.type() == pugi::node_element; });
}

pugi::xml_node childCalled(pugi::xml_node parent, std::string_view name) {
    return parent.find_child([&](pugi::xml_node child) { return localName(child) == name; });
}

/// `"urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping"`, quoted or not.
void readSoapAction(std::string_view field, SoapCall& call) {
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
        field = field.substr(1, field.size() - 2);
    }
    if (const auto hash = field.rfind('#'); hash != field.npos) {
        call.type = field.substr(0, hash);
        call.action = field.substr(hash + 1);
    }
}

/// An envelope with an empty body, which is returned.
pugi::xml_node begin(pugi::xml_document& document) {
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    pugi::xml_node envelope = document.append_child("s:Envelope");
    envelope.append_attribute("xmlns:s") = "http://schemas.xmlsoap.org/soap/envelope/";
    envelope.append_attribute("s:encodingStyle") = "http://schemas.xmlsoap.org/soap/encoding/";
    return envelope.append_child("s:Body");
}

std::string textOf(const pugi::xml_document& document) {
    std::ostringstream text;
    document.save(text, "", pugi::format_raw);
    return text.str();
}

} // namespace

std::optional<SoapCall> readSoap(const HttpRequest& request) {
    pugi::xml_document document; // knows no entities but XML's own, so that none can grow
    if (!document.load_buffer(request.body.data(), request.body.size())) {
        return std::nullopt;
    }
    const pugi::xml_node envelope = childCalled(document, "Envelope");
    const pugi::xml_node element = firstElement(childCalled(envelope, "Body"));
    if (!element) {
        return std::nullopt;
    }
    SoapCall call;
    call.element = localName(element);
    if (const std::string* field = request.field("SOAPACTION")) {
        readSoapAction(*field, call);
    }
    for (const pugi::xml_node argument : element.children()) {
        if (argument.type() == pugi::node_element && call.arguments.size() < mostArguments) {
            call.arguments.emplace_back(localName(argument), argument.child_value());
        }
    }
    return call;
}

std::string soapResponse(std::string_view type, std::string_view action, const SoapArguments& arguments) {
    pugi::xml_document document;
    const std::string name = "u:" + std::string{action} + "Response";
    pugi::xml_node response = begin(document).append_child(name.c_str());
    response.append_attribute("xmlns:u") = std::string{type}.c_str();
    for (const auto& [argument, value] : arguments) {
        response.append_child(argument.c_str()).text().set(value.c_str());
    }
    return textOf(document);
}

std::string soapFault(UpnpError error) {
    pugi::xml_document document;
    pugi::xml_node fault = begin(document).append_child("s:Fault");
    fault.append_child("faultcode").text().set("s:Client");
    fault.append_child("faultstring").text().set("UPnPError");
    pugi::xml_node detail = fault.append_child("detail").append_child("UPnPError");
    detail.append_attribute("xmlns") = "urn:schemas-upnp-org:control-1-0";
    detail.append_child("errorCode").text().set(static_cast<unsigned>(error));
    detail.append_child("errorDescription").text().set(std::string{descriptionOf(error)}.c_str());
    return textOf(document);
}

} // namespace portolan::simulator
