// What Docker's client configuration (~/.docker/config.json) says that we need: registry logins and the
// proxies that new containers are told about. Pure; credential helpers are not run.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/service.h"

namespace stackd::engine {

struct RegistryLogin {
  std::string user;
  std::string password;
  std::string identity_token;  // instead of a password
};

struct ClientConfig {
  std::map<std::string, RegistryLogin> logins;  // by registry as pull sees it: "registry.example:5000"
  std::map<std::string, std::string> helpers;   // credential helper by registry; "" is the one for all others
  Environment proxies;                          // HTTP_PROXY, http_proxy, … of every new container
};

/// An empty text is an empty configuration. `engine_url` chooses among the proxies ("default" else).
/// Errors: invalid.
Result<ClientConfig> read_client_config(std::string_view text, std::string_view engine_url = "");

/// The registry that a reference names; "docker.io" when it names none.
std::string registry_of(std::string_view reference);

/// The value of X-Registry-Auth for a pull; "" when there is no login.
std::string registry_auth(const ClientConfig& config, std::string_view reference);

/// The login file for a container that is given the engine's socket ("{"auths": …}").
std::string login_file(const ClientConfig& config);

}  // namespace stackd::engine
