// What is wished to run after an order, as a value: of what was wished before, the stack, and what was asked.
//
//   asked for                 whole stack runs             it does not
//   start                     all, whoever stopped it      all
//   start web                 web, and what is only made   web and what it needs; the rest stays down
//   deploy                    all but stops by name        all but stops by name
//   deploy web                the same, of web and its     web and what it needs; the rest stays down
//                             needs; the rest as it was
//   deploy --no-start         as without: it is refused,   nothing: all is made
//                             unless the start came later
//   deploy --no-start web     the same                     nothing: web and what it needs is made
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// What a deploy asks to run.
struct DeployScope {
  DeployScope() = default;
  DeployScope(bool start_, std::vector<std::string> services_)
      : start(start_), services(std::move(services_)) {}
  bool start = true;
  std::vector<std::string> services;  // empty: all
};

/// The services that an order names, with all that they need; all of the stack when it names none.
std::set<std::string> asked_services(const Stack& stack, const std::vector<std::string>& named);

/// The same; empty when it names none.
std::set<std::string> named_services(const Stack& stack, const std::vector<std::string>& named);

/// What an order wants to run: what it asks for by name; all that nobody stopped when it names none.
std::set<std::string> wanted_services(const Wishes& after, const Stack& stack,
                                      const std::set<std::string>& asked);

Wishes wishes_after_start(const Wishes& before, const Stack& stack, const std::vector<std::string>& named);

/// Before a deploy's gate, or when its release becomes current. `is_up`: the stack as a whole was to run.
Wishes wishes_after_deploy(const Wishes& before, const Stack& stack, const DeployScope& scope, bool is_up);

/// Of the stack that a deploy makes, what it leaves down.
std::set<std::string> left_down(const Wishes& wishes);

/// What the gate of that deploy does without: the same, jobs that stay stopped, and where services are named
/// whatever those do not need.
std::set<std::string> left_out_of_gate(const Wishes& wishes, const Stack& stack, const DeployScope& scope);

/// Jobs that a deploy of named services leaves as they are: not needed by those, and done for the release
/// before.
std::set<std::string> jobs_left_alone(const Stack& stack, const Learnt& before, const DeployScope& scope);

/// What is wished while the gate keeps `view` (decide/replace/gate.h): of what was stopped before, or has
/// ended, the deploy starts only what its jobs need; the rest has its turn when the release rolls.
Wishes wishes_in_gate(const Wishes& before, const Wishes& after_deploy, const Stack& view);

}  // namespace stackd::decide
