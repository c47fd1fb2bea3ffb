// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cerrno>
#include <clocale>
#include <cstddef>
#include <cstdio>
#include <cwchar>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <histedit.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

module portolan.cli;

import :library;

namespace portolan::cli {

namespace {

constexpr const char* promptText = "portolan> ";
constexpr int longestHistory = 1000;

/// libedit, of which no more than this is used.
struct EditLibrary {
    decltype(&::el_init) init = nullptr;
    decltype(&::el_end) end = nullptr;
    decltype(&::el_set) set = nullptr;
    decltype(&::el_wset) setWide = nullptr;
    decltype(&::el_get) get = nullptr;
    decltype(&::el_gets) gets = nullptr;
    decltype(&::el_line) line = nullptr;
    decltype(&::el_insertstr) insert = nullptr;
    decltype(&::el_resize) resize = nullptr;
    decltype(&::history_init) historyInit = nullptr;
    decltype(&::history_end) historyEnd = nullptr;
    decltype(&::history) history = nullptr;
};

Parsed<EditLibrary> loadEdit() {
    BOOST_OUTCOME_TRY(const Library library, Library::load({"libedit.so.2", "libedit.so.0"}, "libedit2"));
    EditLibrary edit;
    const bool whole = library.find("el_init", edit.init) && library.find("el_end", edit.end) &&
                       library.find("el_set", edit.set) && library.find("el_wset", edit.setWide) &&
                       library.find("el_get", edit.get) && library.find("el_gets", edit.gets) &&
                       library.find("el_line", edit.line) && library.find("el_insertstr", edit.insert) &&
                       library.find("el_resize", edit.resize) && library.find("history_init", edit.historyInit) &&
                       library.find("history_end", edit.historyEnd) && library.find("history", edit.history);
    return whole ? Parsed<EditLibrary>{edit} : UsageError{"libedit lacks a function; install a later version"};
}

/// Loaded once, if that can be.
const Parsed<EditLibrary>& editLibrary() {
    static const Parsed<EditLibrary> loaded = loadEdit();
    return loaded;
}

/// The part that all of them begin with.
std::string commonBeginning(const std::vector<std::string>& words) {
    std::string common = words.front();
    for (const std::string& word : words) {
        const auto differ = std::ranges::mismatch(common, word);
        common.erase(differ.in1, common.end());
    }
    return common;
}

/// A terminal with an editor, once the library is there. Not to be moved: libedit keeps its address.
class Editor {
public:
    Editor(Probe& probe, std::string history) : probe_(probe), historyFile_(std::move(history)) {
        // Characters of more than one octet are read as the user's locale has them; who has none sits at a terminal
        // that speaks UTF-8 all the same.
        const char* locale = std::setlocale(LC_CTYPE, "");
        if (locale == nullptr || locale == std::string_view{"C"} || locale == std::string_view{"POSIX"}) {
            std::setlocale(LC_CTYPE, "C.UTF-8");
        }
        editLine_ = edit_.init("portolan", stdin, stdout, stderr);
        history_ = edit_.historyInit();
        if (editLine_ == nullptr || history_ == nullptr) {
            return;
        }
        edit_.set(editLine_, EL_CLIENTDATA, this);
        edit_.set(editLine_, EL_PROMPT, &prompt);
        edit_.set(editLine_, EL_EDITOR, "emacs");
        edit_.set(editLine_, EL_GETCFN, &readCharacter);
        // By el_set(), libedit would copy the names and never free them.
        edit_.setWide(editLine_, EL_ADDFN, L"portolan-complete", L"Complete the word", &complete);
        edit_.set(editLine_, EL_BIND, "^I", "portolan-complete", nullptr);
        edit_.set(editLine_, EL_HIST, edit_.history, history_);
        HistEvent event{};
        edit_.history(history_, &event, H_SETSIZE, longestHistory);
        edit_.history(history_, &event, H_SETUNIQUE, 1);
        if (!historyFile_.empty()) {
            edit_.history(history_, &event, H_LOAD, historyFile_.c_str());
        }
    }

    ~Editor() {
        if (history_ != nullptr) {
            keepHistory();
            edit_.historyEnd(history_);
        }
        if (editLine_ != nullptr) {
            edit_.end(editLine_);
        }
    }

