// The stack that the caller means: his flags, his variables and his folder, for the loader.
#pragma once

#include "cli/session.h"
#include "compose/load.h"

namespace stackd::cli {

/// What the global options and the environment ask for.
compose::LoadOptions load_options(const Session& session);

enum class Purpose {
  print,  // what Compose accepts is accepted
  keep,   // also all that stackd asks of it beyond that
};

/// Loads it. Warnings and errors are shown on the error output; nothing after an error.
std::optional<compose::Project> load_project(Session& session, const compose::LoadOptions& options,
                                             Purpose purpose = Purpose::print);

}  // namespace stackd::cli
