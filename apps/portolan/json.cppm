// SPDX-License-Identifier: MIT
module;

#include <nlohmann/json.hpp>

// The one unit that parses the JSON library; its objects keep their keys in the order of insertion.
export module portolan.cli:json;

export namespace portolan::cli {

using Json = nlohmann::ordered_json;

} // namespace portolan::cli
