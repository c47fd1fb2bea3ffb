// SPDX-License-Identifier: MIT
module;

#include <atomic>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include <winsock2.h>

#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <netioapi.h>

module portolan.gateway;

import portolan.net;

namespace portolan::gateway {

namespace {

/// From one look at the clocks to the next: a suspend is noticed so long after its end, if the network tells nothing.
constexpr std::chrono::minutes betweenLooks{1};

/// Where the system takes the wish for news and has none to tell, as wine does: from one look at its tables to the
/// next.
constexpr std::chrono::seconds betweenPolls{3};

} // namespace

/// What the system tells, it tells on threads of its own.
struct Monitor::Ears : std::enable_shared_from_this<Ears> {
    Ears(const std::shared_ptr<Monitor>& owner, net::any_io_executor strand)
        : monitor(owner), executor(std::move(strand)), timer(executor) {}

    ~Ears() { close(); }

    Ears(const Ears&) = delete;
    Ears& operator=(const Ears&) = delete;

    result<void> open();

    /// When this returns, the system tells nothing any more, and is not about to.
    void close();

    /// A burst of news is one handler on the strand.
    void tell() {
        const auto self = weak_from_this().lock();
        if (!self || told.exchange(true)) {
            return;
        }
        net::post(executor, [self] {
            self->told = false;
            const auto owner = self->monitor.lock();
            if (owner && owner->ears_ == self) {
                owner->heard();
            }
        });
    }

    /// What the system calls, whatever it has to tell: a route, an interface or an address.
    template <class Row>
    static void NETIOAPI_API_ hear(void* ears, Row* /*row*/, MIB_NOTIFICATION_TYPE /*type*/) {
        static_cast<Ears*>(ears)->tell();
    }

    std::weak_ptr<Monitor> monitor;
    net::any_io_executor executor;
    net::steady_timer timer; ///< until the next look; it is also the executor's work
    std::atomic<bool> told = false;
    HANDLE routes = nullptr;
    HANDLE interfaces = nullptr;
    HANDLE addresses = nullptr;
};

result<void> Monitor::Ears::open() {
    DWORD code = NotifyRouteChange2(AF_UNSPEC, &hear<MIB_IPFORWARD_ROW2>, this, FALSE, &routes);
    if (code == NO_ERROR) {
        code = NotifyIpInterfaceChange(AF_UNSPEC, &hear<MIB_IPINTERFACE_ROW>, this, FALSE, &interfaces);
    }
    if (code == NO_ERROR) {
        code = NotifyUnicastIpAddressChange(AF_UNSPEC, &hear<MIB_UNICASTIPADDRESS_ROW>, this, FALSE, &addresses);
    }
    if (code != NO_ERROR) {
        return Error{boost::system::error_code{static_cast<int>(code), boost::system::system_category()},
                     "asking for news of the network"};
    }
    return boost::outcome_v2::success();
}

void Monitor::Ears::close() {
    for (HANDLE* handle : {&routes, &interfaces, &addresses}) {
        if (const HANDLE open = std::exchange(*handle, nullptr)) {
            CancelMibChangeNotify2(open);
        }
    }
    timer.cancel();
}

result<void> Monitor::listen() {
    auto ears = std::make_shared<Ears>(shared_from_this(), strand_);
    BOOST_OUTCOME_TRY(ears->open());
    ears_ = ears;
    waitForNews(ears);
    return boost::outcome_v2::success();
}

void Monitor::deafen(Ears& ears) {
    ears.close();
}

/// Looks now and then, whatever the system tells.
void Monitor::waitForNews(const std::shared_ptr<Ears>& ears) {
    const bool isTold = ears->routes != nullptr && ears->interfaces != nullptr && ears->addresses != nullptr;
    ears->timer.expires_after(isTold ? betweenLooks : betweenPolls);
    ears->timer.async_wait([self = shared_from_this(), ears, isTold](net::error_code error) {
        if (error || ears != self->ears_) {
            return; // stopped
        }
        if (!isTold || slept(self->read_, self->clocks_()).count() > 0) {
            self->heard();
        }
        self->waitForNews(ears);
    });
}

} // namespace portolan::gateway
