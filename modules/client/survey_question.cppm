// SPDX-License-Identifier: MIT
// One protocol that is asked of one gateway. Not exported.
export module portolan:survey_question;

import portolan.std;
import portolan.error;
import portolan.net;
import portolan.session;
import :survey;

namespace portolan {

/// Where one gateway is asked.
struct SurveyWay {
    GatewayInfo gateway;
    net::ip::address source;
    std::uint32_t interfaceIndex = 0;
};

/// Everything happens on one strand. After `start`, until `isOver` or for as long as the asker wants to wait: at
/// `nextTimeout()`, `handleTimeout`; `onActivity` tells that there may be news.
class SurveyQuestion {
public:
    SurveyQuestion() = default;
    SurveyQuestion(const SurveyQuestion&) = delete;
    SurveyQuestion& operator=(const SurveyQuestion&) = delete;
    virtual ~SurveyQuestion() = default;

    virtual void start(session::TimePoint now) = 0;
    virtual void handleTimeout(session::TimePoint now) = 0;
    [[nodiscard]] virtual std::optional<session::TimePoint> nextTimeout() = 0;

    /// Takes what has come, and tells whether nothing more will.
    [[nodiscard]] virtual bool isOver() = 0;

    /// Writes the answer, or why there is none so far, and asks no more.
    virtual void conclude(Survey& into) = 0;
};

using Activity = std::function<void()>;

/// PCP, or NAT-PMP.
[[nodiscard]] std::unique_ptr<SurveyQuestion> askPortMapping(const net::any_io_executor& strand, const SurveyWay& way,
                                                             session::Speak speak, const SurveyOptions& options,
                                                             Activity onActivity);

/// UPnP IGD.
[[nodiscard]] std::unique_ptr<SurveyQuestion> askIgd(const net::any_io_executor& strand, const SurveyWay& way,
                                                     const SurveyOptions& options, Activity onActivity);

} // namespace portolan
