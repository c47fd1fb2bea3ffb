// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <fmt/format.h>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <string_view>

module portolan.simulator;

import :igd_action;
import :igd_device;

// The documents that a UPnP device describes itself by.
namespace portolan::simulator {

namespace {

void append(pugi::xml_node node, const char* name, std::string_view value) {
    node.append_child(name).text().set(std::string{value}.c_str());
}

/// A root element with its namespace and the version of the architecture.
pugi::xml_node begin(pugi::xml_document& document, const char* name, const char* space) {
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    pugi::xml_node root = document.append_child(name);
    root.append_attribute("xmlns") = space;
    pugi::xml_node version = root.append_child("specVersion");
    append(version, "major", "1");
    append(version, "minor", "1");
    return root;
}

std::string textOf(const pugi::xml_document& document) {
    std::ostringstream text;
    document.save(text, " ");
    return text.str();
}

/// A path as the description has it: behind a URLBase without its first slash.
std::string_view inDescription(const std::string& path, const IgdConfig& config) {
    return std::string_view{path}.substr(config.quirks.urlBase ? 1 : 0);
}

void appendService(pugi::xml_node list, const ServiceInstance& service, const IgdConfig& config) {
    pugi::xml_node node = list.append_child("service");
    append(node, "serviceType", service.type());
    append(node, "serviceId", "urn:upnp-org:serviceId:" + service.id);
    append(node, "SCPDURL", inDescription(service.scpdPath, config));
    append(node, "controlURL", inDescription(service.controlPath, config));
    append(node, "eventSubURL", ""); // no eventing
}

void appendDevice(pugi::xml_node parent, const Device& device, const IgdConfig& config) {
    pugi::xml_node node = parent.append_child("device");
    append(node, "deviceType", device.type());
    append(node, "friendlyName", "Portolan simulated gateway");
    append(node, "manufacturer", "Portolan");
    append(node, "modelDescription", "A gateway to test against");
    append(node, "modelName", "simulator");
    append(node, "UDN", device.udn);
    if (!device.services.empty()) {
        pugi::xml_node services = node.append_child("serviceList");
        for (const ServiceInstance& service : device.services) {
            appendService(services, service, config);
        }
    }
    if (!device.devices.empty()) {
        pugi::xml_node devices = node.append_child("deviceList");
        for (const Device& each : device.devices) {
            appendDevice(devices, each, config);
        }
    }
}

void appendAction(pugi::xml_node list, const Action& action) {
    pugi::xml_node node = list.append_child("action");
    append(node, "name", action.name);
    pugi::xml_node arguments = node.append_child("argumentList");
    for (const Argument& argument : action.arguments) {
        pugi::xml_node each = arguments.append_child("argument");
        append(each, "name", argument.name);
        append(each, "direction", argument.out ? "out" : "in");
        append(each, "relatedStateVariable", argument.variable);
    }
}

void appendVariable(pugi::xml_node table, const Variable& variable) {
    pugi::xml_node node = table.append_child("stateVariable");
    node.append_attribute("sendEvents") = "no";
    append(node, "name", variable.name);
    append(node, "dataType", variable.type);
    if (!variable.allowed.empty()) {
        pugi::xml_node allowed = node.append_child("allowedValueList");
        for (const std::string_view value : variable.allowed) {
            append(allowed, "allowedValue", value);
        }
    }
}

} // namespace

std::string describeDevice(const Device& root, const IgdConfig& config, const Endpoint& served) {
    pugi::xml_document document;
    pugi::xml_node node = begin(document, "root", "urn:schemas-upnp-org:device-1-0");
    if (config.quirks.urlBase) {
        append(node, "URLBase", originOf(served) + "/");
    }
    appendDevice(node, root, config);
    return textOf(document);
}

std::string describeService(const ServiceInstance& service) {
    const Service& definition = definitionOf(service.kind);
    pugi::xml_document document;
    pugi::xml_node node = begin(document, "scpd", "urn:schemas-upnp-org:service-1-0");
    pugi::xml_node actions = node.append_child("actionList");
    for (const Action& action : definition.actions) {
        if (action.since <= service.version) {
            appendAction(actions, action);
        }
    }
    pugi::xml_node table = node.append_child("serviceStateTable");
    for (const Variable& variable : definition.variables) {
        appendVariable(table, variable);
    }
    return textOf(document);
}

} // namespace portolan::simulator
