// SPDX-License-Identifier: MIT
module;

#include <memory>
#include <utility>

module portolan;

import :core;

namespace portolan {

void Mapping::startRelease(ReleaseHandler handler) {
    const auto core = std::exchange(core_, nullptr);
    core->release(std::move(key_), std::move(handler));
}

void startChange(const std::shared_ptr<Core>& core, MappingKey key, MappingChange change, ReleaseHandler handler) {
    core->change(std::move(key), std::move(change), std::move(handler));
}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    if (this != &other) {
        drop();
        core_ = std::move(other.core_);
        key_ = std::move(other.key_);
    }
    return *this;
}

Mapping::~Mapping() {
    drop();
}

void Mapping::drop() noexcept {
    if (const auto core = std::exchange(core_, nullptr)) {
        core->drop(std::move(key_));
    }
}

MappingInfo Mapping::info() const {
    return core_ ? core_->info(key_) : MappingInfo{};
}

void Mapping::detach() {
    if (const auto core = std::exchange(core_, nullptr)) {
        core->detach(std::move(key_));
    }
}

} // namespace portolan
