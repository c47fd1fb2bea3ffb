// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace portolan::testing {

/// The command `portolan` at a terminal of its own, where a test types. It is killed if it is still there at the end.
class Terminal {
public:
    static constexpr std::chrono::seconds patience{20};

    /// `environment` holds settings ("A=b") that the program sees besides the test's own.
    explicit Terminal(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {});
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();

    void type(std::string_view keys) const;

    /// Reads until the screen has shown this, and returns what it has shown since the last call. Throws if it does not
    /// come, and says what came instead.
    std::string expect(std::string_view text);

    /// Reads to the end, and returns the exit status, or 128 + the signal that ended the program.
    int finish();

private:
    bool readSome();

    pid_t id_ = -1;
    int master_ = -1;
    std::string shown_;
    std::chrono::steady_clock::time_point deadline_;
};

} // namespace portolan::testing
