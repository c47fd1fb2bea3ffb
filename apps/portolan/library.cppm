// SPDX-License-Identifier: MIT
// Libraries that few commands need, loaded when they are needed: docs/adr/0005. Not exported.
export module portolan.cli:library;

import portolan.std;
import :arguments;

namespace portolan::cli {

/// A shared library of the system. Once loaded it stays.
class Library {
public:
    /// Loads the first of these that the system has. The error names the package that has it.
    [[nodiscard]] static Parsed<Library> load(std::initializer_list<const char*> names, std::string_view package);

    /// Looks up a function; false if the library has none of this name.
    template <class Function>
    bool find(const char* name, Function*& into) const noexcept {
        into = reinterpret_cast<Function*>(symbol(name));
        return into != nullptr;
    }

private:
    explicit Library(void* handle) noexcept : handle_(handle) {}

    [[nodiscard]] void* symbol(const char* name) const noexcept;

    void* handle_;
};

} // namespace portolan::cli
