// Advice on what others can reach or read: ports, routes, secrets, files.
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "compose/advice/advice_parts.h"
#include "compose/read/dotenv.h"
#include "compose/read/git_index.h"
#include "compose/read/paths.h"

namespace stackd::compose {
namespace {

bool is_everywhere(const std::string& host_ip) {
  return host_ip.empty() || host_ip == "0.0.0.0" || host_ip == "::";
}

// Whoever publishes these means the world.
bool is_web_port(const std::string& published) {
  return published == "80" || published == "443";
}

void advise_on_ports(Advisor& advisor, const Service& service) {
  for (const PortMapping& port : service.ports) {
    if (port.published.empty() || !is_everywhere(port.host_ip) || is_web_port(port.published)) continue;
    advisor.say("open-port", advisor.key_mark({"services", service.name, "ports"}),
                "port " + port.published + " of " + service.name +
                    " is open to everybody who reaches this host, past most firewalls",
                "bind it to this host: 127.0.0.1:" + port.published + ":" + std::to_string(port.target));
  }
}

// Docker 20.10 takes the network whose name sorts first for the default route, and moves the route when
// such a one is joined later.
void advise_on_default_route(Advisor& advisor, const Service& service) {
  for (const auto& [key, attachment] : service.networks) {
    auto found = advisor.stack.networks.find(key);
    if (found == advisor.stack.networks.end() || attachment.gateway_priority != 0) continue;
    const NetworkDefinition& network = found->second;
    if (!network.join_when_ready || network.internal) continue;
    const bool is_first =
        std::all_of(service.networks.begin(), service.networks.end(), [&](const auto& other) {
          auto definition = advisor.stack.networks.find(other.first);
          return definition == advisor.stack.networks.end() || network.name <= definition->second.name;
        });
    if (!is_first) continue;
    advisor.say("default-route", advisor.key_mark({"services", service.name, "networks", key}),
                "network " + network.name + " sorts before the other networks of " + service.name +
                    ": joining it moves the default route",
                "make it internal, or give it a name that sorts after the others");
  }
}

struct SecretUse {
  std::string service;
  std::string value;
};

void advise_on_differing(Advisor& advisor, const std::string& variable, const std::vector<SecretUse>& uses) {
  auto other = std::find_if(uses.begin(), uses.end(),
                            [&](const SecretUse& use) { return use.value != uses.front().value; });
  if (other == uses.end()) return;
  const std::string& first = uses.front().service;
  Diagnostic diagnostic;
  diagnostic.message = variable + " has one value in " + first + " and another in " + other->service;
  diagnostic.mark = advisor.key_mark({"services", other->service, "environment", variable});
  diagnostic.advice = "take both from one variable, or give them two names if they are two secrets";
  diagnostic.related = "the value in " + first;
  diagnostic.related_mark = advisor.key_mark({"services", first, "environment", variable});
  advisor.say("secret-differs", std::move(diagnostic));
}

// A reason to look after a file: a variable in it that is secret and has a value.
std::string secret_in(const std::string& text) {
  Variables variables;
  UnsetNames unset;
  const Lookup nothing = [](const std::string&) { return std::optional<std::string>(); };
  // An error is the loader's to tell; what was read before it counts here.
  static_cast<void>(read_dotenv(text, nothing, variables, unset));
  for (const Variable& variable : variables.all())
    if (is_secret_name(variable.name) && !variable.value.empty()) return variable.name;
  return {};
}

// The env files of the project and of its services, each once.
std::map<std::string, Mark> env_files(const Advisor& advisor) {
  std::map<std::string, Mark> paths;
  paths[join_path(advisor.project.directory, ".env")] = Mark{};
  for (const std::string& path : advisor.project.env_files) paths[path] = Mark{};
  const Node* services = advisor.project.model.find("services");
  if (services == nullptr || !services->is_map()) return paths;
  for (const Entry& service : services->as_map()) {
    const Node* files = service.value.find("env_file");
    if (files == nullptr || !files->is_list()) continue;
    for (const Node& file : files->as_list()) {
      const Node* path = file.is_map() ? file.find("path") : &file;
      if (path != nullptr && path->is_text()) paths.emplace(path->as_text(), path->mark());
    }
  }
  return paths;
}

void advise_on_missing(Advisor& advisor, std::string_view section,
                       const std::map<std::string, FileDefinition>& definitions,
                       std::vector<FileReference> Service::*references) {
  const auto user_of = [&advisor, references](const std::string& key) {
    return std::find_if(advisor.stack.services.begin(), advisor.stack.services.end(), [&](const auto& entry) {
      const std::vector<FileReference>& wanted = entry.second.*references;
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](const FileReference& reference) { return reference.source == key; });
    });
  };
  for (const auto& [key, definition] : definitions) {
    if (definition.file.empty() || advisor.files.kind(definition.file) != FileKind::absent) continue;
    const auto user = user_of(key);
    if (user == advisor.stack.services.end()) continue;
    advisor.say("missing-file", advisor.value_mark({section, key, "file"}),
                definition.file + " does not exist, and " + user->first + " needs it",
                "make it before the deploy, which is refused without it");
  }
}

}  // namespace

