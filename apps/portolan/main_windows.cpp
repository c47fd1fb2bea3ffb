// SPDX-License-Identifier: MIT
#include "windows_text.hpp"
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <io.h>
#include <string>
#include <vector>

#include <shellapi.h>

import portolan.cli;

namespace {

/// Has the console take and give UTF-8, which is all that we speak, while this lives.
class Utf8Console {
public:
    Utf8Console() : input_(GetConsoleCP()), output_(GetConsoleOutputCP()) {
        SetConsoleCP(CP_UTF8);
        SetConsoleOutputCP(CP_UTF8);
    }

    ~Utf8Console() {
        SetConsoleCP(input_);
        SetConsoleOutputCP(output_);
    }

    Utf8Console(const Utf8Console&) = delete;
    Utf8Console& operator=(const Utf8Console&) = delete;

private:
    UINT input_;
    UINT output_;
};

/// The arguments as they were given; those of main() have lost what the system's code page lacks.
std::vector<std::string> givenArguments() {
    std::vector<std::string> arguments;
    int count = 0;
    if (wchar_t** wide = CommandLineToArgvW(GetCommandLineW(), &count)) {
        for (int at = 0; at < count; ++at) {
            arguments.push_back(portolan::cli::fromWide(wide[at]));
        }
        LocalFree(wide);
    }
    return arguments;
}

/// Set when the program is at its end.
HANDLE over() {
    static const HANDLE event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    return event;
}

/// The console is closed, the user logs off, or the system shuts down: Windows ends the program as soon as this
/// returns, so what is held is released before. Ctrl-C and Ctrl-Break are left to who hears signals.
BOOL WINAPI whenConsoleEnds(DWORD event) {
    if (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT) {
        return FALSE;
    }
    std::raise(SIGBREAK);
    constexpr DWORD patience = 4500; // milliseconds; the system's own is five seconds
    WaitForSingleObject(over(), patience);
    return TRUE;
}

} // namespace

int main() {
    const Utf8Console console;
    SetConsoleCtrlHandler(&whenConsoleEnds, TRUE);
    // Lines end as they do everywhere, and each is written at once.
    for (std::FILE* file : {stdout, stderr}) {
        ::_setmode(::_fileno(file), _O_BINARY);
        std::setvbuf(file, nullptr, _IOFBF, 4096);
    }
    const std::vector<std::string> given = givenArguments();
    std::vector<const char*> arguments;
    for (const std::string& argument : given) {
        arguments.push_back(argument.c_str());
    }
    const auto status = static_cast<int>(portolan::cli::run(arguments, stdout, stderr));
    SetEvent(over());
    return status;
}
