// Replies as text for people. Pure: the same reply, style and moment give the same text.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"
#include "cli/table.h"
#include "protocol/wire.h"

namespace stackd::cli {

struct Style {
  bool colours = false;
  std::size_t columns = 0;  // 0: as wide as it gets
  WallTime now;
};

Style style_of(const Session& session);

/// "3m 5s": how long ago, in whole seconds.
std::string age(WallTime since, WallTime now);

/// To the second, in UTC: "2026-01-02 03:04:05".
std::string to_second(WallTime at);

/// Each line of a log behind "  | ".
std::string quoted_lines(const std::string& text);

Colour state_colour(ServiceState state);

/// One stack: what holds for all of it, then a row for each service and why it isn't ready.
std::string status_text(const protocol::StackStatus& status, const Style& style);

/// Every stack, a row each.
std::string stacks_text(const std::vector<protocol::StackStatus>& stacks, const Style& style);

std::string plan_text(const std::string& stack, const protocol::PlanReport& plan, const Style& style);

/// What a deploy is at, as a line of its progress: "watching: all is replaced; …". "" for how it ended, which
/// deploy_end_text tells.
std::string progress_words(const protocol::DeployProgress& progress);

/// How a deploy ended, and when it did not end as wanted why, with the last words of what failed; when it is
/// paused what a person can do.
std::string deploy_end_text(const Deploy& deploy, DeployState wanted, const Style& style);

/// "deploy d41f: rolling since 11s": one line about the deploy that is on its way, or ended otherwise than
/// live.
std::string deploy_words(const Deploy& deploy, WallTime now);

/// "web-1  | listening": `name_width` lines the names up.
std::string log_text(const protocol::LogLine& line, std::size_t name_width, bool timestamps,
                     const Style& style);

/// "2026-01-02 03:04:05  shop/web  web is ready"
std::string event_text(const JournalEntry& entry, const Style& style);

/// The chain of causes, each beneath what it explains.
std::string why_text(const std::string& service, const std::vector<std::string>& sentences,
                     const Style& style);

}  // namespace stackd::cli
