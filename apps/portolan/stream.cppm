// SPDX-License-Identifier: MIT
// Standard output or standard error, whose reader may be slow.
export module portolan.cli:stream;

import portolan.std;

export namespace portolan::cli {

/// Where lines go, each written out at once. It waits for its reader, as streams do, until it is told not to.
class Stream {
public:
    explicit Stream(std::FILE* file) noexcept : file_(file) {}

    /// Whole lines.
    void write(std::string_view lines);

    /// From now on, what the reader does not take is kept until `flush`, and `onKept` is called when there is
    /// something. What would be more than a mebibyte is left out.
    void neverWait(std::function<void()> onKept);

    /// Writes as much as there is room for.
    void flush();

    /// Writes all that is kept, as far as the reader takes it in this time.
    void drain(std::chrono::milliseconds limit);

    [[nodiscard]] bool keepsSome() const noexcept { return !kept_.empty(); }

    /// How many writes were left out since this was asked last.
    [[nodiscard]] std::size_t takeLeftOut() noexcept { return std::exchange(leftOut_, 0); }

    /// Whether everything could be written.
    [[nodiscard]] bool good() const noexcept { return !failed_ && std::ferror(file_) == 0; }

private:
    [[nodiscard]] bool hasRoom(std::chrono::milliseconds wait) const;
    void writeSome();

    std::FILE* file_;
    std::string kept_;
    std::function<void()> onKept_;
    std::size_t leftOut_ = 0;
    bool waits_ = true;
    bool failed_ = false;
};

} // namespace portolan::cli
