// SPDX-License-Identifier: MIT
// `portolan keep` at work. Not exported.
export module portolan.cli:keeper;

import portolan.std;
import portolan;
import :commands;
import :exit_status;
import :failure;
import :hook;
import :interrupt;
import :keep_plan;
import :output;
import :pace;
import :reservation;
import :service;

namespace portolan::cli {

/// Keeps the mappings of a plan until it is told to end, and tells everyone who wants to know: people, programs,
/// hooks, port files and the service manager.
class Keeper {
public:
    Keeper(const net::any_io_executor& executor, const KeepCommand& command, Output& output);
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    ~Keeper();

    /// From the first request to the last deletion.
    net::awaitable<ExitStatus> run(KeepPlan plan, Interrupt& interrupt);

private:
    /// What is told of a mapping: a change, or what is wrong.
    using News = std::variant<MappingEvent, Failure>;

    /// A place where mappings are kept; there are several where it was wished so.
    struct Place {
        ClientOptions options;
        Client client;
        std::string name; ///< empty if it is the only one
    };

    /// One mapping of the plan, at one place.
    struct Kept {
        Kept(const net::any_io_executor& executor, KeepMapping mapping, Place& at)
            : wanted(std::move(mapping)), place(at), retry(executor), later(executor) {}

        /// What it is called when something is told of it.
        [[nodiscard]] std::string name() const;

        KeepMapping wanted;
        Place& place;
        net::steady_timer retry; ///< while there is no gateway to ask
        std::optional<Mapping> mapping;
        std::optional<Reservation> reservation;
        Pace pace;
        std::optional<News> withheld; ///< the last that was not told, for lack of pace
        net::steady_timer later;      ///< until it is told after all
        std::string trouble;          ///< what was last said to be wrong; empty while all is well
        bool settled = false;         ///< it was granted or refused once
        bool leaving = false;
        bool givenUp = false; ///< and that was told
        MappingInfo last;     ///< what was held when it was let go of
    };

    // keeper.cpp: the plan, and its end
    void keep(const KeepMapping& wanted, std::optional<Reservation> reservation);
    void drop(Kept& kept);
    std::optional<Failure> follow(const KeepPlan& plan);
    void reload();
    void awaitHangup();
    net::awaitable<ExitStatus> end(Interrupt& interrupt);
    void giveUp(Kept& kept);

    // follow.cpp: one mapping
    net::awaitable<void> follow(Kept& kept);
    net::awaitable<bool> open(Kept& kept);
    void happened(Kept& kept, const MappingEvent& event);
    void inTrouble(Kept& kept, const Error& error);

    // react.cpp: who is told
    void tell(Kept& kept, News news);
    void say(const Kept& kept, const MappingEvent& event, unsigned withheld);
    void say(const Kept& kept, const Failure& failure, unsigned withheld);
    void writePort(const Kept& kept, const MappingInfo& info);
    void callHook(const Kept& kept, const MappingEvent& event);
    void tellManager();
    void feedWatchdog();
    void keepWriting();

    const KeepCommand& command_;
    Output& output_;
    std::vector<Place> places_; ///< as many as there were at the beginning
    HookRunner hooks_;
    ServiceManager manager_;
    net::signal_set hangups_;
    net::steady_timer watchdog_;
    net::steady_timer writing_; ///< while somebody is slow to read what is told
    net::steady_timer ended_;   ///< never expires; cancelled when a mapping came to its end
    std::chrono::seconds execTimeout_{};
    std::list<Kept> kept_;
    std::string status_;
    std::string beyond_; ///< what was last said to lie beyond the gateway; empty: nothing
    bool ready_ = false;
    bool ending_ = false;
};

} // namespace portolan::cli
