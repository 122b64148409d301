// Bugs that are planted on purpose, to see whether the simulated world finds them. In every ordinary build
// `planted` is a constant false and leaves no trace in the program; only the tests build the pure half and
// the daemon once more with STACKD_PLANTED, where one bug at a time is switched on by its name.
#pragma once

#include <string_view>
#include <vector>

namespace stackd {

#ifdef STACKD_PLANTED
/// Whether the bug of this name is switched on.
bool planted(std::string_view name);
/// Switches it on. False: there is no such bug.
bool plant(std::string_view name);
/// The names of all.
std::vector<std::string_view> plants();
#else
constexpr bool planted(std::string_view) {
  return false;
}
constexpr bool plant(std::string_view) {
  return false;
}
inline std::vector<std::string_view> plants() {
  return {};
}
#endif

}  // namespace stackd
