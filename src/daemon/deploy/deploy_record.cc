#include "daemon/deploy/deploy_record.h"

#include "base/check.h"
#include "base/mutation.h"
#include "decide/deploy/machine.h"

namespace stackd::daemon {

void record_deploy(const Edges& edges, StackKeeper& keeper, const Deploy& deploy) {
  keeper.late().put("deploy " + deploy.id, "deploy " + deploy.id,
                    [&store = edges.store, deploy] { return store.put_deploy(deploy); });
}

void record_end(const Edges& edges, StackKeeper& keeper, Deploy& deploy, DeployState state,
                const decide::DeployFailure& why) {
  STACKD_CHECK(decide::may_follow(deploy.state, state));
  deploy.state = state;
  deploy.cause = why.cause;
  deploy.last_words = why.last_words;
  deploy.ended_at = edges.clock.wall();
  if (mutated("a-full-disk-loses-the-end")) return static_cast<void>(edges.store.put_deploy(deploy).ok());
  record_deploy(edges, keeper, deploy);
}

Result<void> note_deploy(StackKeeper& keeper, const Deploy& deploy, const std::string& is, LogLevel level) {
  JournalEntry entry;
  entry.release = deploy.release;
  entry.deploy_id = deploy.id;
  entry.kind = "deploy";
  entry.text = "deploy " + deploy.id + " is " + is;
  return keeper.journal().note(std::move(entry), level);
}

}  // namespace stackd::daemon
