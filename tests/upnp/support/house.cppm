// SPDX-License-Identifier: MIT
// A control point in virtual time, and a gateway that does as a test says.
export module portolan.testing.upnp:house;

import portolan.std;
import portolan.upnp;

export namespace portolan::testing {

using session::EventKind;
using session::MappingId;
using upnp::Duration;
using upnp::TimePoint;
using Where = std::source_location;

inline constexpr wire::Address gatewayAddress = wire::Address::v4(192, 168, 1, 1);
inline constexpr wire::Address clientAddress = wire::Address::v4(192, 168, 1, 57);
inline constexpr wire::Address otherHost = wire::Address::v4(192, 168, 1, 9);
inline constexpr wire::Address publicAddress = wire::Address::v4(203, 0, 113, 45);

/// The text of tests/vectors/upnp/NAME.xml. Throws if there is no such file.
[[nodiscard]] std::string description(std::string_view name);

/// The octets of a text.
[[nodiscard]] std::vector<std::uint8_t> octetsOf(std::string_view text);

/// What stands between <NAME> and </NAME>; empty if nothing.
[[nodiscard]] std::string argument(std::string_view body, std::string_view name);

/// The body of an answer to an action, and of a fault.
[[nodiscard]] std::string soapAnswer(std::string_view action, std::string_view arguments = {});
[[nodiscard]] std::string soapFault(unsigned code, std::string_view text = "said the gateway");

/// A mapping in the gateway's table, by protocol ("TCP") and external port.
struct Entry {
    std::string client;
    std::uint16_t port = 0;
    std::string description;
    std::uint32_t lease = 0;
    TimePoint made;

    friend bool operator==(const Entry&, const Entry&) = default;
};

using TableKey = std::pair<std::string, std::uint16_t>;

/// An Internet gateway device as a function of what it is asked.
struct Gateway {
    std::string root = description("miniupnpd_igd2");
    std::uint16_t port = 5000; ///< of its HTTP
    bool searchable = true;
    bool silent = false; ///< its HTTP takes requests and does not answer
    bool closed = false; ///< its HTTP refuses connections
    std::string location = "http://192.168.1.1:5000/rootDesc.xml";
    std::optional<std::uint32_t> bootId{1};
    std::map<TableKey, Entry> table;
    std::map<std::uint16_t, std::uint16_t> pinholes; ///< internal port by unique id
    TimePoint started{std::chrono::seconds{-100'000}};
    std::string external = "203.0.113.45";
    std::string loses;  ///< the action that it does and does not answer
    std::string breaks; ///< actions that begin so are answered by HTTP 500 and no word more; empty: none
    /// Error codes by action, asked first; 0 = do as usual.
    std::function<unsigned(std::string_view action, std::string_view body)> fault;
    /// Whole answers by action and path, asked first.
    std::function<std::optional<std::string>(std::string_view action, std::string_view path)> answer;
    std::vector<std::string> log; ///< the actions asked for, in their order

    /// The answer of HTTP; nothing if it is silent.
    [[nodiscard]] std::optional<upnp::HttpResponse> respond(TimePoint now, std::string_view request);

    /// How often an action was asked for.
    [[nodiscard]] std::size_t count(std::string_view action) const;

    void restart(TimePoint now);

private:
    [[nodiscard]] std::string act(TimePoint now, std::string_view action, std::string_view body);
    [[nodiscard]] std::string add(TimePoint now, std::string_view action, std::string_view body);
    std::uint16_t lastPinhole_ = 0;
};

/// 192.168.1.57 behind 192.168.1.1, seed 1.
[[nodiscard]] upnp::Config testConfig(std::uint64_t seed = 1);

/// The same host by IPv6, with pinholes.
[[nodiscard]] upnp::Config testConfigV6();

/// A control point and its gateway. Whatever is handed in, what the control point then has to say is delivered at once;
/// a request to anyone but the gateway is an error of the test.
class House {
public:
    explicit House(const upnp::Config& config = testConfig());

    upnp::ControlPoint point;
    Gateway gateway;
    TimePoint now; ///< starts at 0
    std::deque<upnp::Event> events;
    std::vector<std::string> searches; ///< datagrams sent

    MappingId request(const upnp::MappingRequest& wanted = {.internalPort = 8080}, Where where = Where::current());
    /// A mapping requested, granted and verified.
    MappingId hold(const upnp::MappingRequest& wanted = {.internalPort = 8080}, Where where = Where::current());
    void release(MappingId id);
    void receives(std::string_view datagram, const wire::Address& from = gatewayAddress);
    /// NOTIFY by the gateway, with these further fields.
    void announces(std::string_view subtype, std::string_view fields = {});

    House& advance(Duration time);

    /// The oldest event not yet taken is of this kind.
    upnp::Event expects(EventKind kind, Where where = Where::current());
    House& expectsNothing(Where where = Where::current());

    [[nodiscard]] const Entry* entry(std::uint16_t externalPort, const std::string& protocol = "TCP") const;

    void drain();

private:
    bool deliver();
};

} // namespace portolan::testing
