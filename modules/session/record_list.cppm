// SPDX-License-Identifier: MIT
// Records in the order in which they came, linked through themselves: joining and leaving cost the same whatever the
// number. Not exported.
export module portolan.session:record_list;

import portolan.std;
import :record;

namespace portolan::session {

class RecordList {
public:
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// The one that came first; there must be one.
    [[nodiscard]] std::uint32_t front() const noexcept { return head_; }

    void append(std::vector<Record>& records, std::uint32_t at) noexcept {
        records[at].previous = tail_;
        records[at].next = nowhere;
        (tail_ == nowhere ? head_ : records[tail_].next) = at;
        tail_ = at;
        ++size_;
    }

    void remove(std::vector<Record>& records, std::uint32_t at) noexcept {
        const std::uint32_t before = records[at].previous;
        const std::uint32_t after = records[at].next;
        (before == nowhere ? head_ : records[before].next) = after;
        (after == nowhere ? tail_ : records[after].previous) = before;
        --size_;
    }

private:
    std::uint32_t head_ = nowhere;
    std::uint32_t tail_ = nowhere;
    std::size_t size_ = 0;
};

} // namespace portolan::session