    Editor(const Editor&) = delete;
    Editor& operator=(const Editor&) = delete;

    [[nodiscard]] bool isReady() const { return editLine_ != nullptr && history_ != nullptr; }

    std::optional<std::string> next() {
        edit_.resize(editLine_);
        // Before the prompt invites to type, not after it as el_gets() does: Ctrl-D would be lost in between.
        edit_.set(editLine_, EL_PREP_TERM, 1);
        int size = 0;
        const char* text = edit_.gets(editLine_, &size);
        if (text == nullptr || size <= 0) {
            std::fputc('\n', stdout); // the shell's own prompt begins on a line of its own
            std::fflush(stdout);
            return std::nullopt;
        }
        std::string line{text, static_cast<std::size_t>(size)};
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
            line.pop_back();
        }
        if (!line.empty()) {
            HistEvent event{};
            edit_.history(history_, &event, H_ENTER, line.c_str());
        }
        return line;
    }

private:
    static Editor& of(EditLine* editLine) {
        void* self = nullptr;
        editLibrary().assume_value().get(editLine, EL_CLIENTDATA, &self);
        return *static_cast<Editor*>(self);
    }

    static char* prompt(EditLine* /*editLine*/) { return const_cast<char*>(promptText); }

    /// Reads a character, and meanwhile hears signals.
    static int readCharacter(EditLine* editLine, wchar_t* into) {
        Editor& self = of(editLine);
        std::mbstate_t state{};
        while (self.probe_.awaitReadable(STDIN_FILENO)) {
            char octet = 0;
            const ssize_t size = ::read(STDIN_FILENO, &octet, 1);
            if (size <= 0) {
                return size == 0 ? 0 : -1;
            }
            const std::size_t used = std::mbrtowc(into, &octet, 1, &state);
            if (used == static_cast<std::size_t>(-1)) {
                state = {}; // no character of this locale
            } else if (used != static_cast<std::size_t>(-2)) {
                return 1;
            }
        }
        return -1;
    }

    static unsigned char complete(EditLine* editLine, int /*key*/) {
        Editor& self = of(editLine);
        const LineInfo* line = self.edit_.line(editLine);
        const std::string_view before{line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)};
        const std::vector<std::string> words = completions(before);
        if (words.empty()) {
            return CC_ERROR;
        }
        const std::size_t blank = before.find_last_of(" \t");
        const std::size_t begun = before.size() - (blank == std::string_view::npos ? 0 : blank + 1);
        const std::string common = commonBeginning(words);
        std::string rest = common.size() > begun ? common.substr(begun) : "";
        if (words.size() == 1 && !common.ends_with('=') && !common.ends_with(':')) {
            rest += ' ';
        }
        if (!rest.empty()) {
            return self.edit_.insert(editLine, rest.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
        }
        fmt::print(stdout, "\n{}\n", fmt::join(words, "  "));
        std::fflush(stdout);
        return CC_REDISPLAY;
    }

    /// A history that cannot be kept is no loss worth a word.
    void keepHistory() {
        if (historyFile_.empty()) {
            return;
        }
        std::error_code ignored;
        const std::filesystem::path folder = std::filesystem::path{historyFile_}.parent_path();
        if (std::filesystem::create_directories(folder, ignored)) {
            std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
        }
        HistEvent event{};
        edit_.history(history_, &event, H_SAVE, historyFile_.c_str());
    }

    const EditLibrary& edit_ = editLibrary().assume_value();
    Probe& probe_;
    std::string historyFile_;
    EditLine* editLine_ = nullptr;
    History* history_ = nullptr;
};

} // namespace

LineSource typedLines(Probe& probe, const std::string& history, Output& output) {
    if (const auto& edit = editLibrary(); !edit) {
        output.remark(fmt::format("{}, for editing, history and completion", edit.error().message));
        return linesOf(STDIN_FILENO, probe, promptText, output);
    }
    auto editor = std::make_shared<Editor>(probe, history);
    if (!editor->isReady()) {
        return linesOf(STDIN_FILENO, probe, promptText, output);
    }
    return [editor = std::move(editor)] { return editor->next(); };
}

} // namespace portolan::cli
