#include "sim/life.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/hash.h"

namespace stackd::sim {
namespace {

using boost::asio::co_spawn;
using boost::asio::detached;

/// Few, so that stacks of a handful wait for their turns.
constexpr std::size_t engine_steps_at_once = 3;

std::string operator_name() {
  return "operator";
}

daemon::DeployRequest deploy_of(const StackDraft& draft) {
  daemon::DeployRequest deploy;
  deploy.stack = draft.name;
  deploy.canonical = canonical_text(draft);
  deploy.source.kind = "deploy";
  deploy.source.user = operator_name();
  deploy.source.working_dir = "/srv/" + draft.name;
  deploy.source.config_files = {"/srv/" + draft.name + "/compose.yaml"};
  for (const ServiceDraft& service : draft.services) {
    for (const auto& [path, text] : mounted_files(draft.name, service)) {
      deploy.files.fingerprints[service.name][path] = sha256_hex(text);
      deploy.files.contents[path] = text;
    }
  }
  return deploy;
}

daemon::ServicesRequest services_of(const Story& story, const Request& request) {
  daemon::ServicesRequest services;
  services.stack = story.name();
  services.services = request.services;
  services.user = operator_name();
  return services;
}

daemon::RollbackRequest rollback_of(const Story& story, const Request& request) {
  daemon::RollbackRequest back;
  back.stack = story.name();
  back.to = request.to;
  back.force = request.force;
  back.current_environment = request.current_environment;
  back.user = operator_name();
  return back;
}

daemon::DownRequest down_of(const Story& story, const Request& request) {
  daemon::DownRequest down;
  down.stack = story.name();
  down.volumes = request.volumes;
  down.user = operator_name();
  return down;
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

// The answers are nobody's business; that they change nothing is.
runtime::Task<void> ask_all(daemon::Supervisor& supervisor, const Story& story) {
  const std::string stack = story.name();
  daemon::DeployRequest deploy = deploy_of(story.generations.back());
  const auto plan = co_await supervisor.plan(std::move(deploy));
  const auto all = co_await supervisor.stacks();
  const auto status = co_await supervisor.status(stack);
  for (const ServiceDraft& service : story.generations.front().services) {
    const auto reasons = co_await supervisor.why(stack, service.name);
  }
  const auto ways = co_await supervisor.ways_back(stack);
  const auto releases = co_await supervisor.history(stack);
  const auto deploys = co_await supervisor.deploys(stack);
  const auto jobs = co_await supervisor.jobs(stack, 1);
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
    : around_(around),
      random_(seed),
      store_(around.open_store()),
      turns_(around.clock, engine_steps_at_once) {
  loop_ = std::make_unique<boost::asio::io_context>();
  daemon::Edges edges{loop_->get_executor(), around.clock, random_, around.engine, *store_, around.http};
  edges.kept = &around.kept;
  edges.files = &around.files;
  edges.turns = &turns_;
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

void Life::ask(const Story& story) {
  co_spawn(*loop_, ask_all(*supervisor_, story), detached);
}

runtime::Task<std::optional<Error>> Life::carry_out(Life& life, const Story& story, Request request) {
  daemon::Supervisor& supervisor = *life.supervisor_;
  switch (request.kind) {
    case RequestKind::deploy: {
      const StackDraft& draft = story.generations.at(request.generation);
      life.around_.edit_folders(draft);
      daemon::DeployRequest deploy = deploy_of(draft);
      deploy.services = request.services;
      deploy.start = request.start;
      const Result<std::string> id = co_await supervisor.deploy(std::move(deploy));
      co_return refusal_in(id);
    }
    case RequestKind::adopt: {
      daemon::DeployRequest deploy = deploy_of(story.generations.at(request.generation));
      const Result<daemon::AdoptReport> report = co_await supervisor.adopt(std::move(deploy));
      co_return refusal_in(report);
    }
    case RequestKind::rollback: {
      daemon::RollbackRequest back = rollback_of(story, request);
      const Result<std::string> id = co_await supervisor.rollback(std::move(back));
      co_return refusal_in(id);
    }
    case RequestKind::start: {
      daemon::ServicesRequest services = services_of(story, request);
      const Result<void> done = co_await supervisor.start(std::move(services));
      co_return refusal_in(done);
    }
    case RequestKind::stop: {
      daemon::ServicesRequest services = services_of(story, request);
      const Result<void> done = co_await supervisor.stop(std::move(services));
      co_return refusal_in(done);
    }
    case RequestKind::restart: {
      daemon::ServicesRequest services = services_of(story, request);
      const Result<void> done = co_await supervisor.restart(std::move(services));
      co_return refusal_in(done);
    }
    case RequestKind::down: {
      daemon::DownRequest down = down_of(story, request);
      const Result<void> done = co_await supervisor.down(std::move(down));
      co_return refusal_in(done);
    }
    case RequestKind::cancel: {
      const Result<void> done = co_await supervisor.cancel(story.name(), operator_name());
      co_return refusal_in(done);
    }
    case RequestKind::resume: {
      const Result<void> done = co_await supervisor.resume(story.name(), operator_name());
      co_return refusal_in(done);
    }
    case RequestKind::hand_back: {
      const Result<void> done = co_await supervisor.hand_back(story.name(), operator_name());
      co_return refusal_in(done);
    }
    case RequestKind::forget: {
      const Result<void> done = co_await supervisor.forget(story.name(), operator_name());
      co_return refusal_in(done);
    }
  }
  co_return std::nullopt;
}

}  // namespace stackd::sim
