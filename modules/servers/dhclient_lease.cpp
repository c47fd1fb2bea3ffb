// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

module portolan.servers;

namespace portolan::servers {

namespace {

/// A word, a string or one of { } ; of a lease file.
struct Token {
    std::string text;
    bool quoted = false;

    [[nodiscard]] bool is(std::string_view mark) const { return !quoted && text == mark; }
};

bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool isMark(char c) {
    return c == '{' || c == '}' || c == ';';
}

bool isOctal(char c) {
    return c >= '0' && c <= '7';
}

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    /// Nothing at the end.
    std::optional<Token> next() {
        skip();
        if (text_.empty()) {
            return std::nullopt;
        }
        if (text_.front() == '"') {
            return string();
        }
        std::size_t size = 1;
        if (!isMark(text_.front())) {
            while (size < text_.size() && !isBlank(text_[size]) && !isMark(text_[size]) && text_[size] != '"') {
                ++size;
            }
        }
        return Token{take(size)};
    }

private:
    std::string take(std::size_t size) {
        std::string taken{text_.substr(0, size)};
        text_.remove_prefix(size);
        return taken;
    }

    void skip() {
        while (!text_.empty() && (isBlank(text_.front()) || text_.front() == '#')) {
            const bool comment = text_.front() == '#';
            const std::size_t size = comment ? text_.find('\n') : 1;
            text_.remove_prefix(std::min(size, text_.size()));
        }
    }

    /// With \ooo for an octet and \ before a character that would be read otherwise.
    Token string() {
        constexpr std::size_t octalDigits = 3;
        Token token{{}, true};
        text_.remove_prefix(1);
        while (!text_.empty() && text_.front() != '"') {
            if (text_.front() != '\\' || text_.size() == 1) {
                token.text += take(1);
                continue;
            }
            text_.remove_prefix(1);
            std::size_t digits = 0;
            unsigned octet = 0;
            while (digits < std::min(octalDigits, text_.size()) && isOctal(text_[digits])) {
                octet = octet * 8 + static_cast<unsigned>(text_[digits++] - '0');
            }
            token.text += digits == octalDigits ? std::string(1, static_cast<char>(octet)) : take(1);
            text_.remove_prefix(digits == octalDigits ? octalDigits : 0);
        }
        text_.remove_prefix(std::min<std::size_t>(1, text_.size()));
        return token;
    }

    std::string_view text_;
};

std::optional<int> numberOf(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

std::optional<WallTime> epochTime(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool sound = error == std::errc{} && end == text.data() + text.size() && seconds >= 0 &&
                       seconds <= std::numeric_limits<std::uint32_t>::max();
    return sound ? std::optional{WallTime{std::chrono::seconds{seconds}}} : std::nullopt;
}

/// Numbers with a character between them, "2026/11/26".
std::optional<std::vector<int>> numbersOf(std::string_view text, char between) {
    std::vector<int> numbers;
    while (numbers.size() < 3) {
        const std::string_view word = text.substr(0, text.find(between));
        const auto number = numberOf(word);
        if (!number) {
            return std::nullopt;
        }
        numbers.push_back(*number);
        if (word.size() == text.size()) {
            break;
        }
        text.remove_prefix(word.size() + 1);
    }
    return numbers.size() == 3 ? std::optional{numbers} : std::nullopt;
}

/// `2 2026/11/26 13:14:15`, in UTC, whose first word is the day of the week; or `epoch 1795698855`. Nothing for
/// `never`.
std::optional<WallTime> timeOf(const std::vector<Token>& statement) {
    if (statement.size() >= 3 && statement[1].is("epoch")) {
        return epochTime(statement[2].text);
    }
    if (statement.size() < 4) {
        return std::nullopt;
    }
    const auto date = numbersOf(statement[2].text, '/');
    const auto time = numbersOf(statement[3].text, ':');
    if (!date || !time) {
        return std::nullopt;
    }
    const std::chrono::year_month_day day{std::chrono::year{(*date)[0]},
                                          std::chrono::month{static_cast<unsigned>((*date)[1])},
                                          std::chrono::day{static_cast<unsigned>((*date)[2])}};
    if (!day.ok()) {
        return std::nullopt;
    }
    return WallTime{std::chrono::sys_days{day}} + std::chrono::hours{(*time)[0]} + std::chrono::minutes{(*time)[1]} +
           std::chrono::seconds{(*time)[2]};
}

std::optional<std::vector<std::uint8_t>> valueOf(const Token& token) {
    if (token.quoted) {
        return std::vector<std::uint8_t>{token.text.begin(), token.text.end()};
    }
    return octetsOf(token.text);
}

/// Reads one lease, from after its opening brace.
class LeaseReader {
public:
    LeaseReader(Scanner& scanner, bool v6) : scanner_(scanner) { lease_.v6 = v6; }

    /// Nothing where the file ends before the lease does: it is being written.
    std::optional<Lease> read() {
        std::vector<Token> statement;
        for (unsigned depth = 1; auto token = scanner_.next();) {
            if (token->is(";")) {
                take(statement);
                statement.clear();
            } else if (token->is("{")) {
                ++depth;
                starts_.reset();
                statement.clear();
            } else if (token->is("}")) {
                statement.clear();
                if (--depth == 0) {
                    return std::move(lease_);
                }
            } else {
                statement.push_back(std::move(*token));
            }
        }
        return std::nullopt;
    }

private:
    void take(const std::vector<Token>& statement) {
        if (statement.size() < 2) {
            return;
        }
        const std::string_view word = statement[0].text;
        if (word == "interface") {
            lease_.interfaceName = statement[1].text;
        } else if (word == "expire") {
            lease_.end = timeOf(statement);
        } else if (word == "starts") {
            starts_ = epochTime(statement[1].text);
        } else if (word == "max-life") {
            endAfter(statement[1].text);
        } else if (word == "option" && statement.size() >= 3) {
            takeOption(statement[1].text, statement[2]);
        }
    }

    /// An address of DHCPv6 is good for so long; the lease for as long as any of them is.
    void endAfter(std::string_view seconds) {
        const auto life = epochTime(seconds);
        if (starts_ && life) {
            const WallTime end = *starts_ + life->time_since_epoch();
            lease_.end = lease_.end ? std::max(*lease_.end, end) : end;
        }
    }

    void takeOption(std::string_view name, const Token& value) {
        const bool v4 = !lease_.v6 && name == fmt::format("unknown-{}", dhcpV4Option);
        const bool v6 = lease_.v6 && name == fmt::format("dhcp6.unknown-{}", dhcpV6Option);
        const auto octets = v4 || v6 ? valueOf(value) : std::nullopt;
        if (!octets) {
            return;
        }
        if (auto servers = v4 ? readDhcpV4(*octets) : readDhcpV6(*octets)) {
            std::ranges::move(servers.value(), std::back_inserter(lease_.servers));
        }
    }

    Scanner& scanner_;
    Lease lease_;
    std::optional<WallTime> starts_; ///< of the address of DHCPv6 whose block is being read
};

} // namespace

std::vector<Lease> readDhclientLeases(std::string_view text) {
    std::vector<Lease> leases;
    Scanner scanner{text};
    std::string before;
    while (auto token = scanner.next()) {
        if (!token->is("{")) {
            before = token->quoted ? "" : token->text;
            continue;
        }
        auto lease = LeaseReader{scanner, before == "lease6"}.read();
        if (lease && (before == "lease" || before == "lease6")) {
            leases.push_back(std::move(*lease));
        }
    }
    return leases;
}

} // namespace portolan::servers
