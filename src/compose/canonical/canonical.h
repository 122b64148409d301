// Short syntax into long syntax, so that later phases and later files meet one form only.
#pragma once

#include "compose/read/budget.h"
#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// `lenient` leaves what can't be understood as it is (values that were not interpolated). Otherwise it is
/// reported and taken out, so that it does not cause further errors.
void make_canonical(Node& file, bool lenient, Budget& budget, Report& report);

}  // namespace stackd::compose
