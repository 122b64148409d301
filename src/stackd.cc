// The supervisor: reads its settings, builds the real edges, runs until it is told to stop. Containers go on
// running when it ends.
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <grp.h>
#include <iostream>
#include <sys/stat.h>
#include <unistd.h>

#include "api/routes.h"
#include "daemon/host/config.h"
#include "daemon/host/container_view.h"
#include "daemon/host/turns.h"
#include "daemon/logs/kept_logs.h"
#include "daemon/supervisor/stack_file.h"
#include "daemon/supervisor/supervisor.h"
#include "engine/docker.h"
#include "engine/docker_api.h"
#include "runtime/aside.h"
#include "runtime/curl.h"
#include "runtime/http_server.h"
#include "runtime/random.h"
#include "runtime/signals.h"
#include "runtime/systemd.h"
#include "store/sqlite_store.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere

namespace {

using namespace stackd;

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr auto requests_grace = std::chrono::seconds(5);
/// Starts, and as many creations and removals, that are under way at once. With fewer sixty services take a
/// fifth longer to come up, because their health checks take the processors from the starts that are left;
/// with more nothing is quicker (tests/bench/layers.py, fifty.py).
constexpr std::size_t engine_steps_a_processor = 8;

daemon::Caller find_caller() {
  daemon::Caller caller;
  caller.is_root = geteuid() == 0;
  std::error_code failed;
  caller.current_directory = std::filesystem::current_path(failed).string();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) {
      caller.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return caller;
}

int complain(const std::string& message, int code) {
  std::cerr << "stackd: " << message << std::endl;
  return code;
}

/// The level can change while stackd runs, the sink stays.
LogLevel log_level = LogLevel::info;

void begin_log(const runtime::LogOptions& options) {
  log_level = options.level;
  runtime::LogOptions everything = options;
  everything.level = LogLevel::debug;
  set_log_sink([sink = runtime::make_log_sink(everything)](LogLevel level, const LogSubject& subject,
                                                           std::string_view text) {
    if (level >= log_level) sink(level, subject, text);
  });
}

int check_only(const daemon::Config& config, const daemon::Caller& caller) {
  int code = exit_done;
  for (const std::string& path : config.stack_files) {
    const auto request = daemon::read_stack_file(compose::RealFiles(), path, caller.environment);
    if (!request) {
      std::cerr << request.error().message << "\n";
      code = exit_failed;
    }
  }
  if (code == exit_done) std::cout << "the configuration makes sense\n";
  return code;
}

/// The socket's folder, where it is absent. Others may enter it: who may connect, the socket itself says.
Result<void> make_socket_folder(const std::string& socket) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(socket).parent_path();
  std::error_code failed;
  const bool made = fs::create_directories(folder, failed);
  if (made && !failed) {
    fs::permissions(folder,
                    fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                        fs::perms::others_read | fs::perms::others_exec,
                    failed);
  }
  if (!failed) return {};
  return Error{ErrorKind::unavailable, "can't make the socket's folder " + folder.string() + ": " +
                                           failed.message() + "; name another socket with --socket"};
}

Result<std::vector<runtime::Listener>> open_sockets(const daemon::Config& config) {
  Result<std::vector<runtime::InheritedSocket>> inherited = runtime::inherited_sockets();
  if (!inherited) return inherited.error().while_doing("take over systemd's sockets");
  std::vector<runtime::Listener> listeners;
  for (runtime::InheritedSocket& socket : *inherited) listeners.push_back(std::move(socket.listener));
  if (!listeners.empty()) return listeners;
  if (Result<void> made = make_socket_folder(config.socket); !made.ok()) return made.error();
  runtime::Listener::UnixOptions options;
  options.path = config.socket;
  options.group_name = "stackd";
  Result<runtime::Listener> listener = runtime::Listener::on_unix(options);
  if (!listener) return listener.error();
  listeners.push_back(*std::move(listener));
  return listeners;
}

