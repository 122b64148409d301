// What can be kept up when stackd's own record can't be read: the containers that are there, in the order
// that Compose's labels on them give. A broken store is never an outage.
//
// Nothing is made, replaced or removed, no engine policy is changed and no job runs: for that the record
// would be needed. What was stopped on purpose can't be told from what went down with the machine, so it is
// started; of several containers in one place that are all down only one is (the one under its final name).
#pragma once

#include <map>
#include <set>
#include <string>

#include "decide/picture/state.h"

namespace stackd::decide {

/// One stack a project, of the containers that stackd keeps: those of the projects in `kept`, and of every
/// project in which stackd made a container (its label says so; nothing else is left to ask). Every service
/// counts as `restart: always`; a job that has ended counts as done for whoever ran after it before.
std::map<std::string, Target> target_of_what_is_there(const Observed& observed,
                                                      const std::set<std::string>& kept);

}  // namespace stackd::decide
