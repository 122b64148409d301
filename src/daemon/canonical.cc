#include "daemon/canonical.h"

#include "base/text.h"
#include "compose/node_json.h"
#include "daemon/records.h"
#include "decide/order.h"

namespace stackd::daemon {
namespace {

Result<void> check_named(const Stack& stack, const std::vector<std::string>& services) {
  std::vector<std::string> known;
  for (const auto& [name, service] : stack.services) known.push_back(name);
  for (const std::string& name : services) {
    if (stack.services.count(name) > 0) continue;
    std::string meant = nearest(name, known);
    return Error{ErrorKind::not_found,
                 "no such service: " + name + (meant.empty() ? "" : "; did you mean " + meant + "?")};
  }
  return {};
}

// Everything below `key` that `into` lacks.
void add_missing(compose::Node& into, const compose::Node& from, const char* key) {
  const compose::Node* source = from.find(key);
  if (source == nullptr || !source->is_map()) return;
  if (into.find(key) == nullptr) into.as_map().set(key, compose::Node::map());
  compose::Map& target = into.find(key)->as_map();
  for (const compose::Entry& entry : source->as_map()) {
    if (!target.contains(entry.key)) target.set(entry.key, entry.value);
  }
}

}  // namespace

Result<std::string> with_rest_of_release(store::Store& store, const Deploy& deploy, std::int64_t current) {
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(deploy.canonical, deploy.source);
  if (!stack) return stack.error();
  Result<void> named = check_named(**stack, deploy.services);
  if (!named) return named.error();
  std::set<std::string> chosen = decide::with_dependencies(**stack, deploy.services);
  Result<compose::Node> model = compose::node_from_json(deploy.canonical);
  if (!model) return model.error();
  compose::Map services;
  for (const compose::Entry& entry : model->find("services")->as_map()) {
    if (chosen.count(entry.key) > 0) services.set(entry.key, entry.value);
  }
  model->as_map().set("services", compose::Node::map(std::move(services)));
  if (current == 0) return compose::to_json(*model);
  Result<std::optional<Release>> release = store.release(deploy.stack, current);
  if (!release) return release.error();
  if (!*release)
    return Error{ErrorKind::internal, "release " + std::to_string(current) + " is not in the store"};
  Result<compose::Node> before = compose::node_from_json((*release)->canonical);
  if (!before) return before.error();
  for (const char* key : {"services", "networks", "volumes", "secrets", "configs"})
    add_missing(*model, *before, key);
  return compose::to_json(*model);
}

}  // namespace stackd::daemon
