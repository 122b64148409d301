#include "cli/secrets.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stackd::cli {
namespace {

constexpr std::array<std::string_view, 7> telling = {"password", "passwd", "passphrase", "secret",
                                                     "token",    "key",    "credential"};

/// scheme://user:password@host
bool holds_password(std::string_view value) {
  const std::size_t scheme = value.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = value.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::size_t colon = authority.find(':');
  return colon < at && colon + 1 < at;
}

const compose::Node* below(const compose::Node* node, std::string_view key) {
  return node == nullptr ? nullptr : node->find(key);
}

void hide_in(compose::Node* values, const compose::Node* before) {
  if (values == nullptr || !values->is_map()) return;
  for (compose::Entry& entry : values->as_map()) {
    if (entry.value.is_null() || entry.value.is_map() || entry.value.is_list()) continue;
    const std::string text = entry.value.is_text() ? entry.value.as_text() : std::string();
    if (!looks_secret(entry.key, text)) continue;
    const compose::Node* old = below(before, entry.key);
    const bool changed = old != nullptr && !(*old == entry.value);
    entry.value = compose::Node::text(changed ? "(hidden, changed)" : std::string(hidden_value));
  }
}

// What came from a variable may be secret, whatever its name: Compose never prints it.
void hide_values(compose::Node& configuration, const compose::Node* before, std::string_view section) {
  compose::Node* resources = configuration.find(section);
  if (resources == nullptr || !resources->is_map()) return;
  for (compose::Entry& entry : resources->as_map()) {
    compose::Node* content = entry.value.find("content");
    if (content == nullptr || entry.value.find("environment") == nullptr) continue;
    const compose::Node* old = below(below(below(before, section), entry.key), "content");
    const bool changed = old != nullptr && !(*old == *content);
    *content = compose::Node::text(changed ? "(hidden, changed)" : std::string(hidden_value));
  }
}

}  // namespace

bool looks_secret(std::string_view name, std::string_view value) {
  const std::string small = to_lower(name);
  const bool told = std::any_of(telling.begin(), telling.end(), [&small](std::string_view part) {
    return small.find(part) != std::string::npos;
  });
  return told || holds_password(value);
}

void hide_secrets(compose::Node& configuration, const compose::Node* before) {
  for (const std::string_view section : {"secrets", "configs"}) hide_values(configuration, before, section);
  compose::Node* services = configuration.find("services");
  if (services == nullptr || !services->is_map()) return;
  const compose::Node* services_before = below(before, "services");
  for (compose::Entry& service : services->as_map()) {
    const compose::Node* old = below(services_before, service.key);
    hide_in(service.value.find("environment"), below(old, "environment"));
    if (compose::Node* build = service.value.find("build")) {
      hide_in(build->find("args"), below(below(old, "build"), "args"));
    }
  }
}

std::set<std::string> variables_of_secrets(const compose::Node& configuration) {
  std::set<std::string> names;
  for (const std::string_view section : {"secrets", "configs"}) {
    const compose::Node* resources = configuration.find(section);
    if (resources == nullptr || !resources->is_map()) continue;
    for (const compose::Entry& entry : resources->as_map()) {
      const compose::Node* name = entry.value.find("environment");
      if (name != nullptr && name->is_text()) names.insert(name->as_text());
    }
  }
  return names;
}

}  // namespace stackd::cli
