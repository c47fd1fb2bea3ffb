// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <dlfcn.h>
#include <fmt/format.h>
#include <initializer_list>
#include <string_view>

module portolan.cli;

import :library;

namespace portolan::cli {

Parsed<Library> Library::load(std::initializer_list<const char*> names, std::string_view package) {
    for (const char* name : names) {
        if (void* handle = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
            return Library{handle};
        }
    }
    return UsageError{fmt::format("{} cannot be loaded; install the package {}", *names.begin(), package)};
}

void* Library::symbol(const char* name) const noexcept {
    return ::dlsym(handle_, name);
}

} // namespace portolan::cli
