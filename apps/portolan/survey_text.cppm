// SPDX-License-Identifier: MIT
// How it is told what a gateway speaks. Not exported.
export module portolan.cli:survey_text;

import portolan.std;
import portolan;
import :json;

namespace portolan::cli {

/// A line for each protocol, and one for what `auto` would speak and why.
[[nodiscard]] std::vector<std::string> surveyRows(const Survey& survey);

/// Adds what each protocol answered, and what `auto` would speak. Null: nothing was asked.
void addSurvey(Json& told, const Survey* survey);

} // namespace portolan::cli
