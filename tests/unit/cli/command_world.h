// Commands from the words typed to what is printed, against a real socket with a Control that a test fills.
#pragma once

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "api/routes.h"
#include "cli/parse.h"
#include "unit/api/fake_control.h"
#include "unit/api/samples.h"

namespace stackd::testing {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "stackctl-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = std::filesystem::canonical(pattern);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }
  [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// A daemon's API with nothing behind it, on a thread of its own because stackctl waits for its answers.
class FakeDaemon {
 public:
  FakeDaemon(const std::string& socket, FakeControl& control)
      : clock_(runtime::make_real_clock(io_.get_executor())),
        server_(io_.get_executor(), *clock_, runtime::HttpServerOptions{}, api::make_handler(control),
                [](std::string_view, const std::exception_ptr&) {}) {
    runtime::Listener::UnixOptions options;
    options.path = socket;
    Result<runtime::Listener> listener = runtime::Listener::on_unix(options);
    REQUIRE(listener.ok());
    server_.serve(*std::move(listener));
    thread_ = std::thread([this] { io_.run(); });
  }
  ~FakeDaemon() {
    io_.stop();
    thread_.join();
  }
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

 private:
  boost::asio::io_context io_;
  std::unique_ptr<runtime::Clock> clock_;
  runtime::HttpServer server_;
  std::thread thread_;
};

struct Said {
  int code = 0;
  std::string out;
  std::string err;
};

class World {
 public:
  World() {
    protocol::StackStatus status = sample_status();
    status.working_dir = folder.path();
    status.config_files = {folder.at("compose.yaml")};
    status.environment_files.clear();
    status.profiles.clear();
    control.kept.emplace("shop", status);
  }

  void start() { daemon_ = std::make_unique<FakeDaemon>(folder.at("s"), control); }

  Said run(const std::vector<std::string>& words) {
    auto parsed = cli::parse(words, cli::commands());
    if (const auto* end = std::get_if<cli::ParseEnd>(&parsed)) return {end->exit_code, "", end->text};
    auto& invocation = std::get<cli::Invocation>(parsed);
    std::ostringstream out;
    std::ostringstream err;
    cli::Session session;
    session.global = invocation.global;
    session.environment = environment;
    session.environment["STACKD_SOCKET"] = folder.at("s");
    session.current_directory = current_directory.empty() ? folder.path() : current_directory;
    session.now = [] { return moment("2026-01-02T03:10:10Z"); };
    session.from_local = [](auto shown) { return WallTime(shown.time_since_epoch()); };
    session.read_standard_input = [] { return std::string(); };
    session.terminal.columns = 0;
    session.out = &out;
    session.err = &err;
    const int code = invocation.command->run(session, invocation.arguments);
    return {code, out.str(), err.str()};
  }

  Folder folder;
  FakeControl control;
  std::map<std::string, std::string> environment;
  std::string current_directory;

 private:
  std::unique_ptr<FakeDaemon> daemon_;
};

inline constexpr const char* small_stack = R"(name: shop
services:
  web:
    image: ${WEB_IMAGE:-shop:1}
    depends_on:
      db: {condition: service_started}
  db:
    image: postgres:16
)";

}  // namespace stackd::testing
