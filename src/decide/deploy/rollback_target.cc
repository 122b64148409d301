#include "decide/deploy/rollback_target.h"

#include <algorithm>

namespace stackd::decide {
namespace {

std::string release_text(std::int64_t number) {
  return "release " + std::to_string(number);
}

// Of those that are kept.
std::optional<Release> meant(const RollbackQuestion& question) {
  const auto found =
      std::find_if(question.releases.begin(), question.releases.end(), [&](const Release& release) {
        if (question.to) return release.number == *question.to;
        const bool before = release.number < question.current ||
                            (question.is_overtaken && release.number == question.current);
        return before && release.live_at.has_value();
      });
  return found == question.releases.end() ? std::nullopt : std::optional<Release>(*found);
}

}  // namespace

Result<std::int64_t> rollback_target(const RollbackQuestion& question) {
  const std::optional<Release> target = meant(question);
  if (!target) {
    if (question.to)
      return Error{ErrorKind::not_found, "stack " + question.stack + " has no " + release_text(*question.to) +
                                             "; `stackctl history` shows those that are kept"};
    return Error{ErrorKind::conflict, "no release of " + question.stack + " was live before the current one"};
  }
  if (target->number == question.current && (question.to || !question.is_overtaken))
    return Error{ErrorKind::conflict, release_text(target->number) + " is the current one"};
  if (!target->live_at) return Error{ErrorKind::conflict, release_text(target->number) + " was never live"};
  return target->number;
}

Result<void> check_reversible(const std::vector<IrreversibleRun>& newest_first, std::int64_t target) {
  const auto later = std::find_if(newest_first.begin(), newest_first.end(),
                                  [&](const IrreversibleRun& run) { return run.release > target; });
  if (later == newest_first.end()) return {};
  return Error{ErrorKind::conflict,
               later->job + " of " + release_text(later->release) +
                   " can't be undone (migration: {reversible: false}): " + release_text(target) +
                   " may not understand its data; --force goes back all the same"};
}

}  // namespace stackd::decide
