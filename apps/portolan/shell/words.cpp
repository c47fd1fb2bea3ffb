// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

} // namespace

Parsed<std::vector<std::string>> splitWords(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool inWord = false;
    char quote = '\0';
    for (const char character : line) {
        if (quote != '\0') {
            if (character == quote) {
                quote = '\0';
            } else {
                word += character;
            }
        } else if (character == '"' || character == '\'') {
            quote = character;
            inWord = true;
        } else if (blanks.find(character) != std::string_view::npos) {
            if (std::exchange(inWord, false)) {
                words.push_back(std::exchange(word, {}));
            }
        } else if (character == '#' && !inWord) {
            break;
        } else {
            word += character;
            inWord = true;
        }
    }
    if (quote != '\0') {
        return UsageError{"a quote is not closed"};
    }
    if (inWord) {
        words.push_back(std::move(word));
    }
    return words;
}

std::string lowered(std::string_view text) {
    std::string lower{text};
    for (char& character : lower) {
        if (character >= 'A' && character <= 'Z') {
            character = static_cast<char>(character - 'A' + 'a');
        } else if (character == '-') {
            character = '_';
        }
    }
    return lower;
}

} // namespace portolan::cli
