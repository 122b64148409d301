// The releases of a stack and the attempts that made them, joined: what each one came to, and what it
// changed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/render.h"
#include "model/release.h"

namespace stackd::cli {

struct History {
  std::string stack;
  std::int64_t current = 0;       // 0: none yet
  std::vector<Release> releases;  // newest first
  std::vector<Deploy> deploys;    // newest first
  std::vector<protocol::WayBack> ways_back;
};

/// One release, or one attempt that made none.
struct HistoryEntry {
  std::int64_t release = 0;          // 0: it made none
  const Release* record = nullptr;   // null: it made none
  const Deploy* deploy = nullptr;    // that made it; null: its record is gone
  std::string state;                 // current, live before, nothing to do, failed, rolling …
  bool can_return = false;           // stackd says that it can be put back
  WallTime at;                       // when it was asked for
  std::string what;                  // "deploy web", "rollback to 3", "adopt"
  std::vector<std::string> changes;  // "web shop:41 -> shop:42", against what ran before
};

/// Newest first. `all`: also the attempts that made no release. Points into `history`.
std::vector<HistoryEntry> history_entries(const History& history, bool all);

/// The deploy that made the release; null when its record is gone.
const Deploy* maker_of(const History& history, std::int64_t release);

/// The release that was current when this one was made, else the one before it by number; 0: there is none.
std::int64_t compared_with(const History& history, std::int64_t release);

/// A line each; beneath one that failed why. Then what can be returned to, and what not any more.
std::string history_text(const History& history, bool all, const Style& style);

/// {"stack", "current", "releases": [{"release", "state", "can_return", …}]}
json::value history_json(const History& history, bool all);

}  // namespace stackd::cli
