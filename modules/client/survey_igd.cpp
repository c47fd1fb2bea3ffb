// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan;

import portolan.transport;
import portolan.upnp;
import :on_link;
import :survey_question;

namespace portolan {

namespace {

upnp::LinkConfig configOf(const SurveyWay& way, const SurveyOptions& options) {
    upnp::LinkConfig config;
    config.gateway = way.gateway.endpoint.address();
    config.source = way.source;
    config.interfaceIndex = way.interfaceIndex;
    config.announcementPort = 0;
    config.onDatagram = options.onDatagram;
    config.point.onLink = networksOnLink(way.interfaceIndex, way.source);
    config.point.searchPort = options.searchPort;
    return config;
}

/// The number at the end of a URN, such as 2 of "urn:schemas-upnp-org:device:InternetGatewayDevice:2".
unsigned versionOf(std::string_view urn) {
    const std::string_view last = urn.substr(urn.rfind(':') + 1);
    unsigned version = 0;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), version);
    return error == std::errc{} && end == last.data() + last.size() ? version : 0;
}

class IgdQuestion final : public SurveyQuestion {
public:
    explicit IgdQuestion(std::shared_ptr<upnp::Link> link) : link_(std::move(link)) {}

    void start(session::TimePoint now) override {
        if (const auto opened = link_->open(); !opened) {
            answer_ = opened.error();
            return;
        }
        upnp::ControlPoint& point = link_->point();
        // What finds the gateway is the same; the address is asked for where there is one to ask for.
        if (!point.handleAddressQuery(now)) {
            point.handleSearch(now);
        }
        link_->flush();
    }

    void handleTimeout(session::TimePoint now) override { link_->handleTimeout(now); }

    [[nodiscard]] std::optional<session::TimePoint> nextTimeout() override { return link_->point().nextTimeout(); }

    [[nodiscard]] bool isOver() override {
        while (!answer_) {
            const auto event = link_->point().pollEvent();
            if (!event) {
                break;
            }
            if (event->kind == upnp::EventKind::address) {
                answer_ = info(event->grant.external.address);
            } else if (event->kind == upnp::EventKind::refused) {
                answer_ = isFound() ? result<IgdInfo>{info()} : Error{event->error, event->detail};
            }
        }
        if (!answer_ && isFound() && !link_->config().source.is_v4()) {
            answer_ = info();
        }
        return answer_.has_value();
    }

    void conclude(Survey& into) override {
        if (!answer_) {
            answer_ = isFound() ? result<IgdInfo>{info()} : result<IgdInfo>{whyNotFound()};
        }
        into.igd = std::move(*answer_);
        link_->close();
    }

private:
    [[nodiscard]] bool isFound() const { return link_->point().stage() == upnp::Stage::ready; }

    [[nodiscard]] IgdInfo info(const wire::Address& external = wire::Address::anyV4()) const {
        const upnp::Description& description = *link_->point().description();
        const upnp::Service& service = *link_->point().service();
        IgdInfo told;
        told.version = versionOf(description.deviceType);
        told.friendlyName = description.friendlyName;
        told.manufacturer = description.manufacturer;
        told.modelName = description.modelName;
        told.modelNumber = description.modelNumber;
        told.service = fmt::format("{}:{}", upnp::name(service.kind), service.version);
        told.roundTrip = link_->point().statistics().roundTrip;
        if (!external.isAny()) {
            told.externalAddress = transport::toAsio(external);
        }
        return told;
    }

    /// As far as is known now.
    [[nodiscard]] Error whyNotFound() const {
        const upnp::ControlPoint& point = link_->point();
        if (point.stage() == upnp::Stage::describing) {
            return {Errc::noAnswer, "it was found, and does not describe itself in time"};
        }
        if (point.stage() == upnp::Stage::choosing) {
            return {Errc::noAnswer, "it was found, and its services do not answer in time"};
        }
        if (point.statistics().refusedUrls != 0) {
            return Error{upnp::make_error_code(upnp::Fault::foreignUrl)};
        }
        return {Errc::noAnswer, "nothing answered the search for a gateway"};
    }

    std::shared_ptr<upnp::Link> link_;
    std::optional<result<IgdInfo>> answer_;
};

} // namespace

std::unique_ptr<SurveyQuestion> askIgd(const net::any_io_executor& strand, const SurveyWay& way,
                                       const SurveyOptions& options, Activity onActivity) {
    return std::make_unique<IgdQuestion>(
        std::make_shared<upnp::Link>(strand, configOf(way, options), std::move(onActivity)));
}

} // namespace portolan
