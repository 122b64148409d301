#include "engine/credentials.h"

#include <array>

#include "base/encoding.h"
#include "base/json.h"
#include "base/text.h"

namespace stackd::engine {
namespace {

constexpr std::string_view docker_hub = "docker.io";
constexpr std::string_view docker_hub_key = "https://index.docker.io/v1/";

/// "https://registry.example/v1/" → "registry.example"; all names of Docker's own registry are one.
std::string registry_name(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (starts_with(key, scheme)) key.remove_prefix(scheme.size());
  }
  const std::string_view host = key.substr(0, key.find('/'));
  if (host == "index.docker.io" || host == "registry-1.docker.io") return std::string(docker_hub);
  return std::string(host);
}

RegistryLogin login_of(const JsonReader& entry) {
  RegistryLogin login;
  login.user = entry.text("username");
  login.password = entry.text("password");
  login.identity_token = entry.text("identitytoken");
  Result<std::string> both = from_base64(entry.text("auth"));
  if (both && !both->empty()) {
    const std::size_t colon = both->find(':');
    login.user = both->substr(0, colon);
    if (colon != std::string::npos) login.password = both->substr(colon + 1);
    // Some clients pad the password.
    while (ends_with(login.password, std::string_view("\0", 1))) login.password.pop_back();
  }
  return login;
}

Environment proxies_of(const JsonReader& entry) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> names{{
      {"httpProxy", "HTTP_PROXY"},
      {"httpsProxy", "HTTPS_PROXY"},
      {"noProxy", "NO_PROXY"},
      {"ftpProxy", "FTP_PROXY"},
      {"allProxy", "ALL_PROXY"},
  }};
  Environment proxies;
  for (const auto& [key, variable] : names) {
    const std::string value = entry.text(key);
    if (value.empty()) continue;
    proxies[std::string(variable)] = value;
    proxies[to_lower(variable)] = value;
  }
  return proxies;
}

}  // namespace

Result<ClientConfig> read_client_config(std::string_view text, std::string_view engine_url) {
  ClientConfig config;
  if (trim(text).empty()) return config;
  constexpr std::string_view what = "docker's config.json";
  Result<json::value> parsed = parse_json(text);
  if (!parsed) return parsed.error().while_doing(what);
  const JsonReader reader(*parsed, what);
  for (const auto& [key, entry] : reader.object_map("auths")) {
    RegistryLogin login = login_of(entry);
    // With a helper the entry is there, but empty.
    if (login.user.empty() && login.identity_token.empty()) continue;
    config.logins[registry_name(key)] = std::move(login);
  }
  for (const auto& [registry, helper] : reader.text_map("credHelpers")) {
    config.helpers[registry_name(registry)] = helper;
  }
  const std::string store = reader.text("credsStore");
  if (!store.empty()) config.helpers[""] = store;
  const std::map<std::string, JsonReader> proxies = reader.object_map("proxies");
  auto chosen = proxies.find(std::string(engine_url));
  if (chosen == proxies.end()) chosen = proxies.find("default");
  if (chosen != proxies.end()) config.proxies = proxies_of(chosen->second);
  Result<void> finished = reader.finish();
  if (!finished) return finished.error();
  return config;
}

std::string registry_of(std::string_view reference) {
  const std::size_t slash = reference.find('/');
  if (slash == std::string_view::npos) return std::string(docker_hub);
  const std::string_view first = reference.substr(0, slash);
  const bool is_host = first.find_first_of(".:") != std::string_view::npos || first == "localhost";
  return is_host ? registry_name(first) : std::string(docker_hub);
}

std::string registry_auth(const ClientConfig& config, std::string_view reference) {
  const std::string registry = registry_of(reference);
  const auto found = config.logins.find(registry);
  if (found == config.logins.end()) return "";
  const RegistryLogin& login = found->second;
  json::object auth;
  if (login.identity_token.empty()) {
    auth["username"] = login.user;
    auth["password"] = login.password;
  } else {
    auth["identitytoken"] = login.identity_token;
  }
  auth["serveraddress"] = registry == docker_hub ? std::string(docker_hub_key) : registry;
  return base64_url(to_text(json::value(auth)));
}

std::string login_file(const ClientConfig& config) {
  json::object auths;
  for (const auto& [registry, login] : config.logins) {
    json::object entry;
    entry["auth"] = base64(login.user + ":" + login.password);
    if (!login.identity_token.empty()) entry["identitytoken"] = login.identity_token;
    auths[registry == docker_hub ? std::string(docker_hub_key) : registry] = std::move(entry);
  }
  return to_text(json::value(json::object{{"auths", std::move(auths)}}));
}

}  // namespace stackd::engine
