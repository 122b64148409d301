// What a keeper works towards: a release, how it stands to another one, and what was learnt beside it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "base/time.h"
#include "model/release.h"
#include "model/stack.h"

namespace stackd::decide {

/// The parts of what a service mounts of the host's files.
struct MountedParts {
  std::string alone;  // fingerprint of those mounted as files: a running container never sees them anew
  std::map<std::string, std::string> by_source;  // of each file or folder that is mounted, by its path
};

/// A release as the keeper works with it: its configuration bound, its images known.
struct Desired {
  std::shared_ptr<const Stack> stack;
  std::int64_t release = 0;
  std::int64_t copied_from = 0;                      // the release that it puts back; 0: it is no rollback
  std::map<std::string, ImageRecord> images;         // by service
  std::shared_ptr<const Fingerprints> fingerprints;  // of what it mounts, as recorded; null: nothing is
  std::map<std::string, std::string> files;          // by service: fingerprint of what it mounts
  std::map<std::string, MountedParts> file_parts;    // by service: what that is made of
  std::map<std::string, std::int64_t> copies_of;  // by service: the release that its files are of; else this
};

/// A run of a job that belongs to another release.
struct FormerJob {
  std::int64_t release = 0;
  std::optional<Duration> timeout;
};
/// Those whose end is not known, by their containers' ids.
using FormerJobs = std::map<std::string, FormerJob>;

/// What the store and the host tell beside the release. It changes while the release stays the same.
struct Learnt {
  std::map<std::string, JobRun> jobs;     // by service; this release's
  FormerJobs former_jobs;                 // of other releases, which may still run
  std::set<std::string> former_services;  // of earlier releases of ours, gone from this one
  std::set<std::string> former_networks;  // by name on the engine; of the same
  std::set<std::string> as_found;         // containers that are right whatever their configuration
  std::map<std::string, std::string>
      host_files;  // as Desired::files, of what the host has now; as far as known
};

/// One release, and nothing to go back to.
struct Settled {};
/// The same, and it is put up now: nobody vouches for containers that were there before.
struct FirstStart {};
/// The current release is kept, beside it runs the gate of the next (decide/replace/gate.h).
struct Gating {
  bool is_shut = false;  // it was given up: no job begins any more
  std::set<std::string>
      brought_forward;  // services that its jobs need and that are replaced before those begin
  std::shared_ptr<const Stack> next;      // all of the next release
};
/// The release takes the place of another, which is still to be gone back to: what was stopped for this one
/// is kept, so that going back starts it again at once.
struct Replacing {
  enum class Way {
    onward,  // it replaces the former one, or has and must stay good
    back,    // it is the one from before
    paused,  // nothing more is replaced; what runs is kept up
  };
  std::shared_ptr<const Desired> former;  // never null
  Way way = Way::onward;
  std::set<std::string> ill_before;  // unchanged services that were not ready when it began
};
/// There is no record to go by: what is there is kept up as it is (decide/keep/rescue.h).
struct Rescuing {};

/// How the release that is desired stands to another one. That is all that keeping it up has to know of a
/// deploy; its states are in decide/deploy/machine.h.
using Rollout = std::variant<Settled, FirstStart, Gating, Replacing, Rescuing>;

struct Target {
  Desired desired;
  Learnt learnt;
  Rollout rollout;
};

/// What is replaced; null when nothing is.
const Desired* former_of(const Rollout& rollout);

/// A release is being put in the place of another, onward or back.
bool is_rolling(const Rollout& rollout);
bool is_rolling_onward(const Rollout& rollout);
bool is_going_back(const Rollout& rollout);
bool is_paused(const Rollout& rollout);
bool is_gating(const Rollout& rollout);
/// The gate replaces this service.
bool is_brought_forward(const Rollout& rollout, const std::string& service);
bool is_replacing(const Rollout& rollout);
bool is_rescuing(const Rollout& rollout);

/// There is another release beside this one, or there may be: what was stopped for this one is kept for it.
bool may_go_back(const Rollout& rollout);

/// What nobody knows the making of is made anew.
bool replaces_unknown(const Rollout& rollout);

}  // namespace stackd::decide
