// The only source of chance: xoshiro256** (Blackman, Vigna), so that one seed gives one sequence with every
// compiler and library. For ids and jitter; not for secrets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.h"

namespace stackd::runtime {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next_u64();

  /// Evenly among 0 … n-1; n is not 0.
  std::uint64_t below(std::uint64_t n);

  /// Evenly within [0, span]; span is not negative.
  Duration up_to(Duration span);

  /// As many lower-case hexadecimal digits.
  std::string hex_id(std::size_t digits);

 private:
  std::array<std::uint64_t, 4> state_{};
};

/// A seed from the kernel, for the real process.
std::uint64_t system_seed();

}  // namespace stackd::runtime
