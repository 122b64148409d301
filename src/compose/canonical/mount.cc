#include "compose/canonical/mount.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "compose/read/paths.h"

namespace stackd::compose {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<signed char>(c) < 0;
}

/// How many letters does the text hold, counted in characters? Only one is told from more.
bool is_one_letter(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return false;
  const auto characters = std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return characters == 1;
}

bool is_file_path(std::string_view source) {
  if (source.empty()) return false;
  if (source.front() == '.' || source.front() == '/' || source.front() == '~' || starts_with(source, "\\\\"))
    return true;
  const std::size_t colon = source.find(':');
  return colon != std::string_view::npos && is_one_letter(source.substr(0, colon));
}

/// The sections between colons. A single letter before a colon is a drive.
Result<std::vector<std::string>> sections_of(std::string_view spec) {
  std::vector<std::string> sections(1);
  int variables = 0;
  for (std::size_t i = 0; i < spec.size(); ++i) {
    const char c = spec[i];
    if (c == '$' && i + 1 < spec.size() && spec[i + 1] == '{') ++variables;
    const bool separates = c == ':' && variables == 0 && !is_one_letter(sections.back());
    if (c == '}' && variables > 0) --variables;
    if (!separates) {
      sections.back() += c;
      continue;
    }
    if (sections.back().empty())
      return Error{ErrorKind::invalid, "the mount " + quote(spec) + " has an empty section between colons"};
    if (sections.size() == 3)
      return Error{ErrorKind::invalid, "the mount " + quote(spec) + " has too many colons"};
    sections.emplace_back();
  }
  if (sections.back().empty())
    return Error{ErrorKind::invalid, "the mount " + quote(spec) + " has an empty section between colons"};
  return sections;
}

void apply_option(ShortMount& mount, const std::string& option) {
  constexpr std::array<std::string_view, 6> propagations = {"rprivate", "private", "rshared",
                                                            "shared",   "rslave",  "slave"};
  if (option == "ro") mount.read_only = true;
  if (option == "rw") mount.read_only = false;
  if (option == "nocopy") mount.has_volume_options = mount.no_copy = true;
  if (option == "z" || option == "Z") {
    mount.selinux = option;
    mount.has_bind_options = true;
  }
  if (std::find(propagations.begin(), propagations.end(), option) != propagations.end()) {
    mount.propagation = option;
    mount.has_bind_options = true;
  }
}

}  // namespace

Result<ShortMount> parse_mount(std::string_view spec) {
  ShortMount mount;
  if (spec.empty()) return Error{ErrorKind::invalid, "the mount is empty"};
  if (spec.size() <= 2) {
    mount.target = spec;
    return mount;
  }
  const Result<std::vector<std::string>> sections = sections_of(spec);
  if (!sections) return sections.error();
  if (sections->size() == 1) {
    mount.target = (*sections)[0];
  } else {
    mount.source = (*sections)[0];
    mount.target = (*sections)[1];
  }
  if (sections->size() == 3)
    for (const std::string& option : split((*sections)[2], ',')) apply_option(mount, option);
  mount.bind = is_file_path(mount.source);
  if (mount.bind) mount.has_bind_options = true;
  if (!mount.bind) mount.has_volume_options = true;
  return mount;
}

Node to_node(const ShortMount& mount, Mark mark) {
  Map map;
  map.set("type", Node::text(mount.bind ? "bind" : "volume", mark));
  if (!mount.source.empty()) map.set("source", Node::text(mount.source, mark));
  if (!mount.target.empty()) map.set("target", Node::text(clean_path(mount.target), mark));
  if (mount.read_only) map.set("read_only", Node::boolean(true, mark));
  if (mount.has_bind_options) {
    Map bind;
    if (!mount.selinux.empty()) bind.set("selinux", Node::text(mount.selinux, mark));
    if (!mount.propagation.empty()) bind.set("propagation", Node::text(mount.propagation, mark));
    if (mount.bind) bind.set("create_host_path", Node::boolean(true, mark));
    map.set("bind", Node::map(std::move(bind), mark));
  }
  if (mount.has_volume_options) {
    Map volume;
    if (mount.no_copy) volume.set("nocopy", Node::boolean(true, mark));
    map.set("volume", Node::map(std::move(volume), mark));
  }
  return Node::map(std::move(map), mark);
}

}  // namespace stackd::compose
