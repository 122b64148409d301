// One stream of random draws of a seed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "runtime/random.h"

namespace stackd::sim {

class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t stream) : random_(seed * 1000003 + stream) {}

  bool once_in(std::uint64_t n) { return random_.below(n) == 0; }
  std::uint64_t below(std::uint64_t n) { return random_.below(n); }
  Duration between(Duration low, Duration high) {
    const Duration span = random_.up_to(high - low);
    return low + span;
  }
  template <typename T>
  const T& any(const std::vector<T>& values) {
    return values.at(random_.below(values.size()));
  }

 private:
  runtime::Random random_;
};

}  // namespace stackd::sim
