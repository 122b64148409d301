// What can be found out about the files that a container mounts by looking into it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/host/edges.h"
#include "decide/picture/state.h"

namespace stackd::daemon {

struct UnknownContainer {
  ObservedContainer container;
  std::string contents;  // what was put into it all the same (MadeWith::contents); "": nothing, or not known
};

// Both look beside the loop, and wait for some seconds at most: what does not answer is left out.

/// What they were made with, of containers of which nobody noted that, by id: known where one sees what the
/// release records, and nothing of that was touched since it was started. What can't be told is left out.
runtime::Task<std::map<std::string, MadeWith>> look_inside(Edges edges, decide::Desired desired,
                                                           std::vector<UnknownContainer> containers);

/// The folders of the host that containers mount and that are not those at their paths any more; one for each
/// container, by its id. What can't be looked into is left out.
runtime::Task<std::map<std::string, std::string>> find_lost_mounts(Edges edges,
                                                                   std::shared_ptr<const Stack> stack,
                                                                   Observed observed);

}  // namespace stackd::daemon
