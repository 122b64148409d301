#include "compose/canonical/check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "compose/canonical/dependency_cycle.h"
#include "model/stack.h"

namespace stackd::compose {

namespace {

std::string text_at(const Node& node, std::string_view key) {
  const Node* value = node.find(key);
  return value != nullptr && value->is_text() ? value->as_text() : std::string();
}

const Node* below(const Node& node, std::initializer_list<std::string_view> keys) {
  const Node* at = &node;
  for (const std::string_view key : keys) at = at == nullptr ? nullptr : at->find(key);
  return at;
}

std::vector<std::string> keys_of(const Node* map) {
  std::vector<std::string> keys;
  if (map == nullptr || !map->is_map()) return keys;
  for (const Entry& entry : map->as_map()) keys.push_back(entry.key);
  return keys;
}

const List& items_of(const Node* list) {
  static const List none;
  return list != nullptr && list->is_list() ? list->as_list() : none;
}

Mark mark_of(const Node* node, Mark otherwise) {
  return node != nullptr && node->mark().source != nullptr ? node->mark() : otherwise;
}

class Consistency {
 public:
  Consistency(const Node& model, const Map& disabled, Report& report)
      : model_(model), disabled_(disabled), report_(report) {}

  void service(const Entry& entry);

 private:
  void error(std::string message, Mark mark, std::string advice = {}) {
    report_.error("services." + *name_ + ": " + std::move(message), mark, std::move(advice));
  }
  void origin(const Entry& entry);
  void build(const Node& service, Mark mark);
  void networks(const Node& service);
  void health(const Node& service);
  void dependencies(const Node& service);
  void resources(const Node& service);
  void reference(std::string_view section, std::string_view what, const std::string& name, Mark mark);
  void mounts(const Node& service);
  void scale(const Node& service);
  void limits(const Node& service);
  void limit(const Node& service, std::string_view key, std::initializer_list<std::string_view> block,
             std::string_view other);
  void watch(const Node& service);
  /// A known name near to this one, as advice.
  [[nodiscard]] std::string meant(const std::string& name, std::string_view section) const {
    return report_.wants_advice() ? did_you_mean(name, keys_of(model_.find(section))) : std::string();
  }
  [[nodiscard]] bool is_service(const std::string& name) const {
    return below(model_, {"services", name}) != nullptr;
  }