bool is_secret_name(std::string_view variable) {
  constexpr std::array<std::string_view, 6> words = {"password", "passwd",  "secret",
                                                     "token",    "api_key", "private_key"};
  const std::string name = to_lower(variable);
  if (ends_with(name, "_file") || ends_with(name, "_path")) return false;
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

void advise_on_networks(Advisor& advisor) {
  for (const auto& [name, service] : advisor.stack.services) {
    advise_on_ports(advisor, service);
    advise_on_default_route(advisor, service);
  }
}

void advise_on_secrets(Advisor& advisor) {
  std::map<std::string, std::vector<SecretUse>> uses;  // by variable
  for (const auto& [name, service] : advisor.stack.services) {
    for (const auto& [variable, value] : service.environment) {
      if (!is_secret_name(variable) || !value) continue;
      if (!value->empty()) {
        uses[variable].push_back({name, *value});
        continue;
      }
      advisor.say("empty-secret", advisor.key_mark({"services", name, "environment", variable}),
                  variable + " of " + name + " is empty", "give it a value, or take it out");
    }
  }
  for (const auto& [variable, all] : uses) advise_on_differing(advisor, variable, all);
  for (const auto& [key, secret] : advisor.stack.secrets) {
    Result<std::string> file = secret.file.empty() ? Result<std::string>(secret.content.value_or("-"))
                                                   : advisor.files.read(secret.file);
    if (!file || !trim(*file).empty()) continue;
    advisor.say("empty-secret", advisor.key_mark({"secrets", key}), "secret " + key + " is empty",
                secret.file.empty() ? "give it a value" : "write the secret into " + secret.file);
  }
}

void advise_on_env_files(Advisor& advisor) {
  for (const auto& [path, mark] : env_files(advisor)) {
    Result<std::string> text = advisor.files.read(path);
    if (!text) continue;
    const std::string secret = secret_in(*text);
    if (secret.empty()) continue;
    if (is_tracked_by_git(path, advisor.files)) {
      advisor.say("env-file-in-git", mark, path + " holds " + secret + " and is tracked by git",
                  "git rm --cached it, name it in .gitignore, and change the secret");
    }
    if (advisor.files.is_readable_by_everybody(path)) {
      advisor.say("env-file-readable", mark,
                  path + " holds " + secret + " and everybody on this host may read it", "chmod 600 " + path);
    }
  }
}

void advise_on_missing_files(Advisor& advisor) {
  advise_on_missing(advisor, "secrets", advisor.stack.secrets, &Service::secrets);
  advise_on_missing(advisor, "configs", advisor.stack.configs, &Service::configs);
}

}  // namespace stackd::compose
