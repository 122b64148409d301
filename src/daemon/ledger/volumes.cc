#include "daemon/ledger/volumes.h"

#include <utility>

#include "base/check.h"

namespace stackd::daemon {

Result<void> Volumes::load() {
  Result<std::map<std::string, VolumeContents>> stored = place_.tables.volumes(place_.stack);
  if (!stored) return stored.error();
  volumes_ = *std::move(stored);
  return {};
}

void Volumes::store() {
  place_.late.put("volumes", "which volumes were seen",
                  [this, volumes = volumes_] { return place_.tables.put_volumes(place_.stack, volumes); });
}

void Volumes::note_seen(const Stack& stack, const Observed& observed) {
  bool changed = false;
  for (const auto& [key, volume] : stack.volumes) {
    if (volume.external || observed.volumes.count(volume.name) == 0) continue;
    changed = volumes_.emplace(volume.name, VolumeContents::kept).second || changed;
  }
  if (changed) store();
}

void Volumes::note_made(const Stack& stack, const std::string& key) {
  STACKD_CHECK(!key.empty());
  const auto volume = stack.volumes.find(key);
  if (volume == stack.volumes.end()) return;
  const auto known = volumes_.find(volume->second.name);
  if (known == volumes_.end() || known->second == VolumeContents::made_anew) return;
  known->second = VolumeContents::made_anew;
  store();
}

std::set<std::string> Volumes::emptied(const Stack& stack, const Observed& there) const {
  std::set<std::string> found;
  for (const auto& [key, volume] : stack.volumes) {
    const auto known = volumes_.find(volume.name);
    if (volume.external || known == volumes_.end()) continue;
    const bool anew = known->second == VolumeContents::made_anew;
    if (anew || there.volumes.count(volume.name) == 0) found.insert(volume.name);
  }
  return found;
}

void Volumes::forget_emptied() {
  bool changed = false;
  for (auto& [name, contents] : volumes_)
    changed = std::exchange(contents, VolumeContents::kept) == VolumeContents::made_anew || changed;
  if (changed) store();
}

}  // namespace stackd::daemon
