// SPDX-License-Identifier: MIT
// How an option of the command line is declared. A header, as the units that include the library for it cannot import
// it from one another.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace portolan::cli {

/// Adds an option or argument whose text is read by `parse`; what that refuses, CLI11 reports with the option's name.
template <class Value, class Parse>
CLI::Option* add(CLI::App& app, const std::string& name, const char* shape, Value& into, Parse parse,
                 const std::string& help) {
    const auto read = [&into, parse, name](const std::string& text) {
        const auto value = parse(text);
        if (!value) {
            throw CLI::ValidationError{name, value.error().message};
        }
        into = value.assume_value();
    };
    return app.add_option_function<std::string>(name, read, help)->type_name(shape);
}

} // namespace portolan::cli
