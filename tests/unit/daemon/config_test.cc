#include "daemon/host/config.h"

#include <doctest/doctest.h>

using namespace stackd;

namespace {

/// Files in memory; only what a configuration needs.
class FewFiles final : public compose::Files {
 public:
  explicit FewFiles(std::map<std::string, std::string> texts) : texts_(std::move(texts)) {}

  compose::FileKind kind(const std::string& path) const override {
    return texts_.contains(path) ? compose::FileKind::regular : compose::FileKind::absent;
  }
  bool is_symbolic_link(const std::string&) const override { return false; }
  bool is_readable_by_everybody(const std::string&) const override { return false; }
  Result<std::string> read(const std::string& path) const override {
    const auto found = texts_.find(path);
    if (found == texts_.end()) return Error{ErrorKind::not_found, path + ": no such file"};
    return found->second;
  }
  Result<std::string> real_path(const std::string& path) const override { return path; }
  Result<std::vector<std::string>> list(const std::string&) const override {
    return std::vector<std::string>();
  }

 private:
  std::map<std::string, std::string> texts_;
};

daemon::Caller root() {
  daemon::Caller caller;
  caller.is_root = true;
  caller.current_directory = "/work";
  return caller;
}

daemon::Config understood(const std::vector<std::string>& words, const daemon::Caller& caller,
                          const std::map<std::string, std::string>& texts = {}) {
  auto read = daemon::read_config(words, caller, FewFiles(texts));
  if (const auto* error = std::get_if<Error>(&read)) FAIL(error->message);
  REQUIRE(std::holds_alternative<daemon::Config>(read));
  return std::get<daemon::Config>(read);
}

std::string complaint(const std::vector<std::string>& words, const daemon::Caller& caller,
                      const std::map<std::string, std::string>& texts = {}) {
  auto read = daemon::read_config(words, caller, FewFiles(texts));
  REQUIRE(std::holds_alternative<Error>(read));
  return std::get<Error>(read).message;
}

}  // namespace

TEST_CASE("root's stackd lives in the system's folders") {
  const daemon::Config config = understood({}, root());
  CHECK(config.config_file.empty());
  CHECK(config.state_folder == "/var/lib/stackd");
  CHECK(config.socket == "/run/stackd/stackd.sock");
  CHECK(config.log.level == LogLevel::info);
  CHECK(config.stack_files.empty());
}

TEST_CASE("anybody else's stackd lives in the folders of XDG") {
  daemon::Caller caller;
  caller.current_directory = "/home/ada";
  caller.environment = {{"HOME", "/home/ada"}, {"XDG_RUNTIME_DIR", "/run/user/1000"}};
  const daemon::Config config = understood({}, caller);
  CHECK(config.state_folder == "/home/ada/.local/state/stackd");
  CHECK(config.socket == "/run/user/1000/stackd/stackd.sock");
  caller.environment["XDG_STATE_HOME"] = "/data/state";
  CHECK(understood({}, caller).state_folder == "/data/state/stackd");
  caller.environment.erase("XDG_RUNTIME_DIR");
  CHECK(complaint({}, caller) ==
        "no place for the socket: XDG_RUNTIME_DIR is not set; name one with --socket");
}

TEST_CASE("a flag comes before a variable, a variable before the file, the file before the default") {
  daemon::Caller caller = root();
  const std::map<std::string, std::string> texts = {
      {"/etc/stackd/stackd.yaml", "state: /file/state\nsocket: /file/socket\nlog_level: error\n"}};
  CHECK(understood({}, caller, texts).state_folder == "/file/state");
  CHECK(understood({}, caller, texts).config_file == "/etc/stackd/stackd.yaml");
  CHECK(understood({}, caller, texts).log.level == LogLevel::error);
  caller.environment["STACKD_STATE"] = "/variable/state";
  CHECK(understood({}, caller, texts).state_folder == "/variable/state");
  CHECK(understood({"--state", "/flag/state"}, caller, texts).state_folder == "/flag/state");
  CHECK(understood({"--state=/flag/state"}, caller, texts).socket == "/file/socket");
}

TEST_CASE("paths of the command line are relative to the folder, those of the file to its own") {
  const std::map<std::string, std::string> texts = {
      {"/srv/conf/stackd.yaml", "stacks:\n  - shop/compose.yaml\nstate: ./state\n"}};
  const daemon::Config config = understood({"--config", "/srv/conf/stackd.yaml", "mail.yaml"}, root(), texts);
  CHECK(config.stack_files == std::vector<std::string>{"/srv/conf/shop/compose.yaml", "/work/mail.yaml"});
  CHECK(config.state_folder == "/srv/conf/./state");
}

TEST_CASE("a configuration file that was named must be there, the usual one need not") {
  CHECK(complaint({"--config", "none.yaml"}, root()) == "/work/none.yaml: no such file");
}

TEST_CASE("what is wrong in the file is shown at its line, all of it") {
  const std::map<std::string, std::string> texts = {
      {"/etc/stackd/stackd.yaml", "sate: /x\nlog_level: [info]\nstacks: shop.yaml\n"}};
  const std::string message = complaint({}, root(), texts);
  CHECK(message.find("/etc/stackd/stackd.yaml:1:1: unknown key \"sate\"") != std::string::npos);
  CHECK(message.find("did you mean \"state\"?") != std::string::npos);
  CHECK(message.find("/etc/stackd/stackd.yaml:2:") != std::string::npos);
  CHECK(message.find("/etc/stackd/stackd.yaml:3:") != std::string::npos);
}

TEST_CASE("flags that make no sense are answered with the nearest that does") {
  CHECK(complaint({"--sate", "x"}, root()) ==
        "there is no option --sate, did you mean --state?; see `stackd --help`");
  CHECK(complaint({"--socket"}, root()) == "--socket needs a value; see `stackd --help`");
  CHECK(complaint({"--log-format", "xml"}, root()) == "log format \"xml\" is not known; it is text or json");
  CHECK(complaint({"--log-level", "loud"}, root()).find("loud") != std::string::npos);
}

TEST_CASE("help and version are printed instead of running") {
  for (const char* word : {"--help", "-h", "--version"}) {
    CAPTURE(word);
    CHECK(std::holds_alternative<daemon::Printout>(daemon::read_config({word}, root(), FewFiles({}))));
  }
}

TEST_CASE("the engine and its client's configuration are those of Docker's own variables") {
  daemon::Caller caller = root();
  caller.environment = {{"DOCKER_HOST", "unix:///x.sock"}, {"HOME", "/root"}};
  CHECK(understood({}, caller).docker_host == "unix:///x.sock");
  CHECK(understood({}, caller).docker_config == "/root/.docker/config.json");
  caller.environment["DOCKER_CONFIG"] = "/etc/docker-client";
  CHECK(understood({}, caller).docker_config == "/etc/docker-client/config.json");
}
