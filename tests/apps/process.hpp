// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace portolan::testing {

/// How a program ended and what it said.
struct Finished {
    int status = -1; ///< its exit status, or 128 + the signal that ended it
    std::string out;
    std::string err;
};

/// The command `portolan`, started by a test. It is killed if it is still there when the test ends, and by no means
/// runs longer than `patience`: a test that waits for it in vain fails.
class Process {
public:
    static constexpr std::chrono::seconds patience{20};

    explicit Process(const std::vector<std::string>& arguments, std::string_view input = {});
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    /// The next line of its standard output, without the line end; empty at the end.
    std::string readLine();

    /// As `readLine`, in --json mode.
    nlohmann::ordered_json readJson();

    void signal(int number) const;

    /// So many octets of its standard output wait to be read.
    [[nodiscard]] std::size_t unread() const;

    /// Waits for its end; `Finished::out` has what `readLine` has left.
    Finished finish();

private:
    bool readSome();

    pid_t id_ = -1;
    int out_ = -1;
    int err_ = -1;
    std::string outText_;
    std::string errText_;
    std::chrono::steady_clock::time_point deadline_;
};

/// Starts `portolan` and waits for its end.
Finished runCommand(const std::vector<std::string>& arguments, std::string_view input = {});

/// The only line of a text, as JSON. Throws if there is none, or more, or it is no object.
nlohmann::ordered_json onlyObject(const std::string& text);

} // namespace portolan::testing
