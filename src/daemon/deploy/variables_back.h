// Variables and secrets under a rollback: which of them change back with the release, and how today's are
// kept instead. Names only are ever told, never values.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "daemon/host/kept_files.h"
#include "model/release.h"
#include "model/stack.h"

namespace stackd::daemon {

/// A release, read out, and what it knows of mounted files.
struct ReleaseView {
  const Stack& stack;
  const Fingerprints& fingerprints;  // as in Release
};

/// The names whose values differ, or that only one of them has.
std::vector<std::string> differing(const Environment& now, const Environment& next);

struct ChangesBack {
  std::map<std::string, std::vector<std::string>> variables;  // by service, in order of names
  std::vector<std::string> secrets;
};

/// What is another one in `next` than in `current`: variables of services that both have, and secrets that
/// both have.
ChangesBack changes_back(const ReleaseView& current, const ReleaseView& next);

/// The target's configuration with the current one's variables, for services that both have, and secrets.
/// Errors: internal, for a text that is no canonical configuration.
Result<std::string> with_environment_of(const std::string& target, const std::string& current);

/// The file secrets that `release` keeps; what it does not keep is left out.
MountedFiles kept_secrets(const KeptFiles& kept, const Stack& stack, std::int64_t release);

/// The target's fingerprints, with those of file secrets as the current release has them.
Fingerprints with_secrets_of(const ReleaseView& target, const ReleaseView& current);

}  // namespace stackd::daemon
