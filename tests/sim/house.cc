#include "sim/house.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "base/check.h"

namespace stackd::sim {
namespace {

constexpr int turns_without_time_max = 200'000;

}  // namespace

House::House(const std::string& name) : host(clock, 7), engine(clock, host), http(clock, host) {
  kept_folder =
      (std::filesystem::temp_directory_path() / ("stackd-house-" + std::to_string(getpid()) + "-" + name))
          .string();
  kept = std::make_unique<daemon::KeptFiles>(kept_folder);
  ObservedImage image;
  image.id = "sha256:" + std::string(64, 'a');
  image.tags = {"app:1"};
  image.os = "linux";
  image.architecture = "amd64";
  host.add_image(image);
  Result<std::unique_ptr<store::Store>> disk = store::open_memory_store("house-" + name);
  STACKD_CHECK(disk.ok());
  store = std::make_unique<testing::FullDiskStore>(*std::move(disk),
                                                   [this] { return refuses_write && refuses_write(); });
}

House::~House() {
  end_stackd();
  std::error_code ignored;
  std::filesystem::remove_all(kept_folder, ignored);
}

void House::begin_stackd() {
  loop_ = std::make_unique<boost::asio::io_context>();
  daemon::Edges edges{loop_->get_executor(), clock, random_, engine, *store, http};
  edges.kept = kept.get();
  if (furnish) furnish(edges);
  supervisor_ = std::make_unique<daemon::Supervisor>(edges);
  REQUIRE(supervisor_->start());
}

void House::end_stackd() {
  loop_.reset();
  supervisor_.reset();
}

// What happens without time passing.
void House::settle() {
  for (int turns = 0; turns < turns_without_time_max; ++turns) {
    loop_->restart();
    if (loop_->poll_one() == 0) break;
  }
}

void House::run_until(const std::function<bool()>& reached, Duration patience) {
  const Time until = clock.now() + patience;
  settle();
  while (!reached() && clock.next() && clock.now() < until) {
    clock.advance();
    settle();
  }
  REQUIRE(reached());
}

void House::run_for(Duration span) {
  bool over = false;
  clock.call_in(span, [&over] { over = true; });
  run_until([&over] { return over; }, span + std::chrono::seconds(1));
}

daemon::DeployRequest House::request(const StackDraft& draft) {
  daemon::DeployRequest deploy;
  deploy.stack = draft.name;
  deploy.canonical = canonical_text(draft);
  deploy.source.kind = "deploy";
  deploy.source.user = "operator";
  deploy.source.working_dir = "/srv/" + draft.name;
  deploy.source.config_files = {"/srv/" + draft.name + "/compose.yaml"};
  return deploy;
}

Deploy House::end_of(const std::string& deploy_id) {
  const auto stored = [&] { return store->deploy(deploy_id)->value(); };
  run_until([&] { return stored().ended_at.has_value(); });
  return stored();
}

Deploy House::deploy(const StackDraft& draft) {
  const Result<std::string> id = get<std::string>(supervisor_->deploy(request(draft)));
  REQUIRE_MESSAGE(id, (id ? std::string() : id.error().message));
  return end_of(*id);
}

const HostContainer* House::container(const std::string& stack, const std::string& service) const {
  for (const auto& [id, found] : host.containers()) {
    if (found.seen.project == stack && found.seen.service == service) return &found;
  }
  return nullptr;
}

std::size_t House::running(const std::string& stack, const std::string& service) const {
  std::size_t count = 0;
  for (const auto& [id, found] : host.containers())
    count += found.seen.project == stack && found.seen.service == service && found.alive ? 1 : 0;
  return count;
}

}  // namespace stackd::sim
