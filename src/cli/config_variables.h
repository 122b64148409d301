// The variables that stack files mention, as `docker compose config --variables` lists them.
#pragma once

#include <string>

#include "compose/read/node.h"

namespace stackd::cli {

/// `model` is one whose variables were not replaced; `format` is json, yaml or "" for a table. Sorted by
/// name; of a variable that is mentioned more than once the last mention counts.
std::string variables_text(const compose::Node& model, const std::string& format);

}  // namespace stackd::cli
