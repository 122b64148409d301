// Mutations: bugs that are put in on purpose, to see whether the simulated world finds them. In every ordinary
// build `mutated` is a constant false and leaves no trace in the program; only the tests build the pure half and
// the daemon once more with STACKD_MUTATIONS, where one mutation at a time is switched on by its name.
#pragma once

#include <string_view>
#include <vector>

namespace stackd {

#ifdef STACKD_MUTATIONS
/// Whether the mutation of this name is switched on.
bool mutated(std::string_view name);
/// Switches it on. False: there is no such mutation.
bool mutate(std::string_view name);
/// The names of all.
std::vector<std::string_view> mutations();
#else
constexpr bool mutated(std::string_view) {
  return false;
}
constexpr bool mutate(std::string_view) {
  return false;
}
inline std::vector<std::string_view> mutations() {
  return {};
}
#endif

}  // namespace stackd
