// SPDX-License-Identifier: MIT
// SOAP 1.1 as UPnP uses it (device architecture 1.1 §3). Not exported from the module.
export module portolan.simulator:soap;

import portolan.std;
import :http;
import :igd_action;

namespace portolan::simulator {

/// An invocation of an action, as it was sent.
struct SoapCall {
    std::string type;    ///< of the service, of the field SOAPACTION; empty if there is none
    std::string action;  ///< likewise
    std::string element; ///< the element in the body, without its prefix
    SoapArguments arguments;
};

/// The invocation in a request; none if its body is no envelope.
[[nodiscard]] std::optional<SoapCall> readSoap(const HttpRequest& request);

/// The body of the answer to an action of that service.
[[nodiscard]] std::string soapResponse(std::string_view type, std::string_view action, const SoapArguments& arguments);

/// The body of the answer to an action that failed; it goes with status 500.
[[nodiscard]] std::string soapFault(UpnpError error);

} // namespace portolan::simulator