/// Everything that runs, in the order in which it is built.
class Program {
 public:
  Program(daemon::Config config, daemon::Caller caller, std::vector<std::string> words)
      : config_(std::move(config)),
        caller_(std::move(caller)),
        words_(std::move(words)),
        signals_(io_.get_executor()),
        clock_(runtime::make_real_clock(io_.get_executor())),
        random_(runtime::system_seed()),
        http_(io_.get_executor()),
        aside_(runtime::make_aside(io_.get_executor(), *clock_)),
        tasks_(io_.get_executor(), die) {}

  int run() {
    if (Result<void> built = build(); !built.ok()) return complain(built.error().message, exit_failed);
    tasks_.spawn("main", live());
    if (const auto interval = runtime::watchdog_interval())
      tasks_.spawn("watchdog", feed_watchdog(*interval));
    io_.run();
    log(LogLevel::info, "stackd has ended; the containers go on");
    return exit_done;
  }

 private:
  /// A bug outside any stack: nothing sensible can follow, and systemd starts us again.
  static void die(std::string_view name, const std::exception_ptr& bug) {
    log(LogLevel::error, "bug in " + std::string(name) + ": " + runtime::describe(bug));
    std::abort();
  }

  static void note_bug(std::string_view request, const std::exception_ptr& bug) {
    log(LogLevel::error, "bug while answering " + std::string(request) + ": " + runtime::describe(bug));
  }

  /// A store that can't be read is no outage: what is there is kept up without it. But neither another
  /// stackd's (two would give the engine contrary orders) nor a folder that can't be ours is one.
  Result<void> open_store() {
    Result<std::unique_ptr<store::Store>> store = store::open_store(config_.state_folder + "/stackd.db");
    if (store) {
      Result<std::vector<StackRecord>> stacks = (*store)->stacks();
      if (!stacks) store = stacks.error().while_doing("read " + config_.state_folder + "/stackd.db");
    }
    if (!store) {
      const ErrorKind kind = store.error().kind;
      if (kind == ErrorKind::conflict || kind == ErrorKind::invalid) return store.error();
      broken_store_ = store.error().message;
      log(LogLevel::error, broken_store_ +
                               "; the file stays as it is, nothing is deployed, and the containers "
                               "that are there are kept up without it");
      store = store::open_memory_store("rescue");
      if (!store) return store.error();
    }
    store_ = *std::move(store);
    return {};
  }

  Result<void> build() {
    if (Result<void> opened = open_store(); !opened.ok()) return opened;
    Result<std::vector<runtime::Listener>> listeners = open_sockets(config_);
    if (!listeners) return listeners.error();
    engine::DockerOptions options;
    options.host = config_.docker_host;
    options.config_file = config_.docker_config;
    options.aside = aside_.get();
    Result<std::unique_ptr<engine::Engine>> engine = engine::make_docker_engine(http_, *clock_, options);
    if (!engine) return engine.error();
    engine_ = *std::move(engine);
    const Result<engine::DockerHost> socket = engine::parse_docker_host(config_.docker_host);
    host_ = std::make_unique<daemon::Host>(config_.state_folder, socket ? socket->unix_socket : "");
    logs_ = std::make_unique<daemon::KeptLogs>(config_.state_folder + "/logs");
    kept_ = std::make_unique<daemon::KeptFiles>(config_.state_folder + "/kept");
    turns_ = std::make_unique<daemon::Turns>(*clock_, engine_steps_a_processor * daemon::Host::processors());
    daemon::Edges edges{io_.get_executor(), *clock_, random_, *engine_, *store_, http_};
    edges.kept = kept_.get();
    edges.host = host_.get();
    edges.logs = logs_.get();
    edges.turns = turns_.get();
    edges.aside = aside_.get();
    edges.view = &view_;
    supervisor_ = std::make_unique<daemon::Supervisor>(edges, broken_store_);
    if (Result<void> started = supervisor_->start(); !started.ok()) return started;
    server_ = std::make_unique<runtime::HttpServer>(io_.get_executor(), *clock_, runtime::HttpServerOptions{},
                                                    api::make_handler(*supervisor_), note_bug);
    for (runtime::Listener& listener : *listeners) server_->serve(std::move(listener));
    return {};
  }

