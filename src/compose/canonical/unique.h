// Lists whose elements have a key keep one element for each: the later one, at the place of the earlier.
#pragma once

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// Works on short and long syntax alike. What has no key where one is needed goes to the report.
void remove_duplicates(Node& file, Report& report);

}  // namespace stackd::compose
