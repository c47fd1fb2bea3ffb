// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

module portolan;

import portolan.gateway;
import portolan.transport;
import :gateway_link;
import :survey_question;

namespace portolan {

namespace {

/// Where to ask, with what the target leaves open.
result<SurveyWay> wayTo(const SurveyTarget& target, std::uint16_t port) {
    SurveyWay way{{{target.gateway, port}, target.interfaceName}, {}, target.interfaceIndex};
    if (target.source) {
        way.source = *target.source;
    } else {
        gateway::Gateway facing;
        facing.address = transport::toWire(target.gateway);
        facing.interfaceIndex = target.interfaceIndex;
        BOOST_OUTCOME_TRY(const wire::Address source, gateway::sourceAddress(facing));
        way.source = transport::toAsio(source, target.interfaceIndex);
    }
    if (way.interfaceIndex == 0) {
        const auto found = gateway::interfaceWith(transport::toWire(way.source));
        way.interfaceIndex = found ? found.value() : 0; // it is not needed for more than UPnP
    }
    return way;
}

/// Asks everything at once, but for searches by one interface. Lives until its handler is called.
class Surveyor : public std::enable_shared_from_this<Surveyor> {
public:
    Surveyor(const net::any_io_executor& executor, SurveyOptions options, Waiting<SurveyHandler> waiting)
        : strand_(net::make_strand(executor))
        , alarm_(strand_)
        , options_(std::move(options))
        , waiting_(std::move(waiting)) {}

    void begin(const std::vector<SurveyTarget>& targets) {
        net::post(strand_, [self = shared_from_this(), targets] {
            self->surveys_.resize(targets.size());
            for (std::size_t at = 0; at < targets.size(); ++at) {
                self->ask(targets[at], at);
            }
            self->pump();
        });
    }

    void cancel() {
        net::post(strand_, [self = shared_from_this()] { self->end(Errc::cancelled); });
    }

private:
    enum class State : std::uint8_t { inLine, asked, over };

    struct Task {
        std::size_t survey; ///< index
        std::unique_ptr<SurveyQuestion> question;
        /// Of those with the same lane, one is asked after the other: some gateways break when the searches of both
        /// families come at once.
        std::optional<std::uint32_t> lane;
        State state = State::inLine;
        session::TimePoint deadline{};
    };

    void ask(const SurveyTarget& target, std::size_t at) {
        Survey& survey = surveys_[at];
        survey.gateway = {{target.gateway, options_.port}, target.interfaceName};
        const auto way = wayTo(target, options_.port);
        if (!way) {
            survey.pcp = survey.natPmp = way.error();
            survey.igd = way.error();
            return;
        }
        survey.source = way.value().source;
        const Activity onActivity = [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->pump();
            }
        };
        for (const session::Speak speak : {session::Speak::pcp, session::Speak::natPmp}) {
            tasks_.push_back({at, askPortMapping(strand_, way.value(), speak, options_, onActivity), {}});
        }
        tasks_.push_back({at, askIgd(strand_, way.value(), options_, onActivity), way.value().interfaceIndex});
    }

    /// Starts what may start, takes what has come, and waits for more, until all is over.
    void pump() {
        if (!waiting_) {
            return;
        }
        const session::TimePoint now = transport::now();
        std::optional<session::TimePoint> next;
        bool isOver = true;
        // In the order of the line: what ends here makes way for what comes later.
        for (Task& task : tasks_) {
            if (task.state == State::inLine && !isTaken(task.lane)) {
                task.state = State::asked;
                task.deadline = session::after(now, options_.wait);
                task.question->start(now);
            }
            if (task.state == State::asked && (task.question->isOver() || task.deadline <= now)) {
                task.question->conclude(surveys_[task.survey]);
                task.state = State::over;
            }
            isOver = isOver && task.state == State::over;
            if (task.state == State::asked) {
                const session::TimePoint due =
                    std::min(task.deadline, task.question->nextTimeout().value_or(task.deadline));
                next = std::min(due, next.value_or(due));
            }
        }
        if (isOver) {
            end(std::move(surveys_));
        } else {
            alarm_.set(*next, [self = shared_from_this()] { self->timeIsUp(); });
        }
    }

    void timeIsUp() {
        for (Task& task : tasks_) {
            if (waiting_ && task.state == State::asked) {
                task.question->handleTimeout(transport::now());
            }
        }
        pump();
    }

    [[nodiscard]] bool isTaken(const std::optional<std::uint32_t>& lane) const {
        return lane && std::ranges::any_of(
                           tasks_, [&](const Task& task) { return task.state == State::asked && task.lane == lane; });
    }

    void end(result<std::vector<Survey>> outcome) {
        if (!waiting_) {
            return;
        }
        alarm_.cancel();
        Survey nobody;
        for (Task& task : tasks_) {
            if (task.state == State::asked) {
                task.question->conclude(nobody);
                task.state = State::over;
            }
        }
        Waiting<SurveyHandler> waiting = *std::exchange(waiting_, std::nullopt);
        const net::any_completion_executor executor = waiting.executor;
        net::post(strand_.get_inner_executor(),
                  [executor, waiting = std::move(waiting), outcome = std::move(outcome)]() mutable {
                      executor.execute([waiting = std::move(waiting), outcome = std::move(outcome)]() mutable {
                          if (auto slot = net::get_associated_cancellation_slot(waiting.handler); slot.is_connected()) {
                              slot.clear();
                          }
                          std::move(waiting.handler)(std::move(outcome));
                      });
                  });
    }

    net::strand<net::any_io_executor> strand_;
    transport::Alarm alarm_;
    SurveyOptions options_;
    std::optional<Waiting<SurveyHandler>> waiting_; ///< until it was told
    std::vector<Survey> surveys_;
    std::vector<Task> tasks_;
};

/// Whether a gateway that was asked by this protocol would open ports by it: one that knows no ANNOUNCE may.
bool wouldServe(const result<ProbeInfo>& probe) {
    return probe && (!probe.assume_value().refusal ||
                     probe.assume_value().refusal->code == wire::make_error_code(wire::ResultCode::unsuppOpcode));
}

} // namespace

bool Survey::serves(Via protocol) const noexcept {
    switch (protocol) {
    case Via::pcp:
        return wouldServe(pcp);
    case Via::natPmp:
        return wouldServe(natPmp);
    case Via::upnp:
        return igd.has_value();
    }
    return false;
}

std::optional<Via> Survey::choice() const noexcept {
    for (const Via protocol : {Via::pcp, Via::natPmp, Via::upnp}) {
        if (serves(protocol)) {
            return protocol;
        }
    }
    return std::nullopt;
}

std::optional<net::ip::address> Survey::externalAddress() const {
    if (natPmp && natPmp.assume_value().externalAddress) {
        return natPmp.assume_value().externalAddress;
    }
    return igd ? igd.assume_value().externalAddress : std::nullopt;
}

void startSurvey(const net::any_io_executor& executor, std::vector<SurveyTarget> targets, SurveyOptions options,
                 SurveyHandler handler) {
    auto slot = net::get_associated_cancellation_slot(handler);
    auto onExecutor = net::withWork(net::get_associated_executor(handler, executor));
    const auto surveyor = std::make_shared<Surveyor>(
        executor, std::move(options),
        Waiting<SurveyHandler>{{}, slot.is_connected(), std::move(handler), std::move(onExecutor)});
    if (slot.is_connected()) {
        slot.assign([weak = std::weak_ptr{surveyor}](net::cancellation_type) {
            if (const auto self = weak.lock()) {
                self->cancel();
            }
        });
    }
    surveyor->begin(targets);
}

} // namespace portolan
