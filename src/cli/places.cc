#include "cli/places.h"

#include <charconv>

#include "base/text.h"

namespace stackd::cli {
namespace {

using compose::Node;

const Node* find_place(const Node& at, std::string_view path);

// Names may have dots in them: whatever key the path begins with is tried.
const Node* find_in_map(const Node& at, std::string_view path) {
  for (const compose::Entry& entry : at.as_map()) {
    if (path == entry.key) return &entry.value;
    const bool leads = starts_with(path, entry.key) && path[entry.key.size()] == '.';
    const Node* found = leads ? find_place(entry.value, path.substr(entry.key.size() + 1)) : nullptr;
    if (found != nullptr) return found;
  }
  return nullptr;
}

const Node* find_in_list(const Node& at, std::string_view path) {
  const std::string_view head = path.substr(0, path.find('.'));
  std::size_t index = 0;
  const auto [end, code] = std::from_chars(head.data(), head.data() + head.size(), index);
  if (code != std::errc() || end != head.data() + head.size() || index >= at.as_list().size()) return nullptr;
  const Node& element = at.as_list()[index];
  return head.size() == path.size() ? &element : find_place(element, path.substr(head.size() + 1));
}

const Node* find_place(const Node& at, std::string_view path) {
  if (at.is_map()) return find_in_map(at, path);
  return at.is_list() ? find_in_list(at, path) : nullptr;
}

std::string with_place(const compose::Project& project, const std::string& line) {
  const std::size_t begin = line.find_first_not_of(" -");
  const std::size_t colon = line.find(": ");
  if (begin == std::string::npos || colon == std::string::npos || colon < begin) return line;
  const Node* node = find_place(project.model, std::string_view(line).substr(begin, colon - begin));
  if (node == nullptr) return line;
  const Position at = node->position();
  if (at.file.empty() || at.line == 0) return line;
  const std::string place = at.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
  return line.substr(0, begin) + place + line.substr(begin);
}

}  // namespace

std::string with_places(const compose::Project& project, const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) line = with_place(project, line);
  return join(lines, "\n");
}

}  // namespace stackd::cli
