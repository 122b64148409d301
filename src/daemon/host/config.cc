#include "daemon/host/config.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "daemon/host/config_file.h"

namespace stackd::daemon {
namespace {

struct Flag {
  std::string_view name;
  std::optional<std::string> Settings::*setting;
  std::string_view variable;
};

constexpr std::array<Flag, 5> flags = {{
    {"--config", &Settings::config, "STACKD_CONFIG"},
    {"--state", &Settings::state, "STACKD_STATE"},
    {"--socket", &Settings::socket, "STACKD_SOCKET"},
    {"--log-level", &Settings::log_level, "STACKD_LOG_LEVEL"},
    {"--log-format", &Settings::log_format, "STACKD_LOG_FORMAT"},
}};

struct CommandLine {
  Settings settings;
  bool check = false;
  bool help = false;
  bool version = false;
};

Error usage(const std::string& message) {
  return Error{ErrorKind::invalid, message + "; see `stackd --help`"};
}

Error unknown_flag(const std::string& word) {
  std::vector<std::string> known = {"--check", "--help", "--version"};
  for (const Flag& flag : flags) known.emplace_back(flag.name);
  const std::string meant = nearest(word, known);
  return usage("there is no option " + word + (meant.empty() ? "" : ", did you mean " + meant + "?"));
}

Result<CommandLine> read_words(const std::vector<std::string>& words) {
  CommandLine line;
  bool only_files = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (only_files || !starts_with(word, "-") || word == "-") {
      line.settings.stacks.push_back(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto* flag = flags.begin();
    while (flag != flags.end() && flag->name != name) ++flag;
    if (word == "--") {
      only_files = true;
    } else if (word == "--check") {
      line.check = true;
    } else if (word == "--help" || word == "-h") {
      line.help = true;
    } else if (word == "--version") {
      line.version = true;
    } else if (flag == flags.end()) {
      return unknown_flag(name);
    } else if (equals != std::string::npos) {
      line.settings.*flag->setting = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      line.settings.*flag->setting = words[++i];
    } else {
      return usage(name + " needs a value");
    }
  }
  return line;
}

std::string variable(const Caller& caller, const std::string& name) {
  const auto found = caller.environment.find(name);
  return found == caller.environment.end() ? std::string() : found->second;
}

Settings read_variables(const Caller& caller) {
  Settings settings;
  for (const Flag& flag : flags) {
    const std::string value = variable(caller, std::string(flag.variable));
    if (!value.empty()) settings.*flag.setting = value;
  }
  return settings;
}

std::string absolute(const std::string& path, const std::string& folder) {
  if (path.empty() || path.front() == '/') return path;
  return folder + "/" + path;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos || slash == 0 ? "/" : path.substr(0, slash);
}

/// A folder of the XDG base directories; "" when neither the variable nor HOME is set.
std::string xdg_folder(const Caller& caller, const std::string& name, const std::string& below_home) {
  if (std::string set = variable(caller, name); !set.empty()) return set + "/stackd";
  const std::string home = variable(caller, "HOME");
  return home.empty() ? "" : home + below_home + "/stackd";
}

struct Defaults {
  std::string config_file;
  std::string state_folder;
  std::string socket;
};

Defaults defaults_for(const Caller& caller) {
  if (caller.is_root) return {"/etc/stackd/stackd.yaml", "/var/lib/stackd", "/run/stackd/stackd.sock"};
  Defaults defaults;
  const std::string config = xdg_folder(caller, "XDG_CONFIG_HOME", "/.config");
  const std::string runtime = variable(caller, "XDG_RUNTIME_DIR");
  if (!config.empty()) defaults.config_file = config + "/stackd.yaml";
  defaults.state_folder = xdg_folder(caller, "XDG_STATE_HOME", "/.local/state");
  if (!runtime.empty()) defaults.socket = runtime + "/stackd/stackd.sock";
  return defaults;
}

/// Flags and variables name paths as seen from the caller's folder, the file as seen from its own.
void make_absolute(Settings& settings, const std::string& folder) {
  if (settings.config) settings.config = absolute(*settings.config, folder);
  if (settings.state) settings.state = absolute(*settings.state, folder);
  if (settings.socket) settings.socket = absolute(*settings.socket, folder);
  for (std::string& stack : settings.stacks) stack = absolute(stack, folder);
}

std::optional<std::string> first(const std::optional<std::string>& a, const std::optional<std::string>& b,
                                 const std::optional<std::string>& c) {
  if (a) return a;
  return b ? b : c;
}

Result<runtime::LogFormat> parse_log_format(const std::string& name) {
  if (name == "text") return runtime::LogFormat::text;
  if (name == "json") return runtime::LogFormat::json;
  return Error{ErrorKind::invalid, "log format " + quote(name) + " is not known; it is text or json"};
}

Result<void> set_log(Config& config, const std::optional<std::string>& level,
                     const std::optional<std::string>& format) {
  if (level) {
    const Result<LogLevel> parsed = runtime::parse_log_level(*level);
    if (!parsed) return parsed.error();
    config.log.level = *parsed;
  }
  if (format) {
    const Result<runtime::LogFormat> parsed = parse_log_format(*format);
    if (!parsed) return parsed.error();
    config.log.format = *parsed;
  }
  return {};
}

std::string docker_config_of(const Caller& caller) {
  const std::string folder = variable(caller, "DOCKER_CONFIG");
  if (!folder.empty()) return folder + "/config.json";
  const std::string home = variable(caller, "HOME");
  return home.empty() ? "" : home + "/.docker/config.json";
}

Result<Config> merge(const CommandLine& line, const Settings& variables, const Settings& file,
                     const Defaults& defaults) {
  Config config;
  config.only_check = line.check;
  config.state_folder =
      first(line.settings.state, variables.state, file.state).value_or(defaults.state_folder);
  config.socket = first(line.settings.socket, variables.socket, file.socket).value_or(defaults.socket);
  if (config.state_folder.empty()) {
    return Error{ErrorKind::invalid, "no folder for the state: HOME is not set; name one with --state"};
  }
  if (config.socket.empty()) {
    return Error{ErrorKind::invalid,
                 "no place for the socket: XDG_RUNTIME_DIR is not set; name one with --socket"};
  }
  Result<void> log = set_log(config, first(line.settings.log_level, variables.log_level, file.log_level),
                             first(line.settings.log_format, variables.log_format, file.log_format));
  if (!log.ok()) return log.error();
  config.stack_files = file.stacks;
  for (const std::string& stack : line.settings.stacks) config.stack_files.push_back(stack);
  return config;
}

}  // namespace

std::variant<Config, Printout, Error> read_config(const std::vector<std::string>& words, const Caller& caller,
                                                  const compose::Files& files) {
  Result<CommandLine> line = read_words(words);
  if (!line) return line.error();
  if (line->help) return Printout{stackd_help()};
  if (line->version) return Printout{"stackd " STACKD_VERSION "\n"};
  Settings variables = read_variables(caller);
  make_absolute(line->settings, caller.current_directory);
  make_absolute(variables, caller.current_directory);
  const Defaults defaults = defaults_for(caller);
  const std::optional<std::string> named = first(line->settings.config, variables.config, std::nullopt);
  const std::string path = named.value_or(defaults.config_file);
  Settings file;
  bool has_file = false;
  if (named || (!path.empty() && files.kind(path) != compose::FileKind::absent)) {
    Result<Settings> read = read_config_file(path, files);
    if (!read) return read.error();
    file = *std::move(read);
    make_absolute(file, folder_of(path));
    has_file = true;
  }
  Result<Config> config = merge(*line, variables, file, defaults);
  if (!config) return config.error();
  if (has_file) config->config_file = path;
  config->docker_host = variable(caller, "DOCKER_HOST");
  config->docker_config = docker_config_of(caller);
  return *std::move(config);
}

std::string stackd_help() {
  return
      R"(stackd: keeps Compose projects running: starts them in order, restarts what fails, replaces what changed.

Usage: stackd [options] [STACKFILE...]

A STACKFILE is deployed when its stack is new to stackd. What stackd keeps it keeps running, whatever becomes
of the file; later changes of it are made live with `stackctl deploy`.

Options, each also a variable and a key of the configuration file:
  --config FILE        STACKD_CONFIG                  YAML (/etc/stackd/stackd.yaml)
  --state FOLDER       STACKD_STATE       state       what is kept over restarts (/var/lib/stackd)
  --socket PATH        STACKD_SOCKET      socket      where stackctl finds it (/run/stackd/stackd.sock)
  --log-level LEVEL    STACKD_LOG_LEVEL   log_level   debug, info, warning or error (info)
  --log-format FORMAT  STACKD_LOG_FORMAT  log_format  text or json (the journal's own where it listens)
                                          stacks      a list of STACKFILEs
  --check              read the configuration and the stack files, say what is wrong, and end
  --version
  -h, --help

Flags come before variables, these before the file. For others than root the folders are those of the XDG
base directories (~/.config/stackd, ~/.local/state/stackd, $XDG_RUNTIME_DIR/stackd). DOCKER_HOST names the
engine (unix:///var/run/docker.sock).

Signals: SIGTERM ends stackd and leaves the containers running; SIGHUP reads the configuration again.
)";
}

}  // namespace stackd::daemon
