// SPDX-License-Identifier: MIT
// How options and arguments of the command line are declared. For the global module fragment of those who do.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::cli::options {

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

/// The same of what may be given several times; `take` is called with the value of each.
template <class Parse, class Take>
CLI::Option* addEach(CLI::App& app, const std::string& name, const char* shape, Parse parse, Take take,
                     const std::string& help) {
    const auto read = [parse, take, name](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            const auto value = parse(text);
            if (!value) {
                throw CLI::ValidationError{name, value.error().message};
            }
            take(value.assume_value());
        }
    };
    return app.add_option_function<std::vector<std::string>>(name, read, help)->type_name(shape);
}

} // namespace portolan::cli::options
