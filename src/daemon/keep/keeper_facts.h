// What was learnt of one stack, into what is wished, the record, the journal and the log.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/keep/keeper_parts.h"
#include "decide/learn/learn.h"

namespace stackd::daemon {

class KeeperFacts {
 public:
  explicit KeeperFacts(const KeeperParts& parts)
      : edges_(parts.edges),
        stack_(parts.stack),
        ledgers_(parts.ledgers),
        journal_(parts.journal),
        tasks_(parts.tasks),
        bell_(parts.bell) {}

  /// All that one look at the stack told. Needs a desired release, as the others here.
  void believe_all(const std::vector<decide::Fact>& facts);
  void believe(const decide::Fact& fact);

  using OnFact = std::function<void(const decide::Fact&)>;
  /// Called for each; the listener must not wait.
  void on_fact(OnFact listener) { on_fact_ = std::move(listener); }

 private:
  void believe_job(const decide::Fact& fact);
  void believe_former_job(const decide::Fact& fact);
  runtime::Task<void> fetch_last_words(std::string service, std::string container_id);
  void store_job_run(const JobRun& run);
  void note_all_stopped_outside();
  void wake_from_outside();

  Edges edges_;
  StackState& stack_;
  Ledgers& ledgers_;
  StackJournal& journal_;
  runtime::TaskGroup& tasks_;
  runtime::Bell& bell_;
  OnFact on_fact_;
};

}  // namespace stackd::daemon
