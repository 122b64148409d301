// Whether two containers of one service can run side by side, which start-first needs: what there can be
// only one of stands in the way.
#pragma once

#include <string>

#include "model/stack.h"

namespace stackd {

/// The first thing that keeps a second container of the service from running beside the first, as a sentence
/// part ("it publishes host port 80"); "" when nothing does. VOLUMEs of the image are not known here.
std::string obstacle_to_overlap(const Stack& stack, const Service& service);

}  // namespace stackd
