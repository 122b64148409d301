// Replies as text for people. Pure: the same reply, style and moment give the same text.
#pragma once

#include <string>
#include <vector>

#include "api/wire.h"
#include "cli/session.h"
#include "cli/table.h"

namespace stackd::cli {

struct Style {
  bool colours = false;
  std::size_t columns = 0;  // 0: as wide as it gets
  WallTime now;
};

Style style_of(const Session& session);

/// "crash-looping", "stopped outside stackd": a state as people say it.
std::string state_words(ServiceState state);
Colour state_colour(ServiceState state);

/// One stack: what holds for all of it, then a row for each service and why it isn't ready.
std::string status_text(const daemon::StackStatus& status, const Style& style);

/// Every stack, a row each.
std::string stacks_text(const std::vector<daemon::StackStatus>& stacks, const Style& style);

std::string plan_text(const std::string& stack, const daemon::PlanReport& plan, const Style& style);

/// How a deploy ended, and when it failed why, with the last words of what failed.
std::string deploy_end_text(const Deploy& deploy, const Style& style);

/// "web-1  | listening": `name_width` lines the names up.
std::string log_text(const daemon::LogLine& line, std::size_t name_width, bool timestamps,
                     const Style& style);

/// "2026-01-02 03:04:05  shop/web  web is ready"
std::string event_text(const JournalEntry& entry, const Style& style);

/// The chain of causes, each beneath what it explains.
std::string why_text(const std::string& service, const std::vector<std::string>& sentences,
                     const Style& style);

}  // namespace stackd::cli
