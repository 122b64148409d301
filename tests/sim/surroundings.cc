#include "sim/surroundings.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"
#include "model/identity.h"
#include "store/sqlite_store.h"
#include "support/full_disk_store.h"

namespace stackd::sim {
namespace {

std::string next_store_name() {
  static std::atomic<std::uint64_t> count{0};
  return "sim" + std::to_string(++count);
}

std::string next_kept_folder() {
  static std::atomic<std::uint64_t> count{0};
  const std::string name = "stackd-sim-" + std::to_string(getpid()) + "-" + std::to_string(++count);
  return (std::filesystem::temp_directory_path() / name).string();
}

}  // namespace

Surroundings::Surroundings(const Scenario& the_scenario, Trace& the_trace, Marks& the_marks)
    : scenario(the_scenario),
      trace(the_trace),
      marks(the_marks),
      host(clock, scenario.seed * 1000003 + 7),
      engine(clock, host),
      http(clock, host),
      kept_folder_(next_kept_folder()),
      store_name_(next_store_name()),
      kept(kept_folder_) {}

Surroundings::~Surroundings() {
  std::error_code failed;
  std::filesystem::remove_all(kept_folder_, failed);
}

void Surroundings::say(std::string text) {
  for (std::size_t at = text.find(kept_folder_); at != std::string::npos; at = text.find(kept_folder_, at))
    text.replace(at, kept_folder_.size(), "/kept");
  trace.line(clock.now(), text);
}

void Surroundings::populate() {
  host.real_exit_codes = scenario.real_exit_codes;
  host.keeps_health = scenario.keeps_health;
  host.connects_one = scenario.connects_one;
  host.forbids_exec = scenario.forbids_exec;
  host.script = [this](const std::string& project, const std::string& service, std::int64_t run) {
    return program_of(project, service, run);
  };
  host.read_folder = [this](const std::string& folder) { return read_folder(folder); };
  ObservedImage image;
  image.id = "sha256:" + std::string(64, 'a');
  image.tags = {"app:1"};
  image.os = "linux";
  image.architecture = "amd64";
  host.add_image(image);
  add_strangers();
}

void Surroundings::add_strangers() {
  const auto other = std::make_shared<Stack>();
  other->name = "other";
  Service db;
  db.name = "db";
  db.image = "app:1";
  other->services.emplace("db", db);
  engine::ContainerSpec spec;
  spec.stack = other;
  spec.service = "db";
  spec.name = "other-db-1";
  spec.image = "app:1";
  const Order by_a_person{Hand::person, clock.now()};
  const Labels labels{{std::string(label::project), "other"}};
  host.create_volume("other_data", labels, by_a_person);
  STACKD_CHECK(host.create_network("other_default", labels, false, by_a_person).ok());
  const Result<std::string> foreign = host.create(spec, by_a_person);
  STACKD_CHECK(foreign.ok() && host.start(*foreign, by_a_person).ok());
  // Of our project by its label, but in no file of ours.
  other->name = scenario.name();
  other->services.at("db").name = "ghost";
  other->services.emplace("ghost", other->services.at("db"));
  spec.service = "ghost";
  spec.name = other->name + "-ghost-1";
  const Result<std::string> ghost = host.create(spec, by_a_person);
  STACKD_CHECK(ghost.ok() && host.start(*ghost, by_a_person).ok());
}

Program Surroundings::program_of(const std::string& project, const std::string& service, std::int64_t run) {
  Program program;
  const Story* story = story_of(scenario, project);
  if (story == nullptr) return program;
  const auto found = story->tempers.find(service);
  const Temper temper = found == story->tempers.end() ? Temper{} : found->second;
  program.ready_after = temper.ready_after;
  program.stop_takes = temper.stop_takes;
  program.stop_code = temper.stop_code;
  program.ignores_term = temper.ignores_term;
  program.needs = temper.needs;
  if (is_job(*story, service)) {
    program.ends_after = temper.job_takes;
    program.exit_code = 0;
  }
  if (!faults_over && run <= temper.bad_runs) {
    program.ends_after = temper.bad_after;
    program.exit_code = temper.bad_code;
    if (run == 5) ++marks["a service crashed five times"];
  }
  return program;
}

std::vector<std::string> Surroundings::containers_of(const std::string& stack,
                                                     const std::string& service) const {
  std::vector<std::string> ids;
  for (const auto& [id, container] : host.containers()) {
    if (container.seen.project == stack && container.seen.service == service) ids.push_back(id);
  }
  return ids;
}

void Surroundings::edit_folders(const StackDraft& draft) {
  for (const ServiceDraft& service : draft.services) {
    for (const auto& [path, text] : mounted_files(draft.name, service)) files.write(path, text);
  }
}

std::string Surroundings::read_folder(const std::string& folder) const {
  const std::string path = ends_with(folder, ".conf") ? folder : folder + "/app.conf";
  const Result<std::string> own = files.read(path);
  if (own) return *own;
  std::ifstream kept_copy(path);
  std::string text;
  std::getline(kept_copy, text);
  return text;
}

std::unique_ptr<store::Store> Surroundings::open_store() {
  Result<std::unique_ptr<store::Store>> opened = store::open_memory_store(store_name_);
  STACKD_CHECK(opened.ok());
  if (!store) {
    Result<std::unique_ptr<store::Store>> keeper = store::open_memory_store(store_name_);
    STACKD_CHECK(keeper.ok());
    store = std::move(*keeper);
  }
  return std::make_unique<testing::FullDiskStore>(std::move(*opened), [this] { return disks_full > 0; });
}

}  // namespace stackd::sim