  runtime::Task<void> live() {
    runtime::notify_ready();
    log(LogLevel::info, "stackd " STACKD_VERSION " answers on " + config_.socket);
    co_await keep_files(config_.stack_files);
    runtime::SignalWish wish = co_await signals_.next();
    while (wish == runtime::SignalWish::reload) {
      co_await reload();
      wish = co_await signals_.next();
    }
    runtime::notify_stopping();
    log(LogLevel::info, "stopping");
    co_await server_->stop(requests_grace);
    co_await supervisor_->stop();
    io_.stop();
  }

  /// What is wrong with one file keeps no other stack from its start.
  runtime::Task<void> keep_files(std::vector<std::string> paths) {
    for (const std::string& path : paths) {
      const Result<void> kept = co_await supervisor_->keep_file(path, caller_.environment);
      if (!kept.ok())
        log(LogLevel::error, "the stack file " + path + " is not deployed: " + kept.error().message);
    }
  }

  /// What can change while stackd runs: the log's level, and stack files that are new.
  runtime::Task<void> reload() {
    runtime::notify_reloading(clock_->now());
    auto read = daemon::read_config(words_, caller_, compose::RealFiles());
    if (const auto* error = std::get_if<Error>(&read)) {
      log(LogLevel::error, "the configuration stays as it was: " + error->message);
    } else if (auto* config = std::get_if<daemon::Config>(&read)) {
      log_level = config->log.level;
      if (config->state_folder != config_.state_folder || config->socket != config_.socket) {
        log(LogLevel::warning, "another state folder or socket needs a restart of stackd");
      }
      log(LogLevel::info, "the configuration was read again");
      co_await keep_files(config->stack_files);
    }
    runtime::notify_ready();
  }

  runtime::Task<void> feed_watchdog(Duration interval) {
    while (true) {
      runtime::notify_watchdog();
      co_await runtime::sleep_for(*clock_, interval / 2);
    }
  }

  daemon::Config config_;
  daemon::Caller caller_;
  std::vector<std::string> words_;
  boost::asio::io_context io_{1};
  runtime::Signals signals_;
  std::unique_ptr<runtime::Clock> clock_;
  runtime::Random random_;
  runtime::CurlClient http_;
  std::unique_ptr<runtime::Aside> aside_;
  std::unique_ptr<store::Store> store_;
  std::string broken_store_;  // why it can't be read
  std::unique_ptr<daemon::KeptFiles> kept_;
  daemon::ProcView view_;
  std::unique_ptr<daemon::Host> host_;
  std::unique_ptr<daemon::KeptLogs> logs_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<daemon::Turns> turns_;
  std::unique_ptr<daemon::Supervisor> supervisor_;
  std::unique_ptr<runtime::HttpServer> server_;
  runtime::TaskGroup tasks_;
};

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> typed(words + (count > 0 ? 1 : 0), words + count);
  const daemon::Caller caller = find_caller();
  auto read = daemon::read_config(typed, caller, compose::RealFiles());
  if (const auto* error = std::get_if<Error>(&read)) return complain(error->message, exit_usage);
  if (const auto* printout = std::get_if<daemon::Printout>(&read)) {
    std::cout << printout->text;
    return exit_done;
  }
  const auto& config = std::get<daemon::Config>(read);
  if (config.only_check) return check_only(config, caller);
  // What stackd writes is for its own eyes; the socket's rights are set apart from this.
  umask(0077);
  begin_log(config.log);
  return Program(config, caller, typed).run();
}
