#include "compose/advice/advice.h"

#include <algorithm>

#include "compose/advice/advice_parts.h"
#include "model/placed_files.h"

namespace stackd::compose {
namespace {

// The entry at the end of the path, or the last one on the way that exists.
const Entry* deepest_entry(const Node& root, std::initializer_list<std::string_view> path) {
  const Entry* found = nullptr;
  const Node* node = &root;
  for (std::string_view key : path) {
    const Entry* next = node->is_map() ? node->as_map().entry(key) : nullptr;
    if (next == nullptr) break;
    found = next;
    node = &next->value;
  }
  return found;
}

}  // namespace

const std::vector<AdviceTopic>& advice_topics() {
  static const std::vector<AdviceTopic> topics = {
      {"default-route", "a network joined when ready could take over the default route"},
      {"empty-secret", "a password, token or secret without a value"},
      {"env-file-in-git", "a file with secrets that git tracks"},
      {"env-file-readable", "a file with secrets that everybody on the host may read"},
      {"latest-tag", "an image whose content changes from pull to pull"},
      {"missing-file", "a secret or config whose file is not there, so that a deploy is refused"},
      {"no-health-check", "a service that others wait for, and that has no health check"},
      {"open-port", "a port that the whole network can reach"},
      {"reload-single-file", "a file that a reload does not see, because it is mounted by itself"},
      {"secret-differs", "one secret with different values in two services"},
      {"reached-early", "a proxy that asks a successor before it is ready"},
      {"short-stop", "a service that keeps data and has only 10 seconds to stop"},
      {"socket-health-check", "a pg_isready that says yes while the database is still being set up"},
      {"two-writers", "several containers that write to one volume"},
      {"unbounded-log", "logs that grow until the disk is full"},
  };
  return topics;
}

void Advisor::say(const std::string& name, Mark mark, const std::string& message,
                  const std::string& instead) {
  say(name,
      Diagnostic{.message = message, .mark = mark, .advice = instead, .related = {}, .related_mark = {}});
}

void Advisor::say(const std::string& name, Diagnostic diagnostic) {
  given.push_back(Advice{name, std::move(diagnostic)});
}

Mark Advisor::key_mark(std::initializer_list<std::string_view> path) const {
  const Entry* entry = deepest_entry(project.model, path);
  return entry == nullptr ? Mark{} : entry->key_mark;
}

Mark Advisor::value_mark(std::initializer_list<std::string_view> path) const {
  const Entry* entry = deepest_entry(project.model, path);
  return entry == nullptr ? Mark{} : entry->value.mark();
}

std::vector<Advice> advise(const Project& project, const Stack& stack, const Files& files,
                           const std::set<std::string>& ignored) {
  Advisor advisor{project, stack, files, {}};
  advise_on_health(advisor);
  advise_on_images(advisor);
  advise_on_logs(advisor);
  advise_on_stopping(advisor);
  advise_on_writers(advisor);
  advise_on_networks(advisor);
  advise_on_secrets(advisor);
  advise_on_env_files(advisor);
  advise_on_missing_files(advisor);
  advise_on_reloads(advisor);

  std::vector<Advice>& given = advisor.given;
  std::erase_if(given, [&](const Advice& advice) { return ignored.contains(advice.name); });
  std::stable_sort(given.begin(), given.end(), [](const Advice& a, const Advice& b) {
    const Position first = a.diagnostic.mark.position();
    const Position second = b.diagnostic.mark.position();
    return std::tie(first.file, first.line, first.column) < std::tie(second.file, second.line, second.column);
  });
  return std::move(given);
}

void find_unplaced(const Project& project, const Stack& stack, std::vector<Diagnostic>& errors) {
  for (const auto& [name, service] : stack.services) {
    for (const UnplacedFile& file : unplaced_files(stack, service)) {
      const Entry* entry = deepest_entry(project.model, {"services", name, file.section});
      Diagnostic error{
          .message = file.why, .mark = {}, .advice = file.advice, .related = {}, .related_mark = {}};
      if (entry != nullptr) error.mark = entry->key_mark;
      errors.push_back(std::move(error));
    }
  }
}

std::string to_text(const Advice& advice) {
  Diagnostic named = advice.diagnostic;
  named.message = advice.name + ": " + named.message;
  return to_text(named);
}

}  // namespace stackd::compose
