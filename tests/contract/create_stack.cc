// Creates what Compose files describe on an engine, without starting anything:
//   DOCKER_HOST=… create_stack [-f FILE]...
// The half of the comparison with Docker Compose (compare_create.py) that is ours: loader, binding and create
// calls together, and nothing of the daemon between.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <set>

#include "compose/bind.h"
#include "compose/files.h"
#include "compose/load.h"
#include "engine/docker.h"
#include "model/fingerprint.h"
#include "model/identity.h"
#include "runtime/curl.h"

extern char** environ;

namespace stackd {
namespace {

using runtime::Task;

class Creation {
 public:
  Creation(engine::Engine& engine, Stack stack)
      : engine_(engine), stack_(std::make_shared<const Stack>(std::move(stack))) {}

  Task<Result<void>> run() {
    for (const auto& [key, network] : stack_->networks) {
      if (network.external) continue;
      Result<std::string> made = co_await engine_.create_network(stack_, key);
      if (!made) co_return made.error();
    }
    for (const auto& [key, volume] : stack_->volumes) {
      if (volume.external) continue;
      Result<void> made = co_await engine_.create_volume(stack_, key);
      if (!made) co_return made.error();
    }
    for (const auto& entry : stack_->services) {
      Result<void> made = co_await create(entry.first);
      if (!made) co_return made.error();
    }
    co_return Result<void>{};
  }

 private:
  /// What the service refers to comes first.
  Task<Result<void>> create(std::string name) {
    if (!begun_.insert(name).second) co_return Result<void>{};
    const Service& service = stack_->services.at(name);
    std::vector<std::string> others = namespace_owners(service);
    for (const std::string& entry : service.volumes_from) others.push_back(entry.substr(0, entry.find(':')));
    for (const std::string& other : others) {
      if (stack_->services.count(other) == 0) continue;
      Result<void> made = co_await create(other);
      if (!made) co_return made.error();
    }
    Result<ObservedImage> image = co_await engine_.inspect_image(service.image);
    if (!image) co_return image.error();
    for (std::int64_t number = 1; number <= service.scale; ++number) {
      engine::ContainerSpec spec = spec_of(service, number, image->id);
      Result<std::string> id = co_await engine_.create_container(std::move(spec));
      if (!id) co_return id.error();
      containers_.emplace(name, *id);
    }
    co_return Result<void>{};
  }

  engine::ContainerSpec spec_of(const Service& service, std::int64_t number, const std::string& image_id) {
    engine::ContainerSpec spec;
    spec.stack = stack_;
    spec.service = service.name;
    spec.name = container_name(stack_->name, service.name, service.container_name, number);
    spec.number = number;
    spec.image = service.image;
    spec.image_id = image_id;
    spec.containers = containers_;
    spec.config_hash = config_hash(service, [this](std::string_view other) {
      const auto found = containers_.find(std::string(other));
      return found == containers_.end() ? std::string() : found->second;
    });
    return spec;
  }

  engine::Engine& engine_;
  std::shared_ptr<const Stack> stack_;
  std::map<std::string, std::string> containers_;
  std::set<std::string> begun_;
};

compose::Environment environment_of_process() {
  compose::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return environment;
}

void print(const std::vector<compose::Diagnostic>& diagnostics) {
  for (const compose::Diagnostic& diagnostic : diagnostics) std::cerr << diagnostic.message << "\n";
}

std::optional<Stack> load_stack(std::vector<std::string> files) {
  compose::LoadOptions options;
  options.current_directory = std::filesystem::current_path();
  options.files = std::move(files);
  options.environment = environment_of_process();
  const compose::RealFiles real_files;
  compose::LoadResult loaded = compose::load(options, real_files);
  print(loaded.errors);
  if (!loaded.ok()) return std::nullopt;
  StackSource source;
  source.working_dir = loaded.project->directory;
  source.config_files = loaded.project->config_files;
  source.environment_files = loaded.project->env_files;
  compose::BindResult bound = compose::bind(loaded.project->model, std::move(source));
  print(bound.errors);
  return std::move(bound.stack);
}

int create_all(Stack stack) {
  boost::asio::io_context io;
  runtime::CurlClient http(io.get_executor());
  const std::unique_ptr<runtime::Clock> clock = runtime::make_real_clock(io.get_executor());
  engine::DockerOptions options;
  const char* const host = std::getenv("DOCKER_HOST");
  options.host = host == nullptr ? "" : host;
  Result<std::unique_ptr<engine::Engine>> engine = engine::make_docker_engine(http, *clock, options);
  if (!engine) {
    std::cerr << engine.error().message << "\n";
    return 2;
  }
  Creation creation(**engine, std::move(stack));
  int code = 2;
  boost::asio::co_spawn(io, creation.run(), [&code, &io](std::exception_ptr bug, Result<void> outcome) {
    if (bug == nullptr && !outcome) std::cerr << outcome.error().message << "\n";
    code = bug == nullptr && outcome ? 0 : 1;
    io.stop();
  });
  io.run();
  return code;
}

}  // namespace
}  // namespace stackd

int main(int argc, char** argv) {
  std::vector<std::string> files;
  for (int i = 1; i + 1 < argc; i += 2) files.emplace_back(argv[i + 1]);
  std::optional<stackd::Stack> stack = stackd::load_stack(std::move(files));
  return stack ? stackd::create_all(std::move(*stack)) : 1;
}
