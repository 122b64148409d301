// The host's files that the containers of one stack mount: what each was made with, as far as that is known
// or can be seen, and what is there now.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/keep/execute.h"
#include "daemon/keep/keeper_facts.h"
#include "daemon/keep/look_inside.h"

namespace stackd::daemon {

class KeeperFiles {
 public:
  KeeperFiles(const KeeperParts& parts, KeeperFacts& facts)
      : edges_(parts.edges), stack_(parts.stack), ledgers_(parts.ledgers), facts_(facts) {}

  /// Before anything is decided on a picture. Needs a desired release.
  void note_picture();
  /// After the engine was looked at: into containers of which it is not known what they were made with, or
  /// what they have read since.
  runtime::Task<void> look();

  /// Before the order; the outcome is told by note_created().
  void note_creation_ordered(const CreateContainer& create, const decide::Desired& desired, bool kept);
  void note_created(const CreateContainer& create, const Done& done);

  /// Whether the container would mount what the host has now.
  [[nodiscard]] bool reads_host_files(const StartContainer& start) const;
  void note_started(const StartContainer& start, const Done& done, const decide::Desired& started_for);

  /// Before the order.
  void note_reload_ordered(const ReloadContainer& reload);
  void note_reload(const ReloadContainer& reload, const Done& done);

  /// Which folders containers mount that are not those of the host any more; for what is decided next.
  runtime::Task<void> look_for_lost_mounts();
  /// What the host's files are now, of the services of a deploy.
  void note_host_files(const std::map<std::string, std::string>& files);
  /// Whose kept copies containers mount.
  [[nodiscard]] std::set<std::int64_t> releases_mounted() const;

 private:
  void note_files_seen(const std::string& service, const std::string& container_id);
  [[nodiscard]] bool was_begun_by_others(const ObservedContainer& container) const;
  std::string contents_if_begun_by_others(const ObservedContainer& container);
  std::vector<UnknownContainer> take_unknown();

  Edges edges_;
  StackState& stack_;
  Ledgers& ledgers_;
  KeeperFacts& facts_;
  std::map<std::string, WallTime> looked_into_;  // by container id: the run in which that was
  std::int64_t rolling_ = 0;                     // the release whose rollout lost mounts were looked for
};

}  // namespace stackd::daemon
