// SPDX-License-Identifier: MIT
export module portolan.upnp:text;

import portolan.std;
import portolan.error;

export namespace portolan::upnp {

/// What a gateway wrote, fit to be shown to a person: controls, marks that turn the direction of writing, backslashes
/// and octets that are not UTF-8 are written as escapes (`\x1b`, `\u202e`, `\\`), and after `limit` characters it is
/// cut short with "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 64);

} // namespace portolan::upnp

namespace portolan::upnp {

/// Whether they are the same but for the case of ASCII letters.
[[nodiscard]] bool equalsIgnoringCase(std::string_view a, std::string_view b) noexcept;

/// Whether `part` stands in `text`, but for the case of ASCII letters.
[[nodiscard]] bool containsIgnoringCase(std::string_view text, std::string_view part) noexcept;

/// Without blanks, tabs and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// The decimal number that the text is, blanks around it left aside; nothing if it is none, or too large for `Number`.
template <class Number>
[[nodiscard]] std::optional<Number> number(std::string_view text) noexcept {
    text = trimmed(text);
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

/// The literal IPv4 or IPv6 address that the text is, blanks around it left aside; nothing if it is none.
[[nodiscard]] std::optional<wire::Address> address(std::string_view text);

} // namespace portolan::upnp
