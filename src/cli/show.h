// One release whole: where it came from, what it came to, and how it differs from the one that ran before it.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/history.h"
#include "cli/render.h"
#include "model/release.h"

namespace stackd::cli {

struct ReleaseStory {
  History history;
  Release release;                // with its canonical text
  std::optional<Release> before;  // what it is compared with; absent: it is the first that is kept
  std::vector<JobRun> jobs;
};

/// Replaces what looks secret (secrets.h) in both configurations and among the variables.
void hide_secrets(ReleaseStory& story);

/// The configuration's difference to the release before, as `diff -u` shows two YAML texts; empty when there
/// is none, or nothing to compare with.
std::vector<std::string> configuration_diff(const ReleaseStory& story);

std::string show_text(const ReleaseStory& story, const Style& style);

/// {"release", "state", "can_return", "deploy", "jobs", "compared_with", "diff"}
json::value show_json(const ReleaseStory& story);

}  // namespace stackd::cli
