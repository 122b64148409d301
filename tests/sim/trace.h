// What happened in a run, one line an event with its simulated time. The hash over all lines is the identity
// of the run: same seed, same hash, whatever compiler and process.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace stackd::sim {

class Trace {
 public:
  explicit Trace(bool print_all = false) : print_all_(print_all) {}

  void line(Time at, std::string_view text);
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] const std::deque<std::string>& last() const { return last_; }

 private:
  static constexpr std::size_t last_max = 30;

  bool print_all_;
  std::uint64_t hash_ = 0xcbf29ce484222325U;  // FNV-1a
  std::uint64_t lines_ = 0;
  std::deque<std::string> last_;
};

/// Named counters for the situations that the simulated world claims to test.
using Marks = std::map<std::string, std::uint64_t>;

}  // namespace stackd::sim
