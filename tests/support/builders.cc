#include "support/builders.h"

#include <algorithm>

#include "base/json.h"

namespace stackd::sim {
namespace {

json::object dependencies(const ServiceDraft& service) {
  json::object all;
  for (const auto& [name, dependency] : service.depends_on) {
    json::object one;
    one["condition"] = to_string(dependency.condition);
    if (dependency.restart) one["restart"] = true;
    one["required"] = dependency.required;
    all[name] = std::move(one);
  }
  return all;
}

json::object check(const ServiceDraft& service) {
  json::object check;
  check["test"] = json::array{"CMD", "true"};
  check["interval"] = to_go_string(service.interval);
  check["timeout"] = to_go_string(service.timeout);
  check["retries"] = service.retries;
  check["start_period"] = to_go_string(service.start_period);
  return check;
}

json::array mounts(const StackDraft& stack, const ServiceDraft& service) {
  json::array mounts;
  for (const std::string& volume : service.volumes) {
    json::object mount;
    mount["type"] = "volume";
    mount["source"] = volume.substr(0, volume.find(':'));
    mount["target"] = volume.substr(volume.find(':') + 1);
    mount["volume"] = json::object();
    mounts.push_back(std::move(mount));
  }
  if (!service.folder.empty()) {
    json::object mount;
    mount["type"] = "bind";
    mount["source"] = folder_path(stack.name, service.name);
    mount["target"] = "/etc/" + service.name;
    mount["read_only"] = true;
    mounts.push_back(std::move(mount));
  }
  if (!service.file.empty()) {
    json::object mount;
    mount["type"] = "bind";
    mount["source"] = file_path(stack.name, service.name);
    mount["target"] = "/etc/" + service.name + ".conf";
    mount["read_only"] = true;
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

json::array ports(const ServiceDraft& service) {
  json::array ports;
  for (const std::string& published : service.ports) {
    json::object port;
    port["mode"] = "ingress";
    port["target"] = 8080;
    port["published"] = published;
    port["protocol"] = "tcp";
    ports.push_back(std::move(port));
  }
  return ports;
}

json::object attachments(const StackDraft& stack) {
  json::object attachments{{"default", nullptr}};
  if (stack.has_backstage) attachments["backstage"] = nullptr;
  return attachments;
}

json::object service_object(const StackDraft& stack, const ServiceDraft& service) {
  json::object object;
  object["command"] = nullptr;
  object["entrypoint"] = nullptr;
  object["image"] = service.image;
  object["environment"] = json::object{{"GENERATION", service.generation}};
  if (!service.depends_on.empty()) object["depends_on"] = dependencies(service);
  if (!service.restart.empty()) object["restart"] = service.restart;
  if (service.has_check) object["healthcheck"] = check(service);
  if (service.network_of.empty()) {
    object["networks"] = attachments(stack);
  } else {
    object["network_mode"] = "service:" + service.network_of;
  }
  if (service.scale != 1) object["scale"] = service.scale;
  if (!service.volumes.empty() || has_files(service)) object["volumes"] = mounts(stack, service);
  if (!service.ports.empty()) object["ports"] = ports(service);
  if (service.job || service.singleton || service.reloads) {
    json::object extension;
    if (service.reloads) extension["reload"] = json::object{{"signal", "HUP"}};
    if (service.job) extension["job"] = true;
    if (service.singleton) extension["singleton"] = true;
    object["x-stackd"] = std::move(extension);
  }
  return object;
}

json::object stack_extension(const StackDraft& stack) {
  json::object extension;
  extension["deadline"] = "5m0s";  // within the time that the simulated world waits
  json::array verify;
  for (const std::string& service : stack.pages) {
    json::object page;
    page["url"] = "http://" + service + "." + stack.name + "/";
    page["status"] = stack.asks_in_vain ? 418 : 200;
    page["within"] = stack.asks_in_vain ? "3s" : "2m0s";
    verify.push_back(std::move(page));
  }
  if (!verify.empty()) extension["verify"] = std::move(verify);
  return extension;
}

}  // namespace

const ServiceDraft* StackDraft::find(const std::string& service) const {
  const auto found = std::find_if(services.begin(), services.end(),
                                  [&service](const ServiceDraft& draft) { return draft.name == service; });
  return found == services.end() ? nullptr : &*found;
}

bool StackDraft::is_job(const std::string& service) const {
  const ServiceDraft* own = find(service);
  if (own != nullptr && own->job) return true;
  return std::any_of(services.begin(), services.end(), [&service](const ServiceDraft& draft) {
    const auto found = draft.depends_on.find(service);
    return found != draft.depends_on.end() && found->second.condition == DependencyCondition::completed;
  });
}

std::string folder_path(const std::string& stack, const std::string& service) {
  return "/srv/" + stack + "/conf/" + service;
}

std::string file_path(const std::string& stack, const std::string& service) {
  return "/srv/" + stack + "/" + service + ".conf";
}

bool has_files(const ServiceDraft& service) {
  return !service.folder.empty() || !service.file.empty();
}

std::vector<std::pair<std::string, std::string>> mounted_files(const std::string& stack,
                                                               const ServiceDraft& service) {
  std::vector<std::pair<std::string, std::string>> files;
  if (!service.folder.empty()) files.emplace_back(folder_file(stack, service.name), service.folder);
  if (!service.file.empty()) files.emplace_back(file_path(stack, service.name), service.file);
  return files;
}

std::string folder_file(const std::string& stack, const std::string& service) {
  return folder_path(stack, service) + "/app.conf";
}

std::string canonical_text(const StackDraft& stack) {
  json::object services;
  json::object volumes;
  for (const ServiceDraft& service : stack.services) {
    services[service.name] = service_object(stack, service);
    for (const std::string& volume : service.volumes) {
      const std::string key = volume.substr(0, volume.find(':'));
      volumes[key] = json::object{{"name", stack.name + "_" + key}};
    }
  }
  json::object network{{"name", stack.name + "_default"}, {"ipam", json::object()}};
  if (!stack.network.empty()) network["labels"] = json::object{{"generation", stack.network}};
  json::object root;
  root["name"] = stack.name;
  root["services"] = std::move(services);
  json::object networks{{"default", std::move(network)}};
  if (stack.has_backstage)
    networks["backstage"] = json::object{{"name", stack.name + "_backstage"}, {"ipam", json::object()}};
  root["networks"] = std::move(networks);
  if (!volumes.empty()) root["volumes"] = std::move(volumes);
  root["x-stackd"] = stack_extension(stack);
  return to_text(json::value(std::move(root)));
}

Dependency waits_for(DependencyCondition condition, bool restart) {
  Dependency dependency;
  dependency.condition = condition;
  dependency.restart = restart;
  return dependency;
}

}  // namespace stackd::sim
