// SPDX-License-Identifier: MIT
export module portolan.transport:alarm;

import portolan.std;
import portolan.net;
import portolan.session;

export namespace portolan::transport {

/// Waits for one time of the session's clock, which goes on while the machine is suspended; Asio's timers stand still
/// then. Everything happens on the executor given, which must run one handler at a time (a strand).
class Alarm {
public:
    explicit Alarm(const net::any_io_executor& strand);
    ~Alarm();
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    /// Has `handler` called at `when`, at once if that has passed, perhaps early; it is kept until then. An alarm that
    /// is set already has only its time changed.
    void set(session::TimePoint when, std::function<void()> handler);

    /// Drops the handler without a call.
    void cancel();

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace portolan::transport
