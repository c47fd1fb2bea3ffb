// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

module portolan;

import portolan.transport;
import :core;

namespace portolan {

namespace {

// RFC 6887 §11.6 suggests port 9, but many gateways map no port below 1024, and miniupnpd tries 65,535 external ports
// before it says so. The port this link asks from is high, and no one else can have it.
result<session::MappingId> beginAddress(GatewayLink& link) {
    return link.race().handleAddressQuery(transport::now(), transport::randomNonce(), link.link().localPort());
}

result<session::MappingId> beginProbe(GatewayLink& link) {
    return link.race().handleProbe(transport::now());
}

} // namespace

void Core::externalAddress(AddressHandler handler) {
    net::post(strand_, [self = shared_from_this(), waiting = accept(std::move(handler))]() mutable {
        self->ask(&GatewayLink::address, std::move(waiting), beginAddress);
    });
}

void Core::probe(ProbeHandler handler) {
    net::post(strand_, [self = shared_from_this(), waiting = accept(std::move(handler))]() mutable {
        self->ask(&GatewayLink::probe, std::move(waiting), beginProbe);
    });
}

/// Has a caller wait for the answer to a question, which `begin` asks unless it is being asked already.
template <class Answer, class Begin>
void Core::ask(Question<Answer> GatewayLink::* which, Waiting<AnswerHandler<Answer>> waiting, Begin begin) {
    const auto chosen = chooseLink();
    if (!chosen) {
        complete(std::move(waiting), result<Answer>{chosen.error()});
        return;
    }
    GatewayLink& link = *chosen.value();
    Question<Answer>& question = link.*which;
    if (!question.id) {
        const auto begun = begin(link);
        if (!begun) {
            complete(std::move(waiting), result<Answer>{begun.error()});
            pump();
            return;
        }
        question.id = begun.value();
    }
    const session::TimePoint now = transport::now();
    remember(waiting, {chosen.value(), {}});
    question.calls.push_back({link.asking(now), session::after(now, options_.timeout), std::move(waiting)});
    pump();
}

/// Asks elsewhere what nobody has answered here.
void Core::moveQuestions(const LinkPtr& from, const LinkPtr& to) {
    moveQuestion(&GatewayLink::address, from, to, beginAddress);
    moveQuestion(&GatewayLink::probe, from, to, beginProbe);
}

template <class Answer, class Begin>
void Core::moveQuestion(Question<Answer> GatewayLink::* which, const LinkPtr& from, const LinkPtr& to, Begin begin) {
    Question<Answer>& old = (*from).*which;
    Question<Answer>& fresh = (*to).*which;
    const bool awaited = !old.calls.empty();
    for (QuestionCall<Answer>& call : std::exchange(old.calls, {})) {
        call.asked = to->asking(transport::now());
        remember(call.waiting, {to, {}});
        fresh.calls.push_back(std::move(call));
    }
    endUnlessAwaited(*from, old);
    if (!awaited || fresh.id) {
        return;
    }
    if (const auto begun = begin(*to)) {
        fresh.id = begun.value();
    } else {
        answer(fresh, [&](const Asked&) { return begun.error(); });
    }
}

/// Tells all who wait what came of the question: `outcomeOf` makes that of what was known when each of them asked.
template <class Answer, class OutcomeOf>
void Core::answer(Question<Answer>& question, OutcomeOf outcomeOf) {
    question.id.reset();
    for (QuestionCall<Answer>& call : std::exchange(question.calls, {})) {
        complete(std::move(call.waiting), result<Answer>{outcomeOf(call.asked)});
    }
}

/// Takes an event, if it is about a question.
bool Core::answersQuestion(GatewayLink& link, const race::Event& event) {
    if (link.address.id != event.id && link.probe.id != event.id) {
        return false;
    }
    if (event.kind == session::EventKind::address) {
        answer(link.address, [&](const Asked&) { return transport::toAsio(event.grant.external.address); });
    } else if (event.kind == session::EventKind::probed) {
        answer(link.probe, [&](const Asked& asked) { return link.probed(asked, event); });
    } else if (event.kind == session::EventKind::refused) {
        const auto failure = [&](const Asked& asked) { return link.failure(asked, event); };
        if (link.address.id == event.id) {
            answer(link.address, failure);
        } else {
            answer(link.probe, failure);
        }
    }
    return true;
}

void Core::questionDeadlinesPassed(GatewayLink& link, session::TimePoint now) {
    deadlinePassed(link, link.address, now);
    deadlinePassed(link, link.probe, now);
}

template <class Answer>
void Core::deadlinePassed(GatewayLink& link, Question<Answer>& question, session::TimePoint now) {
    while (!question.calls.empty() && question.calls.front().deadline <= now) {
        QuestionCall<Answer> call = std::move(question.calls.front());
        question.calls.pop_front();
        const session::MappingId id = question.id.value_or(session::MappingId{});
        complete(std::move(call.waiting), result<Answer>{link.noAnswer(call.asked, id)});
    }
    endUnlessAwaited(link, question);
}

void Core::cancelQuestion(GatewayLink& link, OperationId id) {
    cancel(link, link.address, id);
    cancel(link, link.probe, id);
}

template <class Answer>
void Core::cancel(GatewayLink& link, Question<Answer>& question, OperationId id) {
    const auto found =
        std::ranges::find(question.calls, id, [](const QuestionCall<Answer>& call) { return call.waiting.id; });
    if (found == question.calls.end()) {
        return;
    }
    QuestionCall<Answer> call = std::move(*found);
    question.calls.erase(found);
    complete(std::move(call.waiting), result<Answer>{Errc::cancelled});
    endUnlessAwaited(link, question);
}

/// Asks no more where nobody waits any more.
template <class Answer>
void Core::endUnlessAwaited(GatewayLink& link, Question<Answer>& question) {
    if (question.id && question.calls.empty()) {
        link.race().handleRelease(transport::now(), *std::exchange(question.id, std::nullopt));
    }
}

} // namespace portolan
