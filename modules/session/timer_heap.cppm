// SPDX-License-Identifier: MIT
// The deadlines of all records in one binary heap, each record knowing its place. Not exported.
export module portolan.session:timer_heap;

import portolan.std;
import :time;
import :record;

namespace portolan::session {

class TimerHeap {
public:
    [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }

    [[nodiscard]] std::uint32_t top() const noexcept { return heap_.front(); }

    /// Sets the record's deadline, adding it if need be.
    void set(std::vector<Record>& records, std::uint32_t index, TimePoint deadline) {
        Record& record = records[index];
        record.deadline = deadline;
        if (record.heapPosition == nowhere) {
            record.heapPosition = static_cast<std::uint32_t>(heap_.size());
            heap_.push_back(index);
        }
        siftUp(records, record.heapPosition);
        siftDown(records, record.heapPosition);
    }

    /// Takes the record out, if it is in.
    void clear(std::vector<Record>& records, std::uint32_t index) noexcept {
        const std::uint32_t position = std::exchange(records[index].heapPosition, nowhere);
        if (position == nowhere) {
            return;
        }
        const std::uint32_t last = heap_.back();
        heap_.pop_back();
        if (last == index) {
            return;
        }
        place(records, position, last);
        siftUp(records, position);
        siftDown(records, records[last].heapPosition);
    }

private:
    void place(std::vector<Record>& records, std::uint32_t position, std::uint32_t index) noexcept {
        heap_[position] = index;
        records[index].heapPosition = position;
    }

    void siftUp(std::vector<Record>& records, std::uint32_t position) noexcept {
        const std::uint32_t moving = heap_[position];
        while (position > 0) {
            const std::uint32_t parent = (position - 1) / 2;
            if (records[heap_[parent]].deadline <= records[moving].deadline) {
                break;
            }
            place(records, position, heap_[parent]);
            position = parent;
        }
        place(records, position, moving);
    }

    void siftDown(std::vector<Record>& records, std::uint32_t position) noexcept {
        const std::uint32_t moving = heap_[position];
        for (std::size_t child = 2 * std::size_t{position} + 1; child < heap_.size();
             child = 2 * std::size_t{position} + 1) {
            if (child + 1 < heap_.size() && records[heap_[child + 1]].deadline < records[heap_[child]].deadline) {
                ++child;
            }
            if (records[moving].deadline <= records[heap_[child]].deadline) {
                break;
            }
            place(records, position, heap_[child]);
            position = static_cast<std::uint32_t>(child);
        }
        place(records, position, moving);
    }

    std::vector<std::uint32_t> heap_;
};

} // namespace portolan::session
