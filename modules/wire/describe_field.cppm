// SPDX-License-Identifier: MIT
module;

#include <fmt/format.h>
#include <string_view>

// One field as text. Not exported from the module: it serves `annotate`.
export module portolan.wire:describe_field;

import :refusal;
import :layout;
import :format;

namespace portolan::wire {

/// What is said about a field: its value, and what is remarkable about it.
struct FieldText {
    Text value;
    Text note;

    void clear() {
        value.clear();
        note.clear();
    }
};

/// Appends one more remark to those that stand.
void remark(FieldText& text, std::string_view note);

/// Says what the octets of a field mean. There are as many as the shape needs.
void describeField(FieldText& text, Shape shape, Bytes octets);

} // namespace portolan::wire
