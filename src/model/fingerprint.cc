#include "model/fingerprint.h"

#include "base/hash.h"

namespace stackd {
namespace {

constexpr char mark = '\x01';

// Calls `text` for every literal part and `reference` for every "kind:service" between two marks.
template <typename OnText, typename OnReference>
void walk(std::string_view hash_text, OnText on_text, OnReference on_reference) {
  while (!hash_text.empty()) {
    std::size_t open = hash_text.find(mark);
    on_text(hash_text.substr(0, open));
    if (open == std::string_view::npos) return;
    hash_text.remove_prefix(open + 1);
    std::size_t close = hash_text.find(mark);
    if (close == std::string_view::npos) return;
    std::string_view reference = hash_text.substr(0, close);
    std::size_t colon = reference.find(':');
    if (colon != std::string_view::npos)
      on_reference(reference.substr(0, colon), reference.substr(colon + 1));
    hash_text.remove_prefix(close + 1);
  }
}

void add_contents(std::string& text, std::string_view kind, const std::vector<FileReference>& references,
                  const std::map<std::string, FileDefinition>& definitions) {
  for (const FileReference& reference : references) {
    const auto found = definitions.find(reference.source);
    if (found == definitions.end() || !found->second.content) continue;
    // Not by its key: in a gate it may have another one.
    const std::string& target = reference.target.empty() ? reference.source : reference.target;
    text += std::string(kind) + " " + target + " " + sha256_hex(*found->second.content) + "\n";
  }
}

}  // namespace

std::string config_hash(const Service& service, const ContainerOfService& container_of, HashDialect dialect) {
  const auto other = service.hash_texts.find(dialect);
  std::string resolved;
  walk(
      other != service.hash_texts.end() ? other->second.text : service.hash_text,
      [&](std::string_view text) { resolved += text; },
      [&](std::string_view kind, std::string_view name) {
        if (kind == "container") resolved += "container:";
        resolved += container_of(name);
      });
  return sha256_hex(resolved);
}

std::vector<std::string> referenced_services(const Service& service) {
  std::vector<std::string> names;
  walk(
      service.hash_text, [](std::string_view) {},
      [&](std::string_view, std::string_view name) { names.emplace_back(name); });
  return names;
}

std::string contents_fingerprint(const Stack& stack, const Service& service) {
  std::string text;
  add_contents(text, "secret", service.secrets, stack.secrets);
  add_contents(text, "config", service.configs, stack.configs);
  return text.empty() ? text : sha256_hex(text);
}

}  // namespace stackd
