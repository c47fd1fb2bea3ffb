// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

module portolan.simulator;

import :http;
import :igd_action;
import :igd_device;
import :igd_server;
import :soap;
import :ssdp;
import :state;

// What is served by HTTP: descriptions, and control by SOAP.
namespace portolan::simulator {

namespace {

enum Status : std::uint16_t {
    badRequest = 400,
    notFound = 404,
    methodNotAllowed = 405,
    internalServerError = 500, // and any action that failed (device architecture 1.1 §3.2.5)
    notImplemented = 501,
};

HttpResponse document(std::string body, unsigned status = 200) {
    return {.status = status,
            .fields = {{"CONTENT-TYPE", "text/xml; charset=\"utf-8\""}, {"EXT", ""}},
            .body = std::move(body)};
}

HttpResponse refusal(unsigned status) {
    return {.status = status};
}

HttpResponse only(std::string_view method) {
    return {.status = methodNotAllowed, .fields = {{"ALLOW", std::string{method}}}};
}

/// The version of this service's type that was asked for; 0 if another service was.
unsigned versionAsked(std::string_view type, const ServiceInstance& service) {
    for (unsigned version = 1; version <= service.version; ++version) {
        if (type == fmt::format("urn:schemas-upnp-org:service:{}:{}", definitionOf(service.kind).type, version)) {
            return version;
        }
    }
    return 0;
}

const Action* actionOf(const ServiceInstance& service, const SoapCall& call) {
    const unsigned version = versionAsked(call.type, service);
    const auto& actions = definitionOf(service.kind).actions;
    const auto found = std::ranges::find(actions, std::string_view{call.action}, &Action::name);
    const bool known = found != actions.end() && found->since <= version && call.element == call.action;
    return known ? &*found : nullptr;
}

bool isComplete(const Action& action, const SoapArguments& given) {
    return std::ranges::all_of(action.arguments, [&](const Argument& argument) {
        return argument.out ||
               std::ranges::any_of(given, [&](const auto& each) { return each.first == argument.name; });
    });
}

} // namespace

HttpAnswer IgdServer::handleHttp(TimePoint now, const Endpoint& from, const HttpRequest& request) {
    ++state_.counters.httpRequests;
    if (!speaks() || state_.config.answering == Answering::silent) {
        return {};
    }
    if (state_.config.answering == Answering::garbage) {
        return {.bytes = noise(), .delay = state_.config.quirks.delay};
    }
    HttpResponse response = respond(now, from, request);
    response.fields.emplace_back("SERVER", serverField());
    return {.bytes = toText(response), .delay = state_.config.quirks.delay};
}

HttpResponse IgdServer::respond(TimePoint now, const Endpoint& from, const HttpRequest& request) {
    if (request.method != "GET" && request.method != "POST") {
        return refusal(notImplemented); // SUBSCRIBE among them: there is no eventing
    }
    const bool get = request.method == "GET";
    if (request.target == descriptionPath_) {
        return get ? document(describeDevice(device_, state_.config.igd, servedTo(from))) : only("GET");
    }
    std::optional<HttpResponse> response;
    forEachService(device_, [&](const ServiceInstance& service) {
        if (request.target == service.scpdPath) {
            response = get ? document(describeService(service)) : only("GET");
        } else if (request.target == service.controlPath) {
            response = get ? only("POST") : control(now, from, service, request);
        }
    });
    return response ? *response : refusal(notFound);
}

HttpResponse IgdServer::control(TimePoint now, const Endpoint& from, const ServiceInstance& service,
                                const HttpRequest& request) {
    const auto call = readSoap(request);
    if (!call) {
        return refusal(badRequest);
    }
    const Action* action = actionOf(service, *call);
    if (action == nullptr) {
        return document(soapFault(UpnpError::invalidAction), internalServerError);
    }
    ++state_.counters.upnpActions[call->action];
    if (!isComplete(*action, call->arguments)) {
        return document(soapFault(UpnpError::invalidArgs), internalServerError);
    }
    const auto outcome = action->run(state_, {.now = now,
                                              .from = from,
                                              .connected = service.connected,
                                              .defaultConnection = defaultConnection_,
                                              .in = call->arguments});
    return outcome ? document(soapResponse(call->type, call->action, outcome.assume_value()))
                   : document(soapFault(outcome.assume_error()), internalServerError);
}

} // namespace portolan::simulator
