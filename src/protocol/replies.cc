#include "protocol/replies.h"

#include <algorithm>
#include <array>

namespace stackd::protocol {
namespace {

constexpr std::array<std::string_view, 3> engine_links = {"connecting", "connected", "away"};

}  // namespace

std::string_view to_string(EngineLink link) {
  return engine_links.at(static_cast<std::size_t>(link));
}

EngineLink engine_link_from(std::string_view name) {
  const auto found = std::find(engine_links.begin(), engine_links.end(), name);
  if (found == engine_links.end()) return EngineLink::connecting;
  return static_cast<EngineLink>(found - engine_links.begin());
}

}  // namespace stackd::protocol
