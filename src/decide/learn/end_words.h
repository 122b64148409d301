// How a run ended, in words. Only what the engine said is told: 137 alone may be anybody's SIGKILL.
#pragma once

#include <string>

#include "model/observed.h"

namespace stackd::decide {

/// "ended with 1", "ended with 137, killed: out of memory, its limit is 64 MiB"; "it" goes in front.
/// `out_of_memory`: the engine told of it, although the container does not show it (yet).
std::string end_words(const ObservedContainer& container, bool out_of_memory);

/// ": out of memory, its limit is 64 MiB".
std::string out_of_memory_words(const ObservedContainer& container);

}  // namespace stackd::decide
