// The host's files that the containers of one stack mount: what each was made with, and what is there now.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/keep/execute.h"
#include "daemon/keep/keeper_facts.h"

namespace stackd::daemon {

class KeeperFiles {
 public:
  KeeperFiles(const KeeperParts& parts, KeeperFacts& facts)
      : edges_(parts.edges), stack_(parts.stack), ledgers_(parts.ledgers), facts_(facts) {}

  void load();

  /// Before the order; the outcome is told by note_created().
  void note_making(const CreateContainer& create, const Assignment& assignment);
  void note_created(const CreateContainer& create, const Done& done);
  /// Of containers whose creation was ordered and never answered.
  void find_made();

  /// Before the order.
  void note_reload_intent(const ReloadContainer& reload);
  void note_reload(const ReloadContainer& reload, const Done& done);

  /// What the host's files are now, of the services of a deploy.
  void note_host_files(const std::map<std::string, std::string>& files);
  /// Whose kept copies containers mount.
  [[nodiscard]] std::set<std::int64_t> releases_mounted() const;

 private:
  struct ReloadUnderWay {
    decide::MadeWith before;
    decide::MadeWith asked;
  };

  void note_made_with(const std::string& container_id, const std::string& service, bool kept);
  void store_made_with();
  void store_making();
  void store_fact(const std::string& name, const std::string& value);
  std::vector<std::vector<std::string>> fact_lines(const std::string& name, std::size_t count);

  Edges edges_;
  StackState& stack_;
  Ledgers& ledgers_;
  KeeperFacts& facts_;
  std::map<std::string, decide::MadeWith> making_;  // by name; of containers whose creation was ordered
  std::map<std::string, ReloadUnderWay> reloads_;   // by container id
};

}  // namespace stackd::daemon
