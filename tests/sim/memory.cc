#include "sim/memory.h"

#include <limits>

namespace stackd::sim {
namespace {

std::string moment(const std::optional<WallTime>& time) {
  return time ? std::to_string(time->time_since_epoch().count()) : std::string("never");
}

}  // namespace

std::string memory_of(store::Store& store, const std::string& stack) {
  std::string text;
  const auto record = store.stack(stack);
  if (record && *record)
    text += "release " + std::to_string((*record)->current_release) + " wish " +
            std::string(to_string((*record)->wish)) + "\n";
  if (const auto releases = store.releases(stack, true)) {
    for (const Release& release : *releases)
      text += "release " + std::to_string(release.number) + " live " + moment(release.live_at) + "\n";
  }
  if (const auto deploys = store.deploys(stack, 100)) {
    for (const Deploy& deploy : *deploys)
      text += "deploy " + deploy.id + " " + std::string(to_string(deploy.state)) + "\n";
  }
  const auto journal = store.journal(stack, 0, std::numeric_limits<std::int32_t>::max());
  if (journal) text += std::to_string(journal->size()) + " entries\n";
  return text;
}

}  // namespace stackd::sim
