// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <utility>

module portolan;

import portolan.race;
import portolan.transport;
import :gateway_link;
import :survey_question;

namespace portolan {

namespace {

transport::LinkConfig configOf(const SurveyWay& way, session::Speak speak, const SurveyOptions& options) {
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
    PortMappingQuestion(GatewayInfo info, std::shared_ptr<transport::Link> link)
        : info_(std::move(info)), link_(std::move(link)) {}

    void start(session::TimePoint now) override {
        if (const auto opened = link_->open(); !opened) {
            answer_ = opened.error();
            return;
        }
        gateway_.emplace(info_, link_, nullptr, Speak::any, nullptr);
        asked_ = gateway_->asking(now);
        if (const auto probe = gateway_->race().handleProbe(now)) {
            probe_ = probe.value();
            gateway_->flush();
        } else {
            answer_ = probe.error();
        }
    }

    void handleTimeout(session::TimePoint now) override {
        if (probe_) {
            gateway_->handleTimeout(now);
        }
    }

    [[nodiscard]] std::optional<session::TimePoint> nextTimeout() override {
        return probe_ ? gateway_->nextTimeout() : std::nullopt;
    }

    [[nodiscard]] bool isOver() override {
        while (probe_ && !answer_) {
            const auto event = gateway_->race().pollEvent(transport::now());
            if (!event) {
                break;
            }
            if (event->kind == session::EventKind::probed) {
                answer_ = judge(gateway_->probed(asked_, *event));
            } else if (event->kind == session::EventKind::refused) {
                answer_ = gateway_->failure(asked_, *event);
            }
        }
        return answer_.has_value();
    }

    void conclude(Survey& into) override {
        if (!answer_) {
            answer_ = gateway_->noAnswer(asked_, *probe_);
        }
        (speak() == session::Speak::pcp ? into.pcp : into.natPmp) = std::move(*answer_);
        link_->close();
    }

private:
    /// A gateway that answers in another protocol does not speak this one.
    [[nodiscard]] result<ProbeInfo> judge(ProbeInfo info) const {
        if (info.version == (speak() == session::Speak::pcp ? wire::pcpVersion : wire::natPmpVersion)) {
            return info;
        }
        return Error{Errc::versionNotSupported, info.version == wire::natPmpVersion
                                                    ? "it answers by NAT-PMP"
                                                    : fmt::format("it answers by PCP version {}", info.version)};
    }

    [[nodiscard]] session::Speak speak() const noexcept { return link_->config().session.speak; }

    GatewayInfo info_;
    std::shared_ptr<transport::Link> link_;
    std::optional<GatewayLink> gateway_; ///< while the link is open
    Asked asked_;
    std::optional<session::MappingId> probe_;
    std::optional<result<ProbeInfo>> answer_;
};

} // namespace

std::unique_ptr<SurveyQuestion> askPortMapping(const net::any_io_executor& strand, const SurveyWay& way,
                                               session::Speak speak, const SurveyOptions& options,
                                               Activity onActivity) {
    auto link = std::make_shared<transport::Link>(strand, configOf(way, speak, options), std::move(onActivity));
    return std::make_unique<PortMappingQuestion>(way.gateway, std::move(link));
}

} // namespace portolan
