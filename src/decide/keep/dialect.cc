#include "decide/keep/dialect.h"

#include <algorithm>

#include "model/fingerprint.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

void consider(std::string& newest, const Labels& labels) {
  const auto version = labels.find(std::string(label::version));
  if (version == labels.end() || dialect_of(version->second) != HashDialect::v5) return;
  newest = std::max(newest, version->second);
}

}  // namespace

std::string compose_version_of(const Observed& observed) {
  std::string newest;
  for (const auto& [id, container] : observed.containers) consider(newest, container.labels);
  for (const auto& [name, network] : observed.networks) consider(newest, network.labels);
  for (const auto& [name, volume] : observed.volumes) consider(newest, volume.labels);
  return newest;
}

}  // namespace stackd::decide
