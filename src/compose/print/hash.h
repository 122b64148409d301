// What Compose calls the config hash: by its label, `docker compose` knows whether a container, network or
// volume is still what the file asks for.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "compose/read/node.h"
#include "model/hash_dialect.h"

namespace stackd::compose {

/// The text that is hashed for the label of a container. Where the service refers to another one, the text
/// holds \x01 KIND ':' SERVICE \x01; whoever creates the container puts in "container:<id>" for the kind
/// `container` and the bare id for the kind `id`, then takes the SHA-256. "" when `service` does not tell
/// what the dialect hashes. `service` is one of the canonical model.
std::string service_hash_text(const Node& service, HashDialect dialect);

/// The same of the other dialects, where it differs from `usual`, which is that of v2, or is not certain.
std::map<HashDialect, HashText> other_hash_texts(const Node& service, const std::string& usual);

/// What `config --hash` shows: references by name, env files by path.
std::string printed_service_hash(const Node& service);

std::string network_hash(const Node& network, HashDialect dialect);
std::string volume_hash(const Node& volume, HashDialect dialect);

}  // namespace stackd::compose
