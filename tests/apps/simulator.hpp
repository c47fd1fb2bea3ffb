// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "process.hpp"
#include "support/temporary_folder.hpp"

namespace portolan::testing {

/// `portolan simulate`, and commands that ask it.
class Simulator {
public:
    explicit Simulator(const std::string& profile = "strict", const std::string& listen = "127.0.0.1")
        : process_({"simulate", "--json", "--listen", listen, "--profile", profile}), listening_(process_.readJson()) {}

    /// With these options.
    explicit Simulator(const std::vector<std::string>& options)
        : process_(withOptions(options)), listening_(process_.readJson()) {}

    [[nodiscard]] const nlohmann::ordered_json& listening() const { return listening_; }

    /// Its address and port, for --gateway.
    [[nodiscard]] std::string gateway() const {
        const auto address = listening_.at("address").get<std::string>();
        return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" + std::to_string(port());
    }

    [[nodiscard]] int port() const { return listening_.at("port").get<int>(); }

    /// A file for the identity of those who ask it.
    [[nodiscard]] std::string identity() const { return (folder_.path / "identity").string(); }

    /// These words, with the gateway named and in JSON.
    [[nodiscard]] std::vector<std::string> asked(std::vector<std::string> words) const {
        words.insert(words.end(), {"--gateway", gateway(), "--json"});
        return words;
    }

    [[nodiscard]] Finished ask(std::vector<std::string> words) const { return runCommand(asked(std::move(words))); }

    /// The next event of the gateway.
    nlohmann::ordered_json event() { return process_.readJson(); }

    Process& process() { return process_; }

private:
    static std::vector<std::string> withOptions(const std::vector<std::string>& options) {
        std::vector<std::string> words{"simulate", "--json"};
        words.insert(words.end(), options.begin(), options.end());
        return words;
    }

    TemporaryFolder folder_;
    Process process_;
    nlohmann::ordered_json listening_;
};

} // namespace portolan::testing
