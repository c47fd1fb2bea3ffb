// SPDX-License-Identifier: MIT
module;

#include <memory>

module portolan;

import :survey_question;

namespace portolan {

std::unique_ptr<SurveyQuestion> askIgd(const net::any_io_executor& /*strand*/, const SurveyWay& /*way*/,
                                       const SurveyOptions& /*options*/, Activity /*onActivity*/) {
    return nullptr;
}

} // namespace portolan
