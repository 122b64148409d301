// What is legal in a stack file but dangerous to live with. Each advice has a name by which it can be
// silenced, a place, one sentence, and what to write instead. Values of variables are never shown.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "compose/read/diagnostic.h"
#include "compose/read/files.h"
#include "compose/read/project.h"
#include "model/stack.h"

namespace stackd::compose {

struct Advice {
  std::string name;  // "latest-tag"
  Diagnostic diagnostic;
};

/// The name of every advice there is, and what it is about: for help and for names that are mistyped.
struct AdviceTopic {
  std::string name;
  std::string about;
};
const std::vector<AdviceTopic>& advice_topics();

/// Everything worth saying about a stack that loads and binds, in the order of places; without `ignored`.
/// `stack` is what `project` binds to.
std::vector<Advice> advise(const Project& project, const Stack& stack, const Files& files,
                           const std::set<std::string>& ignored);

/// What no engine could do with a stack whose configuration is right as such: secrets and configs that can't
/// be where a service wants them (model/placed_files.h).
void find_unplaced(const Project& project, const Stack& stack, std::vector<Diagnostic>& errors);

/// "compose.yaml:4:5: latest-tag: ..." as to_text of a diagnostic, with the name in front.
std::string to_text(const Advice& advice);

}  // namespace stackd::compose
