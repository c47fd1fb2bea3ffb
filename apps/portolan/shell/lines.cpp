// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

module portolan.cli;

namespace portolan::cli {

namespace {

/// More than any datagram is in hex; what is longer is no script.
constexpr std::size_t longestLine = std::size_t{1} << 18;

/// The lines of a file, read as they come.
class FileLines {
public:
    FileLines(int file, Probe& probe, std::string prompt, Output& output)
        : file_(file), probe_(probe), prompt_(std::move(prompt)), output_(output) {}

    std::optional<std::string> next() {
        output_.write(prompt_);
        while (true) {
            if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
                std::string line = text_.substr(0, end);
                text_.erase(0, end + 1);
                return line;
            }
            if (text_.size() > longestLine) {
                output_.warn("a line is longer than 256 KiB; nothing behind it is read");
                return std::nullopt;
            }
            if (!readMore()) {
                return text_.empty() ? std::nullopt : std::optional{std::exchange(text_, {})};
            }
        }
    }

private:
    /// False at the end, and when the user has enough.
    bool readMore() {
        while (!ended_) {
            if (!probe_.awaitReadable(file_)) {
                text_.clear();
                return false;
            }
            std::array<char, 4096> part{};
            const ssize_t size = ::read(file_, part.data(), part.size());
            if (size > 0) {
                text_.append(part.data(), static_cast<std::size_t>(size));
                return true;
            }
            ended_ = size == 0 || errno != EINTR;
        }
        return false;
    }

    int file_;
    Probe& probe_;
    std::string prompt_;
    Output& output_;
    std::string text_;
    bool ended_ = false;
};

} // namespace

LineSource linesOf(int file, Probe& probe, std::string prompt, Output& output) {
    return [lines = std::make_shared<FileLines>(file, probe, std::move(prompt), output)] { return lines->next(); };
}

} // namespace portolan::cli
