// What to do next, as a printable value: steps, each with its cause, warnings, and when to look again though
// nothing happens. A plan has no order of its own: all of its steps may start at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/action.h"

namespace stackd {

struct Step {
  Action action;
  std::string cause;  // a sentence part: "postgres is ready", "its process ended with 137"
};

struct Plan {
  std::vector<Step> steps;
  std::vector<std::string> warnings;
  std::optional<Time> next_look;  // absent: only an event or a request changes anything
};

/// One line a step: "start web (3f2a9c01d2e4): postgres is ready".
std::string to_text(const Plan& plan);

}  // namespace stackd
