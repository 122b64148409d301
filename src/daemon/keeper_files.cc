// The host's files that containers mount: what each was made with, and what is there now.
#include "daemon/records.h"
#include "daemon/stack_keeper.h"

namespace stackd::daemon {
namespace {

const std::string made_with_fact = "made_with ";

}  // namespace

// One line a container: its id, and the fingerprint with "!" in front when it mounts kept copies.
void StackKeeper::load_made_with() {
  for (const std::vector<std::string>& words : fact_lines(made_with_fact, 2)) {
    const std::string& files = words[1];
    const bool kept = files.front() == '!';
    memory_.made_with[words[0]] = {kept ? files.substr(1) : files, kept};
  }
}

void StackKeeper::note_made_with(const std::string& container_id, const std::string& service, bool kept) {
  const auto files = desired_->files.find(service);
  if (files == desired_->files.end()) return;
  memory_.made_with[container_id] = {files->second, kept};
  std::string text;
  for (auto it = memory_.made_with.begin(); it != memory_.made_with.end();) {
    const bool gone = it->first != container_id && observed_.containers.count(it->first) == 0;
    if (!gone) text += it->first + " " + (it->second.kept ? "!" : "") + it->second.files + "\n";
    it = gone ? memory_.made_with.erase(it) : std::next(it);
  }
  store_fact(made_with_fact, text);
}

void StackKeeper::note_host_files(const std::map<std::string, std::string>& files) {
  std::string text;
  for (const auto& [service, fingerprint] : files) text += service + " " + fingerprint + "\n";
  store_fact(host_files_fact, text);
  if (desired_) desired_->host_files = files;
}

}  // namespace stackd::daemon
