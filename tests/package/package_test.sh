#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# usage: package_test.sh BUILD_DIRECTORY
#
# Installs the built tree to a folder of its own, then builds and runs a separate project that finds it there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${1:?usage: package_test.sh BUILD_DIRECTORY}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }

cmake --install "$build" --prefix "$work/installed" >"$work/install.log" || { cat "$work/install.log" && exit 1; }
# Moved once installed: the package may not know where it was built or first put.
mv "$work/installed" "$work/moved"
cmake -S "$here/consumer" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/moved" \
    -DCMAKE_CXX_COMPILER="$(cached CMAKE_CXX_COMPILER)" -DCMAKE_CXX_FLAGS="$(cached CMAKE_CXX_FLAGS)" \
    -DCMAKE_BUILD_TYPE="$(cached CMAKE_BUILD_TYPE)" -DCMAKE_LINKER_TYPE=LLD
grep -q "^portolan_DIR:PATH=$work/moved/" "$work/build/CMakeCache.txt" || { echo "another portolan was found" && exit 1; }
cmake --build "$work/build" -j 2
"$work/build/consumer"
