#include "daemon/ledger/made_with_ledger.h"

#include <iterator>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/mutation.h"

namespace stackd::daemon {
namespace {

const std::string what = "what a container was made with";

}  // namespace

// What an earlier stackd noted was made before this one looks for the first time.
Result<void> MadeWithLedger::load(decide::Memory& memory) {
  Result<MadeWithRecord> record = place_.tables.made_with(place_.stack);
  if (!record) return record.error();
  memory.made_with = std::move(record->made);
  for (const auto& [id, made] : memory.made_with) seen_.insert(id);
  for (auto& [name, made] : record->ordered) {
    const std::int64_t copies_of = made.kept_of;
    ordered_[name] = {std::move(made), copies_of};
  }
  return {};
}

void MadeWithLedger::creation_ordered(const std::string& name, const MadeWith& made, std::int64_t copies_of) {
  STACKD_CHECK(!name.empty());
  ordered_[name] = {made, copies_of};
  place_.late.put("made_with " + name, what,
                  [this, name, made] { return place_.tables.put_creation(place_.stack, name, made); });
}

void MadeWithLedger::created(decide::Memory& memory, const std::string& name, const std::string& container_id,
                             bool kept) {
  const auto order = ordered_.find(name);
  if (order == ordered_.end()) return;
  MadeWith made = order->second.made;
  made.kept = kept;
  made.kept_of = kept ? order->second.copies_of : 0;
  ordered_.erase(order);
  note(memory, container_id, made, name);
}

void MadeWithLedger::creation_failed(const std::string& name) {
  if (ordered_.erase(name) > 0) forget(name);
}

void MadeWithLedger::find_created(decide::Memory& memory, const Observed& observed,
                                  const std::set<std::string>& busy) {
  if (ordered_.empty()) return;
  for (const auto& [id, container] : observed.containers) {
    const auto order = ordered_.find(container.name);
    if (order == ordered_.end() || busy.count("container " + container.name) > 0) continue;
    const MadeWith made = order->second.made;
    ordered_.erase(order);
    if (memory.made_with.count(id) > 0) {  // the order was for another container, which is not there
      forget(container.name);
    } else {
      note(memory, id, made, container.name);
    }
  }
}

void MadeWithLedger::found(decide::Memory& memory, const std::string& container_id, const MadeWith& made) {
  const auto known = memory.made_with.find(container_id);
  if (known == memory.made_with.end() || !(known->second == made)) note(memory, container_id, made, {});
}

void MadeWithLedger::lose(decide::Memory& memory, const std::string& container_id) {
  memory.made_with.erase(container_id);
  forget(container_id);
}

// Until its outcome is known nobody knows what the container has read; also not the next stackd.
void MadeWithLedger::reload_ordered(decide::Memory& memory, const std::string& container_id,
                                    const MadeWith& asked) {
  MadeWith doubtful = memory.made_with[container_id];
  reloads_[container_id] = {doubtful, asked};
  doubtful.in_doubt = true;
  note(memory, container_id, doubtful, {});
}

std::optional<MadeWith> MadeWithLedger::reload_ended(decide::Memory& memory, const std::string& container_id,
                                                     Read read) {
  const auto found = reloads_.find(container_id);
  if (found == reloads_.end()) return std::nullopt;
  const UnderWay reload = std::move(found->second);
  reloads_.erase(found);
  switch (read) {
    case Read::all:
      note(memory, container_id, reload.asked, {});
      break;
    case Read::nothing:
      note(memory, container_id, reload.before, {});
      break;
    case Read::perhaps:
      break;
  }
  return reload.asked;
}

void MadeWithLedger::forget_gone(decide::Memory& memory, const Observed& observed) {
  for (const auto& [id, container] : observed.containers) seen_.insert(id);
  std::vector<std::string> gone;
  for (const auto& [id, made] : memory.made_with) {
    const bool was_there = seen_.count(id) > 0 || mutated("what-is-not-recorded-is-unchanged");
    if (was_there && observed.containers.count(id) == 0) gone.push_back(id);
  }
  for (const std::string& id : gone) lose(memory, id);
  std::erase_if(seen_, [&](const std::string& id) { return observed.containers.count(id) == 0; });
}

std::set<std::int64_t> MadeWithLedger::releases_mounted(const decide::Memory& memory,
                                                        const Observed& observed) const {
  std::set<std::int64_t> found;
  for (const auto& [id, made] : memory.made_with) {
    const bool may_be_there = observed.containers.count(id) > 0 || seen_.count(id) == 0;
    if (made.kept_of != 0 && may_be_there) found.insert(made.kept_of);
  }
  return found;
}

void MadeWithLedger::note(decide::Memory& memory, const std::string& container_id, const MadeWith& made,
                          const std::string& name) {
  memory.made_with[container_id] = made;
  place_.late.put("made_with " + (name.empty() ? container_id : name), what,
                  [this, container_id, made, name] {
                    return place_.tables.put_made_with(place_.stack, container_id, made, name);
                  });
}

void MadeWithLedger::forget(const std::string& id_or_name) {
  place_.late.put("made_with " + id_or_name, what,
                  [this, id_or_name] { return place_.tables.forget_made_with(place_.stack, id_or_name); });
}

}  // namespace stackd::daemon
