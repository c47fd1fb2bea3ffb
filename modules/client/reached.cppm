// SPDX-License-Identifier: MIT
export module portolan:reached;

import portolan.std;
import portolan.error;
import :types;
import :mapping;

export namespace portolan {

/// What came of a wish at one of the places where it was asked for (`Client::mapAll`).
struct Reached {
    GatewayInfo gateway; ///< the gateway or server; its address is unspecified where none was found to ask
    Families families = Families::any; ///< of which it was to be
    result<Mapping> mapping;           ///< held as that of `Client::map`, or why there is none
};

/// The places where `Client::mapAll` with these options asks at present, each as options for a client of its own: for
/// programs that are to go on asking where there is nobody to ask yet. Not empty. Errors: the system's, where it cannot
/// tell its gateways.
[[nodiscard]] result<std::vector<ClientOptions>> places(const ClientOptions& options);

} // namespace portolan
