// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "process.hpp"

namespace portolan::testing {

/// `portolan simulate`, as long as this lives.
class SimulatedGateway {
public:
    explicit SimulatedGateway(const std::string& listen = "127.0.0.1", const std::string& profile = "strict")
        : process_({"simulate", "--json", "--listen", listen, "--profile", profile}), listening_(process_.readJson()) {}

    /// Its address and port, for --gateway.
    [[nodiscard]] std::string name() const {
        const auto address = listening_.at("address").get<std::string>();
        return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" + std::to_string(port());
    }

    [[nodiscard]] int port() const { return listening_.at("port").get<int>(); }

private:
    Process process_;
    nlohmann::ordered_json listening_;
};

} // namespace portolan::testing
