#include "compose/assemble/include.h"

#include <algorithm>

#include "base/text.h"
#include "compose/read/environment.h"
#include "compose/read/paths.h"

namespace stackd::compose {

namespace {

/// A text or a list of texts; other elements are for the schema to complain about.
std::vector<const Node*> texts_of(const Node* node) {
  std::vector<const Node*> texts;
  if (node == nullptr) return texts;
  if (node->is_text()) texts.push_back(node);
  if (node->is_list())
    for (const Node& item : node->as_list())
      if (item.is_text()) texts.push_back(&item);
  return texts;
}

class Inclusion {
 public:
  Inclusion(Assembly& assembly, const Scope& scope, const std::vector<std::string>& chain)
      : assembly_(assembly), scope_(scope), chain_(chain) {}

  void apply(Node& file, const Node& include);

 private:
  bool is_cycle(const std::string& path, Mark mark);
  Scope inner_scope(const std::string& first_path, const Node& include);
  void read_env_files(Scope& inner, const Node* env_file);
  void import(Node& file, Node model, Mark mark);

  Assembly& assembly_;
  const Scope& scope_;
  const std::vector<std::string>& chain_;
};

bool Inclusion::is_cycle(const std::string& path, Mark mark) {
  if (std::find(chain_.begin(), chain_.end(), path) == chain_.end()) return false;
  std::string way;
  for (const std::string& file : chain_) way += assembly_.shown(file) + " includes ";
  assembly_.report().error("files include each other in a circle: " + way + assembly_.shown(path), mark,
                           "take one include out");
  assembly_.lost_a_file();
  return true;
}

Scope Inclusion::inner_scope(const std::string& first_path, const Node& include) {
  Scope inner;
  inner.environment = scope_.environment;
  const Node* folder = include.find("project_directory");
  if (folder == nullptr || !folder->is_text() || folder->as_text().empty()) {
    inner.directory = folder_of(first_path);
  } else if (is_absolute(folder->as_text())) {
    inner.directory = inner.path_base = folder->as_text();
  } else {
    inner.directory = join_path(scope_.directory, folder->as_text());
  }
  if (inner.path_base.empty()) inner.path_base = relative_path(scope_.directory, inner.directory);
  return inner;
}

void Inclusion::read_env_files(Scope& inner, const Node* env_file) {
  std::vector<NamedFile> files;
  for (const Node* name : texts_of(env_file)) {
    const std::string path =
        is_absolute(name->as_text()) ? name->as_text() : join_path(scope_.directory, name->as_text());
    files.push_back({path, name->mark()});
  }
  const std::string own = join_path(inner.directory, ".env");
  if (files.empty() && assembly_.files().kind(own) == FileKind::regular) files.push_back({own, {}});
  add_env_files(inner.environment, files, assembly_.files(), assembly_.report());
}

void Inclusion::import(Node& file, Node model, Mark mark) {
  for (const std::string_view section : {"services", "volumes", "networks", "secrets", "configs", "models"}) {
    Node* from = model.find(section);
    if (from == nullptr || !from->is_map()) continue;
    Node* to = file.find(section);
    if (to == nullptr) to = &file.as_map().set(section, Node::map({}, mark));
    if (!to->is_map()) continue;
    for (Entry& entry : from->as_map()) {
      const Entry* there = to->as_map().entry(entry.key);
      if (there == nullptr) {
        to->as_map().set(std::move(entry));
      } else if (!(there->value == entry.value)) {
        assembly_.report().error(
            {.message = std::string(section) + "." + entry.key + " is defined here and in an included file",
             .mark = there->key_mark,
             .advice = "rename one of them, or list an overriding file in the include's path",
             .related = "the included definition is here",
             .related_mark = entry.key_mark});
      }
    }
  }
}

void Inclusion::apply(Node& file, const Node& include) {
  std::vector<NamedFile> names;
  const std::vector<const Node*> paths = texts_of(include.is_text() ? &include : include.find("path"));
  for (const Node* path : paths) {
    const std::string& name = path->as_text();
    const std::string absolute = is_absolute(name) ? name : join_path(scope_.directory, name);
    if (is_cycle(absolute, path->mark())) return;
    names.push_back({absolute, path->mark()});
  }
  if (names.empty()) return;
  Scope inner = inner_scope(names.front().path, include);
  read_env_files(inner, include.find("env_file"));
  import(file, assembly_.load(inner, names, chain_), include.mark());
}

}  // namespace

void apply_includes(Assembly& assembly, const Scope& scope, Node& file,
                    const std::vector<std::string>& chain) {
  const Node* found = file.find("include");
  if (found == nullptr) return;
  if (!found->is_list()) {
    if (!found->is_null()) {
      assembly.report().error("include must be a list, not a " + std::string(to_string(found->kind())),
                              found->mark(), "write include: [other.yaml]");
      assembly.lost_a_file();
    }
    file.as_map().erase("include");
    return;
  }
  const Node includes = *found;
  file.as_map().erase("include");
  for (const Node& include : includes.as_list()) Inclusion(assembly, scope, chain).apply(file, include);
}

}  // namespace stackd::compose
