// The stacks being kept, and the way in for the API. Owns one keeper and one deployer a stack, and the watch
// over the engine; hands on what the engine says to the keeper of the project it is about.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "compose/read/files.h"
#include "daemon/control.h"
#include "daemon/deploy/deploy.h"
#include "daemon/host/edges.h"
#include "daemon/keep/engine_watch.h"
#include "daemon/keep/stack_keeper.h"
#include "daemon/logs/logs.h"
#include "daemon/supervisor/file_news.h"

namespace stackd::daemon {

class Supervisor final : public Control, private EngineListener {
 public:
  /// `broken_store` says why the record can't be read, "" when it can: then the store of `edges` is an empty
  /// one, and what is found on the engine is kept up as it is (decide/keep/rescue.h).
  explicit Supervisor(Edges edges, std::string broken_store = {});
  ~Supervisor() override;

  /// Loads every kept stack and begins. Errors: those of the store.
  Result<void> start();
  /// Ends every coroutine; containers go on.
  runtime::Task<void> stop();

  Awaitable<Result<std::vector<StackStatus>>> stacks() override;
  Awaitable<Result<StackStatus>> status(std::string stack) override;
  Awaitable<Result<PlanReport>> plan(DeployRequest request) override;
  Awaitable<Result<std::string>> deploy(DeployRequest request) override;
  Awaitable<Result<std::string>> rollback(RollbackRequest request) override;
  Awaitable<Result<std::vector<WayBack>>> ways_back(std::string stack) override;
  Awaitable<Result<void>> resume(std::string stack, std::string user) override;
  Awaitable<Result<void>> cancel(std::string stack, std::string user) override;
  Awaitable<Result<Deploy>> deploy_status(std::string deploy_id) override;
  Awaitable<OpenedStream<DeployProgress>> follow_deploy(std::string deploy_id) override;
  Awaitable<Result<std::vector<std::string>>> why(std::string stack, std::string service) override;
  Awaitable<Result<void>> start(ServicesRequest request) override;
  Awaitable<Result<void>> stop(ServicesRequest request) override;
  Awaitable<Result<void>> restart(ServicesRequest request) override;
  Awaitable<Result<void>> down(DownRequest request) override;
  Awaitable<OpenedStream<LogLine>> logs(LogsRequest request) override;
  Awaitable<OpenedStream<JournalEntry>> events(EventsRequest request) override;
  Awaitable<Result<std::vector<Deploy>>> deploys(std::string stack) override;
  Awaitable<Result<std::vector<Release>>> history(std::string stack) override;
  Awaitable<Result<Release>> release(std::string stack, std::int64_t number) override;
  Awaitable<Result<std::vector<JobRun>>> jobs(std::string stack, std::int64_t number) override;
  Awaitable<Result<AdoptReport>> adopt(DeployRequest request) override;
  Awaitable<Result<void>> hand_back(std::string stack, std::string user) override;
  Awaitable<Result<void>> forget(std::string stack, std::string user) override;
  Awaitable<Result<VersionReport>> version() override;

  /// A stack file named at the start: deployed when its stack has no release yet, else only kept. Errors:
  /// invalid, with every diagnostic of the file; those of deploy().
  Awaitable<Result<void>> keep_file(std::string path, std::map<std::string, std::string> environment);

 private:
  struct Kept {
    std::unique_ptr<StackKeeper> keeper;
    std::unique_ptr<Deployer> deployer;
  };
  /// The stacks that are being adopted or handed back, by name, with which of the two. Meanwhile nobody
  /// orders anything of them: so what was looked up stays where it is.
  using Passages = std::map<std::string, std::string>;
  class Passage {
   public:
    Passage(std::shared_ptr<Passages> under_way, std::string stack, std::string what);
    ~Passage();
    Passage(const Passage&) = delete;
    Passage& operator=(const Passage&) = delete;

   private:
    std::shared_ptr<Passages> under_way_;
    std::string stack_;
  };

  void engine_connected(const engine::EngineInfo& info, bool was_gone) override;
  void engine_lost(const Error& error) override;
  void engine_event(const EngineEvent& event) override;

  [[nodiscard]] Error engine_is_away() const;
  [[nodiscard]] bool keeps(const std::string& stack) const;
  Kept& add(StackRecord record, std::vector<Deploy> unfinished);
  Result<Kept*> find(const std::string& stack);
  [[nodiscard]] Result<void> check_origin(const DeployRequest& request, const Stack& stack) const;
  /// No folder becomes two stacks unasked.
  [[nodiscard]] Result<void> check_folder(const DeployRequest& request, const Stack& stack) const;
  Result<Kept*> find_or_add(const std::string& stack);
  /// Errors: conflict while it comes or goes.
  [[nodiscard]] Result<void> check_passage(const std::string& stack) const;
  [[nodiscard]] Result<void> check_adoptable(const std::string& stack) const;
  /// For what changes something. Errors: not_found; conflict while it comes or goes.
  Result<Kept*> find_to_order(const std::string& stack);
  void keep_again(const std::string& stack);
  void remove_what_is_kept_of(const std::string& stack, const std::set<std::string>& mounted) const;
  StackStatus status_of(const Kept& kept) const;
  runtime::Task<void> keep_journal_short();
  static Result<bool> ends_with_its_deploy(Kept& kept, const std::string& cause);
  void note_request(const std::string& stack, const std::string& user, const std::string& text);

  /// Errors: unavailable while it is not known, not_found when there will be nothing more.
  Result<std::vector<LogSource>> logs_now(const LogsRequest& request, bool with_kept);
  [[nodiscard]] std::string kept_words(const std::string& stack, const std::string& service) const;
  [[nodiscard]] std::string blame_of_last_deploy(const std::string& stack, const std::string& service) const;

  /// Keeps up what is there, as far as it tells by itself what it is.
  runtime::Task<void> rescue();
  /// With a store that can't be read only what is there is kept up. Errors: unavailable.
  [[nodiscard]] Result<void> check_store() const;

  Edges edges_;
  std::string broken_store_;
  bool rescuing_ = false;
  Feed<JournalEntry> journal_;
  std::map<std::string, Kept> kept_;
  FileNews file_news_;
  std::shared_ptr<Passages> passages_ = std::make_shared<Passages>();
  runtime::TaskGroup tasks_;
  EngineWatch watch_;
  EngineLink link_ = EngineLink::connecting;
  std::optional<std::string> engine_error_;
  std::optional<engine::EngineInfo> engine_info_;
};

}  // namespace stackd::daemon
