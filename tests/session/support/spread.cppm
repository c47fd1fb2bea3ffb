// SPDX-License-Identifier: MIT
// Whether what should be random is. Thresholds are far out: a sound generator fails them less than once in 10^9.
export module portolan.testing.session:spread;

import portolan.std;

export namespace portolan::testing {

/// Samples of what should be uniform in a range.
class Spread {
public:
    void add(double sample) { samples_.push_back(sample); }

    /// All samples are in the range.
    [[nodiscard]] bool within(double low, double high) const {
        return std::ranges::all_of(samples_, [&](double sample) { return sample >= low && sample <= high; });
    }

    /// Each tenth of the range has its share of the samples, give or take two thirds; for 500 samples or more.
    [[nodiscard]] bool fills(double low, double high) const {
        std::vector<double> shares(10);
        for (const double sample : samples_) {
            const double place = (sample - low) / (high - low) * 10;
            shares[static_cast<std::size_t>(std::clamp(place, 0.0, 9.0))] += 1;
        }
        const double fair = static_cast<double>(samples_.size()) / 10;
        return std::ranges::all_of(shares, [&](double share) { return share > fair / 3 && share < fair * 5 / 3; });
    }

private:
    std::vector<double> samples_;
};

} // namespace portolan::testing
