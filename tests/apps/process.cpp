// SPDX-License-Identifier: MIT
#include "process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "support/temporary_folder.hpp"

namespace portolan::testing {

namespace {

struct Pipe {
    int readEnd = -1;
    int writeEnd = -1;
};

[[noreturn]] void fail(const char* what) {
    throw std::system_error{errno, std::generic_category(), what};
}

Pipe makePipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail("pipe2");
    }
    return {ends[0], ends[1]};
}

/// Reads what there is; false at the end of the stream.
bool readInto(int from, std::string& text) {
    std::array<char, 4096> part{};
    const ssize_t size = read(from, part.data(), part.size());
    if (size > 0) {
        text.append(part.data(), static_cast<std::size_t>(size));
    }
    return size > 0;
}

void closeOnce(int& file) {
    if (file >= 0) {
        close(file);
        file = -1;
    }
}

/// A home for the state of the programs that are started, instead of the user's; gone at the end.
struct StateHome : TemporaryFolder {
    StateHome() { setenv("XDG_STATE_HOME", path.c_str(), 1); }
};

} // namespace

Process::Process(const std::vector<std::string>& arguments, std::string_view input)
    : deadline_(std::chrono::steady_clock::now() + patience) {
    static const StateHome home;
    const Pipe in = makePipe();
    const Pipe out = makePipe();
    const Pipe err = makePipe();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.readEnd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.writeEnd, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.writeEnd, STDERR_FILENO);
    std::vector<std::string> words{PORTOLAN_COMMAND};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    const int error = posix_spawn(&id_, PORTOLAN_COMMAND, &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in.readEnd);
    close(out.writeEnd);
    close(err.writeEnd);
    // Shorter than a pipe holds, so this does not block.
    const ssize_t written = write(in.writeEnd, input.data(), input.size());
    close(in.writeEnd);
    out_ = out.readEnd;
    err_ = err.readEnd;
    if (error != 0 || written != static_cast<ssize_t>(input.size())) {
        throw std::runtime_error{"cannot start " PORTOLAN_COMMAND};
    }
}

Process::~Process() {
    if (id_ > 0) {
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }
    closeOnce(out_);
    closeOnce(err_);
}

/// Waits for more of either stream; false when both are at their end. A negative descriptor is ignored by poll.
bool Process::readSome() {
    if (out_ < 0 && err_ < 0) {
        return false;
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    std::array<pollfd, 2> files{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
    if (left.count() <= 0 || poll(files.data(), files.size(), static_cast<int>(left.count())) <= 0) {
        throw std::runtime_error{"the program says nothing more and does not end; so far: " + outText_ + errText_};
    }
    if (files[0].revents != 0 && !readInto(out_, outText_)) {
        closeOnce(out_);
    }
    if (files[1].revents != 0 && !readInto(err_, errText_)) {
        closeOnce(err_);
    }
    return true;
}

std::string Process::readLine() {
    while (outText_.find('\n') == std::string::npos && readSome()) {
    }
    const std::size_t end = outText_.find('\n');
    std::string line = outText_.substr(0, end);
    outText_.erase(0, end == std::string::npos ? end : end + 1);
    return line;
}

nlohmann::ordered_json Process::readJson() {
    return nlohmann::ordered_json::parse(readLine());
}

std::size_t Process::unread() const {
    int size = 0;
    return ioctl(out_, FIONREAD, &size) == 0 ? static_cast<std::size_t>(size) : 0;
}

void Process::signal(int number) const {
    kill(id_, number);
}

Finished Process::finish() {
    while (readSome()) {
    }
    // Its streams are closed, so its end is near; a program that closes them and stays is killed by the destructor.
    int status = 0;
    while (waitpid(id_, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > deadline_) {
            throw std::runtime_error{"the program does not end"};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    id_ = -1;
    const int ended = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {ended, std::move(outText_), std::move(errText_)};
}

Finished runCommand(const std::vector<std::string>& arguments, std::string_view input) {
    return Process{arguments, input}.finish();
}

nlohmann::ordered_json onlyObject(const std::string& text) {
    if (text.empty() || text.find('\n') != text.size() - 1) {
        throw std::runtime_error{"not one line: " + text};
    }
    auto object = nlohmann::ordered_json::parse(text);
    if (!object.is_object()) {
        throw std::runtime_error{"no object: " + text};
    }
    return object;
}

} // namespace portolan::testing
