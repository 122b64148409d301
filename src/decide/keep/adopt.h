// What there is of a project that stackd did not start, held against what the files say. Nothing of it is to
// be touched: what is not as the files say stays as it is until somebody deploys or starts it.
//
//   a service  kept        its containers are as the files say
//              differing   some are not, or are missing, or are too many
//              untold      some were made by a Compose whose hash can't be held against the files
//              left down   it does not run, and is not started either
//   a job      done        it ended with 0, or something runs that waits for its success: that proves it once
//                          succeeded, whatever became of its container
//              failed, running, left down
#pragma once

#include <map>
#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

struct Found {
  std::vector<std::string> kept;                 // containers by name
  std::vector<std::string> differing;            // services
  std::vector<std::string> untold;               // services that are not differing
  std::vector<std::string> orphans;              // containers by name, of no service in the files
  std::map<std::string, ServiceStop> left_down;  // by service
  /// Containers that are not as the files say, as far as can be told, and count as right all the same, by
  /// service.
  std::map<std::string, std::vector<std::string>> as_found;
  std::map<std::string, JobRun> jobs;  // by service; without stack and release
};

/// Needs a state whose images are those of the containers.
Found look_at_found(const State& state);

}  // namespace stackd::decide
