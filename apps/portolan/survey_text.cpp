// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.session;
import :beyond;
import :survey_text;

namespace portolan::cli {

namespace {

constexpr Via protocols[]{Via::pcp, Via::natPmp, Via::upnp};

/// Few words where the error is of the usual kind.
std::string brief(const Error& error) {
    if (error.code == Errc::noAnswer) {
        return "no answer";
    }
    if (error.code == Errc::unreachable) {
        return "closed";
    }
    return error.code == Errc::versionNotSupported ? "not spoken" : error.message();
}

std::string roundTripText(std::chrono::milliseconds time) {
    return time.count() == 0 ? "less than 1 ms" : fmt::format("{} ms", time.count());
}

std::string externalText(const std::optional<net::ip::address>& external) {
    return external ? fmt::format(", external address {}", external->to_string()) : std::string{};
}

std::string text(const result<ProbeInfo>& probe) {
    if (!probe) {
        return brief(probe.error());
    }
    const ProbeInfo& info = probe.value();
    std::string said = fmt::format("version {}", info.version);
    if (info.epochSeconds) {
        said += fmt::format(", epoch {} s", *info.epochSeconds);
    }
    said += externalText(info.externalAddress) + ", round trip " + roundTripText(info.roundTrip);
    return info.refusal ? said + "; it said: " + info.refusal->code.message() : said;
}

std::string text(const result<IgdInfo>& igd) {
    if (!igd) {
        return brief(igd.error());
    }
    const IgdInfo& info = igd.value();
    std::string said = info.version == 0 ? "IGD" : fmt::format("IGD:{}", info.version);
    said += fmt::format(" with {}{}, round trip {}", info.service, externalText(info.externalAddress),
                        roundTripText(info.roundTrip));
    const std::string model =
        info.modelName + (info.modelName.empty() || info.modelNumber.empty() ? "" : " ") + info.modelNumber;
    return model.empty() ? said : said + ", " + model;
}

/// What is wrong with a protocol that does not serve.
std::string why(const Survey& survey, Via protocol) {
    if (protocol == Via::upnp) {
        return brief(survey.igd.error());
    }
    const result<ProbeInfo>& probe = protocol == Via::pcp ? survey.pcp : survey.natPmp;
    return probe ? probe.value().refusal->code.message() : brief(probe.error());
}

/// Why the choice is what it is: what is wrong with those that go before it.
std::string reason(const Survey& survey) {
    std::string text;
    for (const Via protocol : protocols) {
        if (survey.serves(protocol)) {
            return text.empty() ? "it goes before all others" : text;
        }
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", session::name(protocol), why(survey, protocol));
    }
    return text;
}

Json errorJson(const std::optional<Error>& error) {
    return error ? toJson(explain(*error)) : Json(nullptr);
}

Json orNull(const std::optional<net::ip::address>& address) {
    return address ? Json(address->to_string()) : Json(nullptr);
}

Json probeJson(const result<ProbeInfo>& probe) {
    if (!probe) {
        return {{"speaks", false}, {"error", toJson(explain(probe.error()))}};
    }
    const ProbeInfo& info = probe.value();
    return {{"speaks", true},
            {"version", info.version},
            {"epoch_s", info.epochSeconds ? Json(*info.epochSeconds) : Json(nullptr)},
            {"round_trip_ms", info.roundTrip.count()},
            {"transmissions", info.transmissions},
            {"external_address", orNull(info.externalAddress)},
            {"refusal", errorJson(info.refusal)}};
}

Json igdJson(const result<IgdInfo>& igd) {
    if (!igd) {
        return {{"speaks", false}, {"error", toJson(explain(igd.error()))}};
    }
    const IgdInfo& info = igd.value();
    return {{"speaks", true},
            {"version", info.version == 0 ? Json(nullptr) : Json(info.version)},
            {"service", info.service},
            {"friendly_name", info.friendlyName},
            {"manufacturer", info.manufacturer},
            {"model_name", info.modelName},
            {"model_number", info.modelNumber},
            {"round_trip_ms", info.roundTrip.count()},
            {"external_address", orNull(info.externalAddress)}};
}

} // namespace

std::vector<std::string> surveyRows(const Survey& survey) {
    const auto choice = survey.choice();
    return {fmt::format("PCP      {}", text(survey.pcp)), fmt::format("NAT-PMP  {}", text(survey.natPmp)),
            fmt::format("UPnP     {}", text(survey.igd)),
            fmt::format("auto     {} ({})", choice ? session::name(*choice) : "nothing", reason(survey))};
}

void addSurvey(Json& told, const Survey* survey) {
    if (survey == nullptr) {
        for (const char* key :
             {"source", "pcp", "nat_pmp", "igd", "auto", "auto_reason", "external_address", "reach", "warning"}) {
            told[key] = nullptr;
        }
        return;
    }
    const auto choice = survey->choice();
    told["source"] = survey->source.to_string();
    told["pcp"] = probeJson(survey->pcp);
    told["nat_pmp"] = probeJson(survey->natPmp);
    told["igd"] = igdJson(survey->igd);
    told["auto"] = choice ? Json(word(*choice)) : Json(nullptr);
    told["auto_reason"] = reason(*survey);
    const auto external = survey->externalAddress();
    told["external_address"] = orNull(external);
    told["reach"] = nullptr;
    told["warning"] = nullptr;
    if (external) {
        addReach(told, *external, survey->gateway.endpoint.address());
    }
}

} // namespace portolan::cli
