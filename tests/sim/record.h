// What the store says of a stack in the end; the oracle holds it against the world.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "sim/scenario.h"
#include "store/store.h"

namespace stackd::sim {

struct Record {
  std::optional<std::size_t> generation;           // of the current release; absent: none, or not one of ours
  std::map<std::string, std::string> generations;  // by service of the current release
  std::set<std::string> failed_jobs;               // of the current release
  Fingerprints files;                              // of what services mount, in the current release
  bool none_failed = false;                        // every deploy came to something
  bool was_live = false;                           // the current release
  bool adopted = false;                            // the current release is what was found
  bool rolls = false;                              // a deploy is on its way, or paused
  std::optional<DeployState> endless;              // of a deploy that is on its way, and not paused
  bool last_failed = false;                        // the newest deploy did
  bool last_live = false;                          // the newest deploy is, or was
  bool disk_was_full = false;                      // for it
};

/// `likely`: the generation that is meant where several are alike.
Record read_record(store::Store& store, const Story& story, std::size_t likely);

}  // namespace stackd::sim
