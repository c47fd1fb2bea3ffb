#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every "<!-- quote FILE -->" of the README is followed by a code block with just what FILE holds.
set -euo pipefail
cd "$1"
quotes=0
while read -r file; do
    quotes=$((quotes + 1))
    diff <(awk -v mark="<!-- quote $file -->" '
        $0 == mark { found = 1; next }
        found && /^```cpp$/ { inside = 1; next }
        inside && /^```$/ { exit }
        inside { print }' README.md) "$file"
done < <(sed -n 's/^<!-- quote \(.*\) -->$/\1/p' README.md)
[ "$quotes" -eq 2 ] || { echo "expected 2 quotes, found $quotes" >&2; exit 1; }
