// The host's files that containers mount: what each was made with, and what is there now.
#include "daemon/records.h"
#include "daemon/stack_keeper.h"
#include "decide/reload.h"

namespace stackd::daemon {
namespace {

const std::string made_with_fact = "made_with ";

std::string alone_of(const decide::Desired& desired, const std::string& service) {
  const auto parts = desired.file_parts.find(service);
  return parts == desired.file_parts.end() ? std::string() : parts->second.alone;
}

}  // namespace

// One line a container: its id, the fingerprint with "!" in front when it mounts kept copies, and that of the
// files that are mounted by themselves, which earlier versions did not write.
void StackKeeper::load_made_with() {
  for (const std::size_t count : {2U, 3U}) {
    for (const std::vector<std::string>& words : fact_lines(made_with_fact, count)) {
      decide::MadeWith& made = memory_.made_with[words[0]];
      made.kept = words[1].front() == '!';
      made.files = made.kept ? words[1].substr(1) : words[1];
      if (count == 3) made.alone = words[2];
    }
  }
}

void StackKeeper::store_made_with() {
  std::string text;
  for (const auto& [id, made] : memory_.made_with) {
    text += id + " " + (made.kept ? "!" : "") + made.files;
    text += (made.alone.empty() ? "" : " " + made.alone) + "\n";
  }
  store_fact(made_with_fact, text);
}

void StackKeeper::note_made_with(const std::string& container_id, const std::string& service, bool kept) {
  const auto files = desired_->files.find(service);
  if (files == desired_->files.end()) return;
  memory_.made_with[container_id] = {files->second, kept, alone_of(*desired_, service)};
  std::erase_if(memory_.made_with, [&](const auto& entry) {
    return entry.first != container_id && observed_.containers.count(entry.first) == 0;
  });
  store_made_with();
}

// Until its outcome is known nobody knows what the container has read; also not the next stackd.
void StackKeeper::note_reload_intent(const ReloadContainer& reload) {
  decide::MadeWith& made = memory_.made_with[reload.container_id];
  ReloadUnderWay& under_way = reloads_[reload.container_id];
  under_way.before = made;
  under_way.asked = {desired_->files[reload.service], false, alone_of(*desired_, reload.service)};
  made.files = decide::files_in_doubt;
  store_made_with();
}

// What is desired may have changed meanwhile: the container has read what was desired when it began.
void StackKeeper::note_reload(const ReloadContainer& reload, const Done& done) {
  const ReloadUnderWay under_way = std::exchange(reloads_[reload.container_id], {});
  reloads_.erase(reload.container_id);
  if (!done.outcome) return;  // it stays in doubt, and is tried again
  if (!done.in_doubt) {
    memory_.made_with[reload.container_id] = done.refusal ? under_way.before : under_way.asked;
    store_made_with();
  }
  if (!desired_ || desired_->files[reload.service] != under_way.asked.files) return;
  if (done.refusal) {
    believe(decide::note_refused(memory_, reload, *done.refusal));
  } else {
    believe(decide::note_reloaded(memory_, reload, edges_.clock.now()));
  }
}

void StackKeeper::note_host_files(const std::map<std::string, std::string>& files) {
  std::string text;
  for (const auto& [service, fingerprint] : files) text += service + " " + fingerprint + "\n";
  store_fact(host_files_fact, text);
  if (desired_) desired_->host_files = files;
}

}  // namespace stackd::daemon
