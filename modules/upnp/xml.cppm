// SPDX-License-Identifier: MIT
// XML as far as UPnP needs it: elements and their text. xml.cpp is the one unit that parses pugixml. Not exported.
export module portolan.upnp:xml;

import portolan.std;
import :error;

namespace portolan::upnp {

/// An element without its attributes, which UPnP has no use for.
struct XmlElement {
    std::string name; ///< as written, without the prefix of its namespace: gateways forget to declare them
    std::string text; ///< what stands in it besides elements, without blanks around
    std::vector<XmlElement> children;

    /// The first child of this name, whatever its case.
    [[nodiscard]] const XmlElement* child(std::string_view wanted) const noexcept;

    /// Its text; empty if there is no such child.
    [[nodiscard]] std::string_view textOf(std::string_view wanted) const noexcept;
};

/// How much of a document is read.
struct XmlLimits {
    std::size_t depth = 24;      ///< elements within elements
    std::size_t elements = 4096; ///< altogether
};

/// The root element. No document type is accepted, so there are no entities but the five of XML itself, and nothing
/// is fetched. Errors: `Fault::notXml`, `Fault::forbiddenXml`, `Fault::tooLarge`, `Fault::tooDeep`.
result<XmlElement> parseXml(std::string_view text, const XmlLimits& limits = {});

/// A SOAP envelope around an action of this service with these arguments in their order, written as most programs
/// write it: some gateways look for the text, not for its meaning.
std::string soapEnvelope(std::string_view action, std::string_view serviceType,
                         const std::vector<std::pair<std::string, std::string>>& arguments);

} // namespace portolan::upnp
