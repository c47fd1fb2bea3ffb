// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <io.h>

#include <windows.h>

module portolan.cli;

namespace portolan::cli {

namespace {

/// Whether a read would not have to wait: for something to be there, or for nothing to come any more.
bool isReadable(HANDLE file) {
    switch (GetFileType(file)) {
    case FILE_TYPE_PIPE: {
        DWORD size = 0;
        return PeekNamedPipe(file, nullptr, 0, nullptr, &size, nullptr) == 0 || size > 0;
    }
    case FILE_TYPE_CHAR: // a console; Ctrl-C ends its wait for the rest of the line
        return WaitForSingleObject(file, 0) == WAIT_OBJECT_0;
    default:
        return true;
    }
}

} // namespace

/// Of these files none can be waited for together with sockets and signals, so it is looked again and again.
bool Probe::awaitReadable(int file) {
    constexpr std::chrono::milliseconds step{20};
    const auto handle = reinterpret_cast<HANDLE>(::_get_osfhandle(file));
    context_.poll();
    while (!isInterrupted() && !isReadable(handle)) {
        runUntil([] { return false; }, std::chrono::steady_clock::now() + step);
    }
    return !isInterrupted();
}

} // namespace portolan::cli
