#include "runtime/random.h"

#include <bit>
#include <sys/random.h>

#include "base/check.h"

namespace stackd::runtime {
namespace {

/// splitmix64, which spreads a seed of few set bits over the whole state.
std::uint64_t next_seed(std::uint64_t& seed) {
  seed += 0x9e3779b97f4a7c15U;
  std::uint64_t z = seed;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = next_seed(seed);
}

std::uint64_t Random::next_u64() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t n) {
  STACKD_CHECK(n > 0);
  // The first 2^64 mod n values are drawn again: else small results would come more often.
  const std::uint64_t biased = (0 - n) % n;
  std::uint64_t drawn = next_u64();
  while (drawn < biased) drawn = next_u64();
  return drawn % n;
}

Duration Random::up_to(Duration span) {
  STACKD_CHECK(span >= Duration::zero());
  return Duration(static_cast<Duration::rep>(below(static_cast<std::uint64_t>(span.count()) + 1)));
}

std::string Random::hex_id(std::size_t digits) {
  std::string id;
  id.reserve(digits);
  while (id.size() < digits) id += "0123456789abcdef"[next_u64() >> 60U];
  return id;
}

std::uint64_t system_seed() {
  std::uint64_t seed = 0;
  STACKD_CHECK(getrandom(&seed, sizeof seed, 0) == static_cast<ssize_t>(sizeof seed));
  return seed;
}

}  // namespace stackd::runtime