  const Node& model_;
  const Map& disabled_;
  Report& report_;
  const std::string* name_ = nullptr;
};

void Consistency::origin(const Entry& entry) {
  const Node& service = entry.value;
  if (service.tag() == NodeTag::damaged || service.find("build") || service.find("provider") ||
      !text_at(service, "image").empty())
    return;
  error("there is neither an image nor a build", entry.key_mark, "add image: NAME or build: FOLDER");
}

void Consistency::build(const Node& service, Mark mark) {
  const Node* build = service.find("build");
  if (build == nullptr) return;
  if (!text_at(*build, "dockerfile").empty() && !text_at(*build, "dockerfile_inline").empty())
    error("dockerfile and dockerfile_inline exclude each other",
          mark_of(build->find("dockerfile_inline"), mark), "keep one of them");
  if (const Node* contexts = build->find("additional_contexts")) {
    for (const Entry& context : contexts->as_map()) {
      if (!context.value.is_text() || !starts_with(context.value.as_text(), service_prefix)) continue;
      const std::string target = context.value.as_text().substr(service_prefix.size());
      const Node* other = below(model_, {"services", target});
      if (other == nullptr) {
        error("the build context " + quote(context.key) + " refers to the unknown service " + quote(target),
              context.value.mark(), meant(target, "services"));
      } else if (other->find("build") == nullptr) {
        error("the build context " + quote(context.key) + " refers to " + quote(target) +
                  ", which is not built",
              context.value.mark());
      }
    }
  }
  const std::string platform = text_at(service, "platform");
  const List& platforms = items_of(build->find("platforms"));
  const bool listed = std::any_of(platforms.begin(), platforms.end(),
                                  [&](const Node& one) { return one.as_text() == platform; });
  if (!platforms.empty() && !platform.empty() && !listed)
    error("build.platforms must include the platform " + quote(platform),
          mark_of(build->find("platforms"), mark));
}

void Consistency::reference(std::string_view section, std::string_view what, const std::string& name,
                            Mark mark) {
  if (below(model_, {section, name}) != nullptr) return;
  if (name.empty()) return error("the " + std::string(what) + " has no source", mark, "add source: NAME");
  const std::string near = meant(name, section);
  error("the " + std::string(what) + " " + quote(name) + " is not defined", mark,
        near.empty() ? "define it below the top-level " + std::string(section) + ":" : near);
}

void Consistency::networks(const Node& service) {
  const Node* mode = service.find("network_mode");
  const Node* networks = service.find("networks");
  if (mode != nullptr && networks != nullptr) {
    report_.error({.message = "services." + *name_ + ": network_mode and networks exclude each other",
                   .mark = mode->mark(),
                   .advice = "keep one of them",
                   .related = "the networks are here",
                   .related_mark = networks->mark()});
  }
  if (networks != nullptr)
    for (const Entry& network : networks->as_map())
      reference("networks", "network", network.key, network.key_mark);
  if (mode == nullptr || !starts_with(mode->as_text(), service_prefix)) return;
  const std::string target = mode->as_text().substr(service_prefix.size());
  if (!is_service(target))
    error("network_mode refers to the unknown service " + quote(target), mode->mark(),
          meant(target, "services"));
}

void Consistency::health(const Node& service) {
  const List& test = items_of(below(service, {"healthcheck", "test"}));
  if (test.empty()) return;
  const std::string& first = test.front().as_text();
  if (first != "CMD" && first != "CMD-SHELL" && first != "NONE")
    error("healthcheck.test starts with " + quote(first), test.front().mark(),
          "start the list with \"CMD\", \"CMD-SHELL\" or \"NONE\"");
}

std::string first_profile_of(const Node& service) {
  const Node* profiles = service.find("profiles");
  return profiles == nullptr || profiles->as_list().empty() ? "NAME" : profiles->as_list().front().as_text();
}

void Consistency::dependencies(const Node& service) {
  const Node* dependencies = service.find("depends_on");
  if (dependencies == nullptr) return;
  for (const Entry& dependency : dependencies->as_map()) {
    if (is_service(dependency.key)) continue;
    const Node* required = dependency.value.find("required");
    const bool disabled = disabled_.contains(dependency.key);
    if (disabled && required != nullptr && !required->as_boolean()) continue;
    if (disabled) {
      error("it depends on " + quote(dependency.key) + ", which no active profile enables",
            dependency.key_mark,
            "--profile " + first_profile_of(*disabled_.find(dependency.key)) +
                " enables it; else give both the same profiles, or write required: false");
    } else {
      error("it depends on the unknown service " + quote(dependency.key), dependency.key_mark,
            meant(dependency.key, "services"));
    }
  }
}

void Consistency::resources(const Node& service) {
  for (const Node& volume : items_of(service.find("volumes"))) {
    const std::string source = text_at(volume, "source");
    if (text_at(volume, "type") == "volume" && !source.empty())
      reference("volumes", "volume", source, mark_of(volume.find("source"), volume.mark()));
  }
  for (const Node& secret : items_of(below(service, {"build", "secrets"})))
    reference("secrets", "build secret", text_at(secret, "source"), secret.mark());
  for (const Node& config : items_of(service.find("configs")))
    reference("configs", "config", text_at(config, "source"), config.mark());
  for (const Node& secret : items_of(service.find("secrets")))
    reference("secrets", "secret", text_at(secret, "source"), secret.mark());
  if (const Node* models = service.find("models"))
    for (const Entry& model : models->as_map()) reference("models", "model", model.key, model.key_mark);
}

void Consistency::scale(const Node& service) {
  const Node* scale = service.find("scale");
  const Node* replicas = below(service, {"deploy", "replicas"});
  if (scale != nullptr && replicas != nullptr && !(*scale == *replicas)) {
    report_.error({.message = "services." + *name_ + ": scale and deploy.replicas differ",
                   .mark = scale->mark(),
                   .advice = "keep one of them",
                   .related = "the replicas are here",
                   .related_mark = replicas->mark()});
    return;
  }
  const Node* count = scale != nullptr ? scale : replicas;
  if (count == nullptr) return;
  if (*count->integer_value() < 0) error("there can't be a negative number of containers", count->mark());
  const Node* name = service.find("container_name");
  if (*count->integer_value() > 1 && name != nullptr) {
    report_.error({.message = "services." + *name_ + ": " + count->integer_text() +
                              " containers can't have one container_name",
                   .mark = name->mark(),
                   .advice = "remove container_name",
                   .related = "the number is here",
                   .related_mark = count->mark()});
  }
}

void Consistency::limit(const Node& service, std::string_view key,
                        std::initializer_list<std::string_view> block, std::string_view other) {
  const Node* value = service.find(key);
  const Node* there = below(service, block);
  if (value == nullptr || there == nullptr || !there->is_map()) return;
  const Node* same = there->find(other);
  const bool equal =
      same != nullptr &&
      (value->is_number() && same->is_number() ? value->as_real() == same->as_real() : *value == *same);
  if (equal) return;
  std::string path;
  for (const std::string_view part : block) path += std::string(part) + ".";
  report_.error({.message = "services." + *name_ + ": " + std::string(key) + " and " + path +
                            std::string(other) + " differ",
                 .mark = value->mark(),
                 .advice = "set it in " + path + std::string(other) + " only",
                 .related = "the other limits are here",
                 .related_mark = mark_of(same, there->mark())});
}

void Consistency::limits(const Node& service) {
  limit(service, "cpus", {"deploy", "resources", "limits"}, "cpus");
  limit(service, "mem_limit", {"deploy", "resources", "limits"}, "memory");
  limit(service, "mem_reservation", {"deploy", "resources", "reservations"}, "memory");
  limit(service, "pids_limit", {"deploy", "resources", "limits"}, "pids");
}

void Consistency::watch(const Node& service) {
  for (const Node& rule : items_of(below(service, {"develop", "watch"}))) {
    const std::string action = text_at(rule, "action");
    if (text_at(rule, "target").empty() && action != "rebuild" && action != "restart")
      error("the watch rule with the action " + quote(action) + " has no target", rule.mark(),
            "add target: with the path in the container");
  }
}

void Consistency::mounts(const Node& service) {
  std::map<std::string, Mark> targets;
  const auto add = [&](const std::string& target, Mark mark) {
    const auto [first, is_new] = targets.emplace(target, mark);
    if (is_new) return;
    report_.error({.message = "services." + *name_ + ": two mounts have the target " + target,
                   .mark = mark,
                   .related = "the other one is here",
                   .related_mark = first->second});
  };
  for (const Node& tmpfs : items_of(service.find("tmpfs"))) add(split(tmpfs.as_text(), ':')[0], tmpfs.mark());
  for (const Node& volume : items_of(service.find("volumes"))) add(text_at(volume, "target"), volume.mark());
}

void Consistency::service(const Entry& entry) {
  name_ = &entry.key;
  const Node& service = entry.value;
  origin(entry);
  build(service, entry.key_mark);
  networks(service);
  health(service);
  dependencies(service);
  resources(service);
  scale(service);
  limits(service);
  watch(service);
  mounts(service);
}

void copy_scale(Node& service) {
  const Node* scale = service.find("scale");
  Node* deploy = service.find("deploy");
  if (scale == nullptr || deploy == nullptr || deploy->find("replicas") != nullptr) return;
  deploy->as_map().set("replicas", *scale);
}

void check_secrets(const Node& model, Report& report) {
  const Node* secrets = model.find("secrets");
  if (secrets == nullptr) return;
  for (const Entry& secret : secrets->as_map()) {
    // One that has nothing at all was reported before.
    if (!secret.value.find("driver")) continue;
    if (secret.value.find("external") || !text_at(secret.value, "file").empty() ||
        !text_at(secret.value, "environment").empty())
      continue;
    report.error("secrets." + secret.key + " must have a file or an environment variable", secret.key_mark,
                 "add file: PATH or environment: NAME");
  }
}

}  // namespace

void check_consistency(Node& model, const Map& disabled, Report& report) {
  if (Node* services = model.find("services")) {
    Consistency consistency(model, disabled, report);
    for (const Entry& entry : services->as_map()) consistency.service(entry);
    for (Entry& entry : services->as_map()) copy_scale(entry.value);
    check_dependency_cycles(services->as_map(), report);
  }
  check_secrets(model, report);
}

void check_container_names(const Node& model, Report& report) {
  const Node* services = model.find("services");
  if (services == nullptr) return;
  std::map<std::string, Mark> names;
  for (const Entry& entry : services->as_map()) {
    const Node* name = entry.value.find("container_name");
    if (name == nullptr) continue;
    const auto [first, is_new] = names.emplace(name->as_text(), name->mark());
    if (is_new) continue;
    report.error(
        {.message = "services." + entry.key + ": the container name " + quote(name->as_text()) + " is taken",
         .mark = name->mark(),
         .advice = "give each container a name of its own",
         .related = "another service has it",
         .related_mark = first->second});
  }
}

void check_values(const Node& model, Report& report) {
  const Node* services = model.find("services");
  if (services == nullptr) return;
  for (const std::string_view section : {"secrets", "configs"}) {
    std::set<std::string> used;
    for (const Entry& service : services->as_map()) {
      for (const Node& reference : items_of(service.value.find(section)))
        used.insert(text_at(reference, "source"));
    }
    for (const std::string& key : used) {
      const Node* environment = below(model, {section, key, "environment"});
      if (environment == nullptr || below(model, {section, key, "content"}) != nullptr) continue;
      const std::string& name = environment->as_text();
      report.error(std::string(section) + "." + key + ": the variable " + name + " is not set",
                   environment->mark(),
                   "export it, write it into .env, or give it with --set " + name + "=…");
    }
  }
}

}  // namespace stackd::compose
