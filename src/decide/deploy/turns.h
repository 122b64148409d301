// Which deploys of a stack wait for their turn: one is on its way at a time.
#pragma once

#include "model/release.h"

namespace stackd::decide {

/// All that `older` was to bring, `newer` brings: it need not be done first. A deploy of some services takes
/// the place of one of no others, and one that starts nothing never that of one that starts.
bool takes_the_place_of(const Deploy& newer, const Deploy& older);

}  // namespace stackd::decide
