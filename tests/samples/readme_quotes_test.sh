#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every "<!-- quote FILE [PART] -->" of the README is followed by a code block with just what FILE holds, or what it holds
# between the comments "quote: PART" and "end quote", less their indentation.
set -euo pipefail
cd "$1"

quoted() { # MARK
    awk -v mark="<!-- quote $1 -->" '
        $0 == mark { found = 1; next }
        found && /^```cpp$/ { inside = 1; next }
        inside && /^```$/ { exit }
        inside { print }' README.md
}

held() { # FILE [PART]
    if [ $# = 1 ]; then
        cat "$1"
        return
    fi
    local text # without blank lines at its end
    text=$(awk -v mark="// quote: $2" '
        index($0, mark) { indent = index($0, mark); inside = 1; next }
        /\/\/ end quote$/ { inside = 0 }
        inside { print substr($0, indent) }' "$1")
    [ -n "$text" ] || { echo "$1 has no part $2" && return 1; }
    echo "$text"
}

quotes=0
while read -r file part; do
    quotes=$((quotes + 1))
    diff <(quoted "$file${part:+ $part}") <(held "$file" ${part:+"$part"})
done < <(sed -n 's/^<!-- quote \(.*\) -->$/\1/p' README.md)
[ "$quotes" -eq 4 ] || { echo "expected 4 quotes, found $quotes" >&2; exit 1; }
