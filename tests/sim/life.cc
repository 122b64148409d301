#include "sim/life.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/hash.h"

namespace stackd::sim {
namespace {

using boost::asio::co_spawn;
using boost::asio::detached;

daemon::DeployRequest deploy_of(const StackDraft& draft) {
  daemon::DeployRequest deploy;
  deploy.stack = draft.name;
  deploy.canonical = canonical_text(draft);
  deploy.source.kind = "deploy";
  deploy.source.user = "operator";
  deploy.source.working_dir = "/srv/" + draft.name;
  deploy.source.config_files = {"/srv/" + draft.name + "/compose.yaml"};
  for (const ServiceDraft& service : draft.services) {
    if (service.folder.empty()) continue;
    deploy.files.fingerprints[service.name][folder_file(service.name)] = sha256_hex(service.folder);
    deploy.files.contents[folder_file(service.name)] = service.folder;
  }
  return deploy;
}

template <typename T>
std::optional<Error> refusal_in(const Result<T>& outcome) {
  if (outcome) return std::nullopt;
  return outcome.error();
}

runtime::Task<void> ask_plan(daemon::Supervisor& supervisor, daemon::DeployRequest deploy, Life::Told told) {
  Result<daemon::PlanReport> report = co_await supervisor.plan(std::move(deploy));
  told(std::move(report));
}

runtime::Task<void> answer_it(runtime::Task<std::optional<Error>> request, Life::Answered answered) {
  const std::optional<Error> refusal = co_await std::move(request);
  answered(refusal);
}

runtime::Task<void> end_well(daemon::Supervisor& supervisor, bool& stopped) {
  co_await supervisor.stop();
  stopped = true;
}

}  // namespace

Life::Life(Surroundings& around, std::uint64_t seed)
    : around_(around), random_(seed), store_(around.open_store()) {
  loop_ = std::make_unique<boost::asio::io_context>();
  daemon::Edges edges{loop_->get_executor(), around.clock, random_, around.engine, *store_, around.http};
  edges.kept = &around.kept;
  edges.files = &around.files;
  supervisor_ = std::make_unique<daemon::Supervisor>(edges);
}

Life::~Life() {
  loop_.reset();
  supervisor_.reset();
}

bool Life::turn() {
  loop_->restart();
  return loop_->poll_one() > 0;
}

void Life::perform(const Story& story, Request request, Answered answered) {
  co_spawn(*loop_, answer_it(carry_out(*this, story, std::move(request)), std::move(answered)), detached);
}

void Life::plan(const StackDraft& draft, Told told) {
  co_spawn(*loop_, ask_plan(*supervisor_, deploy_of(draft), std::move(told)), detached);
}

void Life::stop() {
  co_spawn(*loop_, end_well(*supervisor_, stopped), detached);
}

runtime::Task<std::optional<Error>> Life::carry_out(Life& life, const Story& story, Request request) {
  daemon::Supervisor& supervisor = *life.supervisor_;
  daemon::ServicesRequest services;
  services.stack = story.name();
  services.services = request.services;
  services.user = "operator";
  switch (request.kind) {
    case RequestKind::deploy: {
      const StackDraft& draft = story.generations.at(request.generation);
      life.around_.edit_folders(draft);
      daemon::DeployRequest deploy = deploy_of(draft);
      const Result<std::string> id = co_await supervisor.deploy(std::move(deploy));
      co_return refusal_in(id);
    }
    case RequestKind::start: {
      const Result<void> done = co_await supervisor.start(std::move(services));
      co_return refusal_in(done);
    }
    case RequestKind::stop: {
      const Result<void> done = co_await supervisor.stop(std::move(services));
      co_return refusal_in(done);
    }
    case RequestKind::restart: {
      const Result<void> done = co_await supervisor.restart(std::move(services));
      co_return refusal_in(done);
    }
    case RequestKind::rollback: {
      daemon::RollbackRequest back;
      back.stack = services.stack;
      back.user = services.user;
      const Result<std::string> id = co_await supervisor.rollback(std::move(back));
      co_return refusal_in(id);
    }
    case RequestKind::cancel: {
      const Result<void> done = co_await supervisor.cancel(services.stack, services.user);
      co_return refusal_in(done);
    }
    case RequestKind::down: {
      daemon::DownRequest down;
      down.stack = services.stack;
      down.user = services.user;
      const Result<void> done = co_await supervisor.down(std::move(down));
      co_return refusal_in(done);
    }
  }
  co_return std::nullopt;
}

}  // namespace stackd::sim
