// SPDX-License-Identifier: MIT
#include "terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace portolan::testing {

namespace {

/// What the child does: it becomes the program.
[[noreturn]] void become(std::vector<std::string> words, const std::vector<std::string>& environment) {
    for (const std::string& setting : environment) {
        const std::size_t equals = setting.find('=');
        setenv(setting.substr(0, equals).c_str(), setting.substr(equals + 1).c_str(), 1);
    }
    setenv("TERM", "xterm", 1);
    std::vector<char*> argv;
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    execv(PORTOLAN_COMMAND, argv.data());
    _exit(127);
}

} // namespace

Terminal::Terminal(const std::vector<std::string>& arguments, const std::vector<std::string>& environment)
    : deadline_(std::chrono::steady_clock::now() + patience) {
    const winsize size{24, 200, 0, 0};
    id_ = forkpty(&master_, nullptr, nullptr, &size);
    if (id_ < 0) {
        throw std::system_error{errno, std::generic_category(), "forkpty"};
    }
    if (id_ == 0) {
        std::vector<std::string> words{PORTOLAN_COMMAND};
        words.insert(words.end(), arguments.begin(), arguments.end());
        become(std::move(words), environment);
    }
}

Terminal::~Terminal() {
    if (id_ > 0) {
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }
    close(master_);
}

void Terminal::type(std::string_view keys) const {
    if (write(master_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
        throw std::system_error{errno, std::generic_category(), "write"};
    }
}

/// False at the end, which a terminal tells by an error.
bool Terminal::readSome() {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    pollfd file{master_, POLLIN, 0};
    if (left.count() <= 0 || poll(&file, 1, static_cast<int>(left.count())) <= 0) {
        throw std::runtime_error{"nothing more is shown; so far: " + shown_};
    }
    std::array<char, 4096> part{};
    const ssize_t size = read(master_, part.data(), part.size());
    if (size > 0) {
        shown_.append(part.data(), static_cast<std::size_t>(size));
    }
    return size > 0;
}

std::string Terminal::expect(std::string_view text) {
    while (shown_.find(text) == std::string::npos) {
        if (!readSome()) {
            throw std::runtime_error{"the program ended; so far: " + shown_};
        }
    }
    const std::size_t end = shown_.find(text) + text.size();
    std::string before = shown_.substr(0, end);
    shown_.erase(0, end);
    return before;
}

int Terminal::finish() {
    while (readSome()) {
    }
    int status = 0;
    waitpid(id_, &status, 0);
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace portolan::testing
