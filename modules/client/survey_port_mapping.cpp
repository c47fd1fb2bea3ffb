// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <utility>

module portolan;

import portolan.transport;
import :gateway_link;
import :survey_question;

namespace portolan {

namespace {

transport::LinkConfig configOf(const SurveyWay& way, Speak speak, const SurveyOptions& options) {
    transport::LinkConfig config;
    config.gateway = way.gateway.endpoint;
    config.source = way.source;
    config.interfaceIndex = way.interfaceIndex;
    config.session.speak = speak;
    config.onDatagram = options.onDatagram;
    return config;
}

/// A probe by a session that speaks one protocol alone.
class PortMappingQuestion final : public SurveyQuestion {
public:
    PortMappingQuestion(GatewayLink link, Speak speak) : link_(std::move(link)), speak_(speak) {}

    void start(session::TimePoint now) override {
        if (const auto opened = link_.link().open(); !opened) {
            answer_ = opened.error();
            return;
        }
        asked_ = link_.asking(now);
        if (const auto probe = link_.session().handleProbe(now)) {
            probe_ = probe.value();
            link_.link().flush();
        } else {
            answer_ = probe.error();
        }
    }

    void handleTimeout(session::TimePoint now) override {
        if (probe_) {
            link_.link().handleTimeout(now);
        }
    }

    [[nodiscard]] std::optional<session::TimePoint> nextTimeout() override {
        return probe_ ? link_.session().nextTimeout() : std::nullopt;
    }

    [[nodiscard]] bool isOver() override {
        while (probe_ && !answer_) {
            const auto event = link_.session().pollEvent();
            if (!event) {
                break;
            }
            if (event->kind == session::EventKind::probed) {
                answer_ = judge(link_.probed(asked_, *event));
            } else if (event->kind == session::EventKind::refused) {
                answer_ = link_.failure(asked_, *event);
            }
        }
        return answer_.has_value();
    }

    void conclude(Survey& into) override {
        if (!answer_) {
            answer_ = link_.noAnswer(asked_, link_.session().transmissions(*probe_));
        }
        (speak_ == Speak::pcp ? into.pcp : into.natPmp) = std::move(*answer_);
        link_.link().close();
    }

private:
    /// A gateway that answers in another protocol does not speak this one.
    [[nodiscard]] result<ProbeInfo> judge(ProbeInfo info) const {
        if (info.version == (speak_ == Speak::pcp ? wire::pcpVersion : wire::natPmpVersion)) {
            return info;
        }
        return Error{Errc::versionNotSupported, info.version == wire::natPmpVersion
                                                    ? "it answers by NAT-PMP"
                                                    : fmt::format("it answers by PCP version {}", info.version)};
    }

    GatewayLink link_;
    Speak speak_;
    Asked asked_;
    std::optional<session::MappingId> probe_;
    std::optional<result<ProbeInfo>> answer_;
};

} // namespace

std::unique_ptr<SurveyQuestion> askPortMapping(const net::any_io_executor& strand, const SurveyWay& way, Speak speak,
                                               const SurveyOptions& options, Activity onActivity) {
    auto link = std::make_shared<transport::Link>(strand, configOf(way, speak, options), std::move(onActivity));
    return std::make_unique<PortMappingQuestion>(GatewayLink{way.gateway, std::move(link)}, speak);
}

} // namespace portolan
