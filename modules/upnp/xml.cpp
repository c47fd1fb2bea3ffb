// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <fmt/format.h>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.upnp;

import :xml;

namespace portolan::upnp {

namespace {

std::string_view localName(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Takes over the element and what is in it. `room` is how many elements may still come.
result<XmlElement> read(const pugi::xml_node& node, std::size_t depth, std::size_t& room) {
    if (depth == 0) {
        return Error{Fault::tooDeep};
    }
    if (room == 0) {
        return Error{Fault::tooLarge};
    }
    --room;
    XmlElement element{std::string{localName(node.name())}, {}, {}};
    for (const pugi::xml_node& child : node.children()) {
        if (child.type() == pugi::node_element) {
            BOOST_OUTCOME_TRY(XmlElement inner, read(child, depth - 1, room));
            element.children.push_back(std::move(inner));
        } else if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
            element.text += child.value();
        }
    }
    element.text = std::string{trimmed(element.text)};
    return element;
}

struct StringWriter final : pugi::xml_writer {
    void write(const void* data, std::size_t size) override { text.append(static_cast<const char*>(data), size); }

    std::string text;
};

} // namespace

const XmlElement* XmlElement::child(std::string_view wanted) const noexcept {
    const auto at = std::ranges::find_if(
        children, [wanted](const XmlElement& element) { return equalsIgnoringCase(element.name, wanted); });
    return at == children.end() ? nullptr : &*at;
}

std::string_view XmlElement::textOf(std::string_view wanted) const noexcept {
    const XmlElement* const found = child(wanted);
    return found == nullptr ? std::string_view{} : std::string_view{found->text};
}

result<XmlElement> parseXml(std::string_view text, const XmlLimits& limits) {
    pugi::xml_document document;
    const auto outcome = document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_doctype);
    for (const pugi::xml_node& node : document.children()) {
        if (node.type() == pugi::node_doctype) {
            return Error{Fault::forbiddenXml};
        }
    }
    if (!outcome) {
        return Error{Fault::notXml, fmt::format("{} at octet {}", outcome.description(), outcome.offset)};
    }
    std::size_t room = limits.elements;
    return read(document.document_element(), limits.depth, room);
}

std::string soapEnvelope(std::string_view action, std::string_view serviceType,
                         const std::vector<std::pair<std::string, std::string>>& arguments) {
    pugi::xml_document document;
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    pugi::xml_node envelope = document.append_child("s:Envelope");
    envelope.append_attribute("xmlns:s") = "http://schemas.xmlsoap.org/soap/envelope/";
    envelope.append_attribute("s:encodingStyle") = "http://schemas.xmlsoap.org/soap/encoding/";
    pugi::xml_node call = envelope.append_child("s:Body").append_child(fmt::format("u:{}", action).c_str());
    call.append_attribute("xmlns:u") = std::string{serviceType}.c_str();
    for (const auto& [name, value] : arguments) {
        call.append_child(name.c_str()).text() = value.c_str();
    }
    StringWriter writer;
    // "<NewRemoteHost></NewRemoteHost>": the short form of an empty element is lost on some.
    document.save(writer, "", pugi::format_raw | pugi::format_no_empty_element_tags, pugi::encoding_utf8);
    return std::move(writer.text);
}

} // namespace portolan::upnp
