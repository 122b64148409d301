#include <algorithm>

#include "base/text.h"
#include "compose/bind/bind_parts.h"

namespace stackd::compose {
namespace {

// A word that must be the only one there is.
bool is_word(const ConfigValue& field, std::string_view word) {
  if (!field.is_set()) return false;
  if (field.text() == word) return true;
  field.error(std::string(field.key()) + " knows only \"" + std::string(word) + "\"",
              "write " + std::string(word) + ", or leave it out");
  return false;
}

std::optional<PreDeploy> bind_pre_deploy(const ConfigValue& field, BindContext& context) {
  if (!field.is_set()) return std::nullopt;
  check_keys(field, {{"command", "timeout"}, {}}, context);
  PreDeploy pre_deploy{field["command"].command(), field["timeout"].positive_duration()};
  if (field.is_map() && pre_deploy.command.empty())
    field.error("pre_deploy without a command does nothing", "give it a command");
  return pre_deploy;
}

// A wrong one would be found out only when a file has changed.
void check_signal(const ConfigValue& field) {
  static const std::vector<std::string> known = {
      "ABRT", "ALRM", "BUS",  "CHLD", "CONT", "FPE",  "HUP",    "ILL",   "INT",  "IO",
      "KILL", "PIPE", "PROF", "PWR",  "QUIT", "SEGV", "STOP",   "SYS",   "TERM", "TRAP",
      "TSTP", "TTIN", "TTOU", "URG",  "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ"};
  static const std::vector<std::string> ending = {"ABRT", "INT", "KILL", "QUIT", "STOP", "TERM"};
  if (!field.is_set()) return;
  std::string name = field.text();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (starts_with(name, "SIG")) name.erase(0, 3);
  const bool ends = std::find(ending.begin(), ending.end(), name) != ending.end();
  if (ends) field.error(field.text() + " ends a process instead of reloading it", "write HUP or USR1");
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  std::string advice = did_you_mean(name, known);
  if (advice.empty()) advice = "write the signal's name, like HUP or USR1";
  field.error("there is no signal " + quote(field.text()), advice);
}

std::optional<Reload> bind_reload(const ConfigValue& field, BindContext& context) {
  if (!field.is_set()) return std::nullopt;
  check_keys(field, {{"command", "signal"}, {}}, context);
  if (!field.is_map() || (!field["command"].is_set() && !field["signal"].is_set() && !field.map().empty()))
    return std::nullopt;  // that has been told
  if (field["command"].is_set() == field["signal"].is_set()) {
    field.error("reload needs either a command or a signal", "write {signal: HUP} or {command: [...]}");
    return std::nullopt;
  }
  Reload reload;
  if (field["command"].is_set()) reload.command = field["command"].command();
  if (field["command"].is_set() && reload.command.empty())
    field["command"].error("reload without a command does nothing", "write {command: [caddy, reload]}");
  reload.signal = field["signal"].text();
  check_signal(field["signal"]);
  return reload;
}

}  // namespace

ServiceExtension bind_service_extension(const ConfigValue& field, BindContext& context) {
  check_keys(field,
             {{"job", "timeout", "pre_deploy", "singleton", "migration", "probe", "reload"},
              {"schedule", "overlap", "timezone", "backup", "watch"}},
             context);
  ServiceExtension extension;
  extension.job = field["job"].boolean();
  extension.timeout = field["timeout"].positive_duration();
  extension.pre_deploy = bind_pre_deploy(field["pre_deploy"], context);
  extension.singleton = field["singleton"].boolean();
  check_keys(field["migration"], {{"reversible"}, {}}, context);
  extension.migration_reversible = field["migration"]["reversible"].boolean(true);
  extension.probe_by_engine = is_word(field["probe"], "engine");
  extension.reload = bind_reload(field["reload"], context);
  if (extension.job && extension.reload)
    field["reload"].error("a job is not reloaded: it runs to its end", "take reload out");
  return extension;
}

StackExtension bind_stack_extension(const ConfigValue& field, BindContext& context) {
  check_keys(field, {{"deadline", "releases", "verify"}, {"source", "webhooks", "notify"}}, context);
  StackExtension extension;
  extension.deadline = field["deadline"].positive_duration().value_or(extension.deadline);
  const ConfigValue releases = field["releases"];
  check_keys(releases, {{"keep", "logs"}, {}}, context);
  extension.releases_keep = releases["keep"].optional_integer().value_or(extension.releases_keep);
  if (extension.releases_keep < 1) releases["keep"].error("at least one release must be kept");
  extension.releases_logs_bytes = releases["logs"].size_bytes().value_or(extension.releases_logs_bytes);
  extension.verify = bind_verify(field["verify"], context);
  return extension;
}

bool bind_network_extension(const ConfigValue& field, BindContext& context) {
  check_keys(field, {{"join"}, {}}, context);
  return is_word(field["join"], "ready");
}

}  // namespace stackd::compose
