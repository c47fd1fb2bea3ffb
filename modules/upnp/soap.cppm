// SPDX-License-Identifier: MIT
export module portolan.upnp:soap;

import portolan.std;
import :error;
import :http;
import :description;

export namespace portolan::upnp {

/// Arguments of an action, in the order in which the standard names them: some gateways count.
using SoapArguments = std::vector<std::pair<std::string, std::string>>;

/// The request for an action of a service (UDA 1.1 §3.2.1).
[[nodiscard]] HttpRequest soapRequest(const Service& service, std::string_view action, const SoapArguments& arguments);

/// What an action answered: its arguments, as written by the gateway.
class SoapAnswer {
public:
    explicit SoapAnswer(SoapArguments arguments) noexcept : arguments_(std::move(arguments)) {}

    /// The argument of this name, whatever its case.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;

    /// The same; empty if there is none.
    [[nodiscard]] std::string_view text(std::string_view name) const noexcept;

private:
    SoapArguments arguments_;
};

/// Reads the answer to `action`. Errors: an `ErrorCode` as the gateway gave it, with its words as the detail
/// (`printable()`); `Fault::httpStatus`, `Fault::notSoap`, and the faults of XML.
[[nodiscard]] result<SoapAnswer> readSoap(std::string_view action, const HttpResponse& response);

} // namespace portolan::upnp
