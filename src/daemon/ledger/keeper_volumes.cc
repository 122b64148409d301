// Which volumes there have been: one that has to be made again is empty, and the next release's jobs have to
// fill it.
#include <utility>

#include "daemon/keep/stack_keeper.h"

namespace stackd::daemon {
namespace {

const std::string volumes_fact = "volumes ";
const std::string kept = "kept";
const std::string anew = "anew";

}  // namespace

void StackKeeper::load_volumes() {
  for (const auto& words : fact_lines(volumes_fact, 2)) volumes_[words[0]] = words[1] == anew;
}

void StackKeeper::store_volumes() {
  std::string text;
  for (const auto& [name, is_new] : volumes_) text += name + " " + (is_new ? anew : kept) + "\n";
  store_fact(volumes_fact, text);
}

void StackKeeper::note_volumes() {
  bool changed = false;
  for (const auto& [key, volume] : desired_->stack->volumes) {
    if (volume.external || observed_.volumes.count(volume.name) == 0) continue;
    changed = volumes_.emplace(volume.name, false).second || changed;
  }
  if (changed) store_volumes();
}

void StackKeeper::note_volume_made(const CreateVolume& create) {
  const auto volume = desired_->stack->volumes.find(create.volume);
  if (volume == desired_->stack->volumes.end()) return;
  const auto known = volumes_.find(volume->second.name);
  if (known == volumes_.end() || known->second) return;
  known->second = true;
  store_volumes();
}

std::set<std::string> StackKeeper::emptied_volumes(const Observed& there) const {
  std::set<std::string> found;
  if (!desired_) return found;
  for (const auto& [key, volume] : desired_->stack->volumes) {
    const auto known = volumes_.find(volume.name);
    if (volume.external || known == volumes_.end()) continue;
    if (known->second || there.volumes.count(volume.name) == 0) found.insert(volume.name);
  }
  return found;
}

void StackKeeper::forget_emptied_volumes() {
  bool changed = false;
  for (auto& [name, is_new] : volumes_) changed = std::exchange(is_new, false) || changed;
  if (changed) store_volumes();
}

}  // namespace stackd::daemon
