// SPDX-License-Identifier: MIT
module;

#include "../windows_text.hpp"
#include <algorithm>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <cwchar>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

module portolan.cli;

import :hook_process;
import :service;

namespace portolan::cli {

namespace {

std::error_code lastError() {
    return boost::system::error_code{static_cast<int>(GetLastError()), boost::system::system_category()};
}

/// An open handle, closed at the end.
class Handle {
public:
    explicit Handle(HANDLE handle = nullptr) : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}

    Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

    Handle& operator=(Handle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }

    ~Handle() {
        if (handle_ != nullptr) {
            CloseHandle(handle_);
        }
    }

    [[nodiscard]] HANDLE get() const noexcept { return handle_; }

private:
    HANDLE handle_;
};

/// Nowhere, for a child to read from or write to.
Handle nowhere() {
    SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    return Handle{CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                              OPEN_EXISTING, 0, nullptr)};
}

/// Our standard error, for a child to write to.
Handle standardError() {
    HANDLE copy = nullptr;
    const HANDLE self = GetCurrentProcess();
    const bool copied =
        DuplicateHandle(self, GetStdHandle(STD_ERROR_HANDLE), self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS) != 0;
    return copied ? Handle{copy} : nowhere();
}

/// How a child is started: standard input from nowhere, standard output to standard error (ours is for programs that
/// read what we say), and nothing else of ours inherited.
class StartSettings {
public:
    StartSettings() : input_(nowhere()), output_(standardError()), handles_{input_.get(), output_.get()} {
        SIZE_T size = 0;
        InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        room_.resize(size);
        info_.lpAttributeList = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(room_.data());
        InitializeProcThreadAttributeList(info_.lpAttributeList, 1, 0, &size);
        UpdateProcThreadAttribute(info_.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &handles_,
                                  sizeof handles_, nullptr, nullptr);
        info_.StartupInfo.cb = sizeof info_;
        info_.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        info_.StartupInfo.hStdInput = input_.get();
        info_.StartupInfo.hStdOutput = output_.get();
        info_.StartupInfo.hStdError = output_.get();
    }

    ~StartSettings() { DeleteProcThreadAttributeList(info_.lpAttributeList); }

    StartSettings(const StartSettings&) = delete;
    StartSettings& operator=(const StartSettings&) = delete;

    [[nodiscard]] STARTUPINFOW* info() { return &info_.StartupInfo; }

private:
    Handle input_;
    Handle output_;
    HANDLE handles_[2];
    std::vector<std::byte> room_;
    STARTUPINFOEXW info_{};
};

/// Whether a variable has this name, with its "="; case does not matter to Windows.
bool isNamed(std::wstring_view variable, std::wstring_view assignment) {
    return variable.size() >= assignment.size() &&
           ::_wcsnicmp(variable.data(), assignment.data(), assignment.size()) == 0;
}

/// The variables of `call` and, of ours, those that it does not set anew: each ended by a zero, and all by another.
std::wstring environmentOf(const HookCall& call) {
    std::vector<std::wstring> variables;
    std::ranges::transform(call.environment, std::back_inserter(variables), toWide);
    const std::size_t own = variables.size();
    wchar_t* const inherited = GetEnvironmentStringsW();
    for (const wchar_t* at = inherited; at != nullptr && *at != L'\0'; at += std::wcslen(at) + 1) {
        const std::wstring_view variable = at;
        const auto named = [&](const std::wstring& mine) {
            return isNamed(variable, std::wstring_view{mine}.substr(0, mine.find(L'=') + 1));
        };
        if (std::none_of(variables.begin(), variables.begin() + static_cast<std::ptrdiff_t>(own), named)) {
            variables.emplace_back(variable);
        }
    }
    FreeEnvironmentStringsW(inherited);
    std::wstring block;
    for (const std::wstring& variable : variables) {
        block.append(variable).push_back(L'\0');
    }
    block.push_back(L'\0');
    return block;
}

std::wstring commandLineOf(const HookCall& call) {
    const std::string shell = environmentVariable("ComSpec");
    // With /s the outermost quotes alone are taken off, whatever is between them.
    return toWide(fmt::format("\"{}\" /d /s /c \"{}\"", shell.empty() ? "cmd.exe" : shell, call.command));
}

} // namespace

struct HookProcess::System : std::enable_shared_from_this<System> {
    explicit System(const net::any_io_executor& executor) : over(executor) {}

    ~System() { close(); }

    System(const System&) = delete;
    System& operator=(const System&) = delete;

    void open(const PROCESS_INFORMATION& made) {
        process = Handle{made.hProcess};
        id = made.dwProcessId;
        isOver = false;
        over.expires_at(std::chrono::steady_clock::time_point::max());
        RegisterWaitForSingleObject(&wait, process.get(), &hearEnd, this, INFINITE, WT_EXECUTEONLYONCE);
    }

    /// When this returns, the process is not waited for any more.
    void close() {
        if (const HANDLE open = std::exchange(wait, nullptr)) {
            UnregisterWaitEx(open, INVALID_HANDLE_VALUE);
        }
        process = Handle{};
    }

    /// What the system calls, on a thread of its own.
    static void CALLBACK hearEnd(void* system, BOOLEAN /*timedOut*/) {
        auto* const that = static_cast<System*>(system);
        net::post(that->over.get_executor(), [self = that->shared_from_this()] {
            self->isOver = true;
            self->over.cancel();
        });
    }

    net::steady_timer over; ///< cancelled when the process has ended
    bool isOver = true;
    Handle process;
    Handle job; ///< the process, and all that it starts
    HANDLE wait = nullptr;
    DWORD id = 0;
};

HookProcess::HookProcess(const net::any_io_executor& executor) : system_(std::make_shared<System>(executor)) {}

HookProcess::~HookProcess() {
    system_->close();
}

std::error_code HookProcess::start(const HookCall& call) {
    system_->job = Handle{CreateJobObjectW(nullptr, nullptr)};
    std::wstring command = commandLineOf(call);
    std::wstring environment = environmentOf(call);
    StartSettings settings;
    PROCESS_INFORMATION made{};
    constexpr DWORD flags =
        CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    if (CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE, flags, environment.data(), nullptr,
                       settings.info(), &made) == 0) {
        return lastError();
    }
    const Handle thread{made.hThread};
    AssignProcessToJobObject(system_->job.get(), made.hProcess);
    system_->open(made);
    ResumeThread(thread.get());
    return {};
}

net::awaitable<std::string> HookProcess::ended() {
    while (!system_->isOver) {
        co_await system_->over.async_wait(net::asTuple);
    }
    DWORD status = 0;
    GetExitCodeProcess(system_->process.get(), &status);
    system_->close();
    co_return status == 0 ? std::string{} : fmt::format("ended with status {}", status);
}

void HookProcess::askToEnd() {
    GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, system_->id);
}

void HookProcess::end() {
    TerminateJobObject(system_->job.get(), 1);
}

} // namespace portolan::cli
