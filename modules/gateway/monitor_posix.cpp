// SPDX-License-Identifier: MIT
// Systems that tell their news by descriptors that become readable.
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <memory>
#include <unistd.h>

module portolan.gateway;

import portolan.net;

namespace portolan::gateway {

namespace {

/// At most so many datagrams are taken in one go, so that a flood does not keep others on the strand waiting.
constexpr unsigned drainLimit = 256;

/// Takes over a descriptor that was just opened.
net::error_code adopt(net::posix::stream_descriptor& to, int descriptor) {
    net::error_code error;
    to.assign(descriptor, error);
    if (error) {
        ::close(descriptor);
    }
    return error;
}

/// Takes whatever waits at a socket of news.
News drain(net::posix::stream_descriptor& socket) {
    News news;
    for (unsigned taken = 0; taken < drainLimit; ++taken) {
        const auto more = system::readNews(socket.native_handle());
        if (!more) {
            break;
        }
        news |= *more;
    }
    return news;
}

} // namespace

struct Monitor::Ears {
    explicit Ears(const net::any_io_executor& strand) : news(strand), resume(strand) {}

    net::posix::stream_descriptor news;
    net::posix::stream_descriptor resume; ///< readable when the machine may have been suspended; often closed
};

result<void> Monitor::listen() {
    BOOST_OUTCOME_TRY(const int descriptor, system::openNews());
    auto ears = std::make_shared<Ears>(strand_);
    if (const net::error_code error = adopt(ears->news, descriptor)) {
        return Error{error, "waiting for news of the network"};
    }
    ears_ = ears;
    waitForNews(ears);
    waitForResume(ears);
    return boost::outcome_v2::success();
}

void Monitor::deafen(Ears& ears) {
    net::error_code ignored;
    ears.news.close(ignored);
    ears.resume.close(ignored);
}

void Monitor::waitForNews(const std::shared_ptr<Ears>& ears) {
    ears->news.async_wait(net::posix::stream_descriptor::wait_read,
                          [self = shared_from_this(), ears](net::error_code error) {
                              if (error || ears != self->ears_) {
                                  return; // stopped
                              }
                              if (drain(ears->news).any()) {
                                  self->heard();
                              }
                              self->waitForNews(ears);
                          });
}

/// A notice is good for once.
void Monitor::waitForResume(const std::shared_ptr<Ears>& ears) {
    const int notice = system::openResumeNotice();
    if (notice < 0 || adopt(ears->resume, notice)) {
        return;
    }
    ears->resume.async_wait(net::posix::stream_descriptor::wait_read,
                            [self = shared_from_this(), ears](net::error_code error) {
                                if (error || ears != self->ears_) {
                                    return; // stopped
                                }
                                net::error_code ignored;
                                ears->resume.close(ignored);
                                self->waitForResume(ears);
                                self->heard();
                            });
}

} // namespace portolan::gateway
