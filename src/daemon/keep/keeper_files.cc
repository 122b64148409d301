// The host's files that containers mount: what each was made with, and what is there now.
#include "daemon/keep/keeper_files.h"

#include <cstdlib>

#include "base/text.h"
#include "daemon/ledger/records.h"
#include "decide/replace/reload.h"
#include "model/fingerprint.h"

namespace stackd::daemon {
namespace {

const std::string made_with_fact = "made_with ";
const std::string making_fact = "making ";

const std::string nothing = "-";

std::string to_word(const std::string& fingerprint) {
  return fingerprint.empty() ? nothing : fingerprint;
}

std::string from_word(const std::string& word) {
  return word == nothing ? std::string() : word;
}

/// "!7!" in front of the fingerprint: it mounts the copies that are kept for release 7. Earlier versions
/// wrote
/// "!" only.
std::string to_words(const decide::MadeWith& made) {
  const std::string of = made.kept_of == 0 ? "" : std::to_string(made.kept_of) + "!";
  const std::string known = (made.kept ? "!" + of : "") + to_word(made.files);
  if (!made.contents.empty()) return known + " " + to_word(made.alone) + " " + made.contents;
  return made.alone.empty() ? known : known + " " + made.alone;
}

decide::MadeWith from_words(const std::vector<std::string>& words) {
  decide::MadeWith made;
  made.kept = words[1].front() == '!';
  const std::vector<std::string> parts = split(words[1], '!');
  made.files = from_word(parts.back());
  if (parts.size() == 3) made.kept_of = std::strtoll(parts[1].c_str(), nullptr, 10);
  if (words.size() > 2) made.alone = from_word(words[2]);
  if (words.size() > 3) made.contents = words[3];
  return made;
}

std::string alone_of(const decide::Desired& desired, const std::string& service) {
  const auto parts = desired.file_parts.find(service);
  return parts == desired.file_parts.end() ? std::string() : parts->second.alone;
}

// What a container is made with now. Nothing: no more is known of it than of one that was found.
std::optional<decide::MadeWith> made_with_now(const decide::Desired& desired, const std::string& service,
                                              bool kept) {
  decide::MadeWith made{{}, kept, alone_of(desired, service), {}, kept ? desired.release : 0};
  if (const auto files = desired.files.find(service); files != desired.files.end())
    made.files = files->second;
  if (const auto there = desired.stack->services.find(service); there != desired.stack->services.end())
    made.contents = contents_fingerprint(*desired.stack, there->second);
  if (made.files.empty() && made.contents.empty()) return std::nullopt;
  return made;
}

}  // namespace

// One line a container: its id (its name, while it is being made), the fingerprint, that of the files that
// are mounted by themselves, and that of what is put into it; earlier versions wrote less of that.
void KeeperFiles::load() {
  for (const std::size_t count : {2U, 3U, 4U}) {
    for (const auto& words : fact_lines(made_with_fact, count))
      stack_.memory.made_with[words[0]] = from_words(words);
    for (const auto& words : fact_lines(making_fact, count)) making_[words[0]] = from_words(words);
  }
}

void KeeperFiles::store_making() {
  std::string text;
  for (const auto& [name, made] : making_) text += name + " " + to_words(made) + "\n";
  store_fact(making_fact, text);
}

// The answer may be lost, or this stackd, before it is known which container was made.
void KeeperFiles::note_making(const CreateContainer& create, const Assignment& assignment) {
  std::optional<decide::MadeWith> made =
      made_with_now(assignment.desired, create.service, assignment.kept_files);
  if (!made) return;
  making_[create.name] = *std::move(made);
  store_making();
}

std::set<std::int64_t> KeeperFiles::releases_mounted() const {
  std::set<std::int64_t> found;
  for (const auto& [id, made] : stack_.memory.made_with) {
    if (made.kept_of != 0 && stack_.observed.containers.count(id) > 0) found.insert(made.kept_of);
  }
  return found;
}

void KeeperFiles::find_made() {
  if (making_.empty()) return;
  for (const auto& [id, container] : stack_.observed.containers) {
    const auto made = making_.find(container.name);
    if (made == making_.end() || stack_.busy.count("container " + container.name) > 0) continue;
    if (stack_.memory.made_with.emplace(id, made->second).second) store_made_with();
    making_.erase(made);
    store_making();
  }
}

void KeeperFiles::store_made_with() {
  std::string text;
  for (const auto& [id, made] : stack_.memory.made_with) text += id + " " + to_words(made) + "\n";
  store_fact(made_with_fact, text);
}

void KeeperFiles::note_created(const CreateContainer& create, const Done& done) {
  if (done.outcome) note_made_with(done.container_id, create.service, done.kept_files);
  const bool perhaps_made = !done.outcome && done.outcome.error().kind == ErrorKind::unknown;
  if (!perhaps_made && making_.erase(create.name) > 0) store_making();
}

void KeeperFiles::note_made_with(const std::string& container_id, const std::string& service, bool kept) {
  std::optional<decide::MadeWith> made = made_with_now(*stack_.desired, service, kept);
  if (!made) return;
  stack_.memory.made_with[container_id] = *std::move(made);
  std::erase_if(stack_.memory.made_with, [&](const auto& entry) {
    return entry.first != container_id && stack_.observed.containers.count(entry.first) == 0;
  });
  store_made_with();
}

// Until its outcome is known nobody knows what the container has read; also not the next stackd.
void KeeperFiles::note_reload_intent(const ReloadContainer& reload) {
  decide::MadeWith& made = stack_.memory.made_with[reload.container_id];
  ReloadUnderWay& under_way = reloads_[reload.container_id];
  under_way.before = made;
  under_way.asked = {stack_.desired->files[reload.service], false, alone_of(*stack_.desired, reload.service),
                     made.contents};
  made.files = decide::files_in_doubt;
  store_made_with();
}

// What is desired may have changed meanwhile: the container has read what was desired when it began.
void KeeperFiles::note_reload(const ReloadContainer& reload, const Done& done) {
  const ReloadUnderWay under_way = std::exchange(reloads_[reload.container_id], {});
  reloads_.erase(reload.container_id);
  if (!done.outcome) return;  // it stays in doubt, and is tried again
  if (done.kept_files) {      // the host's files were edited since the deploy was asked for
    stack_.memory.made_with[reload.container_id] = under_way.before;
    store_made_with();
    if (stack_.desired) note_host_files(done.host_files);
    return;
  }
  if (!done.in_doubt) {
    stack_.memory.made_with[reload.container_id] = done.refusal ? under_way.before : under_way.asked;
    store_made_with();
  }
  if (!stack_.desired || stack_.desired->files[reload.service] != under_way.asked.files) return;
  if (done.refusal) {
    facts_.believe(decide::note_refused(stack_.memory, reload, *done.refusal));
  } else {
    facts_.believe(decide::note_reloaded(stack_.memory, reload, edges_.clock.now()));
  }
}

void KeeperFiles::note_host_files(const std::map<std::string, std::string>& files) {
  std::string text;
  for (const auto& [service, fingerprint] : files) text += service + " " + fingerprint + "\n";
  store_fact(host_files_fact, text);
  if (stack_.desired) stack_.desired->host_files = files;
}

void KeeperFiles::store_fact(const std::string& name, const std::string& value) {
  const std::string key = name + stack_.record.name;
  ledgers_.late.put("fact " + key, "a note about its containers",
                    [this, key, value] { return edges_.store.put_fact(key, value); });
}

// The words of each line that has so many.
std::vector<std::vector<std::string>> KeeperFiles::fact_lines(const std::string& name, std::size_t count) {
  std::vector<std::vector<std::string>> lines;
  Result<std::optional<std::string>> stored = edges_.store.fact(name + stack_.record.name);
  if (!stored || !*stored) return lines;
  for (const std::string& line : split(**stored, '\n')) {
    std::vector<std::string> words = split(line, ' ');
    if (words.size() == count) lines.push_back(std::move(words));
  }
  return lines;
}

}  // namespace stackd::daemon
