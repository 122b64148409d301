#include "daemon/keep/keeper_files.h"

#include <utility>

#include "decide/picture/made_with.h"
#include "decide/replace/reload.h"
#include "decide/replace/rollout.h"

namespace stackd::daemon {

void KeeperFiles::note_picture() {
  ledgers_.made_with.find_created(stack_.memory, stack_.observed, stack_.busy);
  ledgers_.made_with.forget_gone(stack_.memory, stack_.observed);
}

// A folder that is switched while a rollout is under way is for the next deploy.
runtime::Task<void> KeeperFiles::look() {
  note_picture();
  std::vector<UnknownContainer> unknown = take_unknown();
  std::map<std::string, MadeWith> found =
      co_await look_inside(edges_, stack_.target->desired, std::move(unknown));
  for (const auto& [id, made] : found) {
    if (stack_.memory.made_with.count(id) == 0) ledgers_.made_with.found(stack_.memory, id, made);
  }
  if (!stack_.target) co_return;
  const decide::Rollout& rollout = stack_.target->rollout;
  if (!decide::is_rolling(rollout) && !decide::replaces_unknown(rollout)) co_return;
  if (std::exchange(rolling_, stack_.target->desired.release) != stack_.target->desired.release)
    co_await look_for_lost_mounts();
}

std::set<std::int64_t> KeeperFiles::releases_mounted() const {
  return ledgers_.made_with.releases_mounted(stack_.memory, stack_.observed);
}

void KeeperFiles::note_creation_ordered(const CreateContainer& create, const decide::Desired& desired,
                                        bool kept) {
  ledgers_.made_with.creation_ordered(create.name, decide::made_with_now(desired, create.service, kept),
                                      decide::copies_of(desired, create.service));
}

// A lost answer is none: find_created() sees what came of it.
void KeeperFiles::note_created(const CreateContainer& create, const Done& done) {
  if (done.outcome) {
    ledgers_.made_with.created(stack_.memory, create.name, done.container_id, done.kept_files);
    note_files_seen(create.service, done.container_id);
  } else if (done.outcome.error().kind != ErrorKind::unknown) {
    ledgers_.made_with.creation_failed(create.name);
  }
}

// It was made with the host's files, as they were just looked at: what was known of them may have been older.
void KeeperFiles::note_files_seen(const std::string& service, const std::string& container_id) {
  const auto made = stack_.memory.made_with.find(container_id);
  if (!stack_.target || made == stack_.memory.made_with.end() || made->second.kept) return;
  const auto known = stack_.target->learnt.host_files.find(service);
  if (known == stack_.target->learnt.host_files.end() || known->second == made->second.files) return;
  std::map<std::string, std::string> files = stack_.target->learnt.host_files;
  files[service] = made->second.files;
  note_host_files(files);
}

// Mounts are made anew at each start, but for those of copies. What is right as it was found is not measured.
bool KeeperFiles::reads_host_files(const StartContainer& start) const {
  const auto service = stack_.target->desired.stack->services.find(start.service);
  if (service == stack_.target->desired.stack->services.end() ||
      is_job(*stack_.target->desired.stack, service->second))
    return false;
  if (stack_.target->learnt.as_found.count(start.container_id) > 0) return false;
  const auto made = stack_.memory.made_with.find(start.container_id);
  return made == stack_.memory.made_with.end() || !made->second.kept;
}

void KeeperFiles::note_started(const StartContainer& start, const Done& done,
                               const decide::Desired& started_for) {
  if (done.kept_files) {  // the host's files were edited since: it is made anew, with copies
    if (!stack_.target) return;
    note_host_files(done.host_files);
    // At once, unless that does not help: then the start is tried again like any other that failed.
    if (decide::host_files_differ(stack_.target->desired, stack_.target->learnt, start.service))
      stack_.memory.failed_steps.erase(resource_of(Action(start)));
    return;
  }
  const bool unknown = stack_.memory.made_with.count(start.container_id) == 0;
  if (done.outcome && start.reads_host_files && unknown)
    ledgers_.made_with.found(stack_.memory, start.container_id,
                             decide::made_with_now(started_for, start.service, false));
}

// Not by an order of ours, whoever it was: its mounts are made anew, of the host's files as they are by now.
bool KeeperFiles::was_begun_by_others(const ObservedContainer& container) const {
  const auto memory = stack_.memory.containers.find(container.id);
  return memory != stack_.memory.containers.end() && memory->second.known && decide::runs(container) &&
         memory->second.run_started_at != container.started_at && !memory->second.start_is_ours;
}

// What it was made with is not known any more then, but for what was put into it.
std::string KeeperFiles::contents_if_begun_by_others(const ObservedContainer& container) {
  const auto made = stack_.memory.made_with.find(container.id);
  if (made == stack_.memory.made_with.end() || made->second.kept || made->second.files.empty()) return {};
  if (!was_begun_by_others(container)) return {};
  std::string contents = made->second.contents;
  ledgers_.made_with.lose(stack_.memory, container.id);
  return contents;
}

// Each run once: what can't be told now can't be told later.
std::vector<UnknownContainer> KeeperFiles::take_unknown() {
  std::vector<UnknownContainer> unknown;
  std::erase_if(looked_into_,
                [&](const auto& run) { return stack_.observed.containers.count(run.first) == 0; });
  for (const auto& [id, container] : stack_.observed.containers) {
    const auto service = stack_.target->desired.stack->services.find(container.service);
    if (service == stack_.target->desired.stack->services.end() || container.oneoff) continue;
    std::string contents = contents_if_begun_by_others(container);
    if (!decide::is_unknown(stack_.state(edges_.clock.now()), service->second, container)) continue;
    if (std::exchange(looked_into_[id], container.started_at) == container.started_at) continue;
    unknown.push_back({container, std::move(contents)});
  }
  return unknown;
}

runtime::Task<void> KeeperFiles::look_for_lost_mounts() {
  if (!stack_.target) co_return;
  std::shared_ptr<const Stack> stack = stack_.target->desired.stack;
  std::map<std::string, std::string> lost = co_await find_lost_mounts(edges_, stack, stack_.observed);
  stack_.memory.lost_mounts = std::move(lost);
}

void KeeperFiles::note_reload_ordered(const ReloadContainer& reload) {
  MadeWith asked = decide::made_with_now(stack_.target->desired, reload.service, false);
  asked.contents = stack_.memory.made_with[reload.container_id].contents;
  ledgers_.made_with.reload_ordered(stack_.memory, reload.container_id, asked);
}

// What is desired may have changed meanwhile: the container has read what was desired when it began.
void KeeperFiles::note_reload(const ReloadContainer& reload, const Done& done) {
  using Read = MadeWithLedger::Read;
  const bool perhaps = !done.outcome || done.in_doubt;  // it is tried again
  const bool nothing = done.kept_files || done.refusal.has_value();
  const Read read = perhaps ? Read::perhaps : nothing ? Read::nothing : Read::all;
  const std::optional<MadeWith> asked =
      ledgers_.made_with.reload_ended(stack_.memory, reload.container_id, read);
  if (!asked || !done.outcome || !stack_.target) return;
  if (done.kept_files) return note_host_files(done.host_files);
  if (decide::made_with_now(stack_.target->desired, reload.service, false).files != asked->files) return;
  if (done.refusal) {
    facts_.believe(decide::note_refused(stack_.memory, reload, *done.refusal));
  } else {
    facts_.believe(decide::note_reloaded(stack_.memory, reload, edges_.clock.now()));
  }
}

void KeeperFiles::note_host_files(const std::map<std::string, std::string>& files) {
  ledgers_.late.put("host files", "what the host's files are", [this, files] {
    return edges_.store.ledgers().put_host_files(stack_.record.name, files);
  });
  if (stack_.target) stack_.target->learnt.host_files = files;
}

}  // namespace stackd::daemon
