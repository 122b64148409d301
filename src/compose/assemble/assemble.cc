#include "compose/assemble/assemble.h"

#include "base/text.h"
#include "compose/assemble/extends.h"
#include "compose/assemble/include.h"
#include "compose/canonical/canonical.h"
#include "compose/canonical/check_schema.h"
#include "compose/canonical/complete.h"
#include "compose/canonical/unique.h"
#include "compose/read/interpolate.h"
#include "compose/read/merge.h"
#include "compose/read/paths.h"
#include "compose/read/resolve.h"

namespace stackd::compose {

namespace {

// Includes that include each other twice would double at every level.
constexpr std::size_t files_read_max = 1000;
constexpr std::size_t documents_max = 1000;  // each is checked together with all before it

}  // namespace

std::string Assembly::shown(const std::string& path) const {
  const std::string folder = options_.current_directory == "/" ? "/" : options_.current_directory + "/";
  return starts_with(path, folder) ? path.substr(folder.size()) : path;
}

Lookup Assembly::lookup_in(const Environment& environment) {
  return [this, &environment](const std::string& name) -> std::optional<std::string> {
    // A file that is shown as written takes nothing from outside, bare names included.
    if (!options_.interpolate) return std::nullopt;
    const auto found = environment.find(name);
    const auto value = found == environment.end() ? std::nullopt : std::optional(found->second);
    looked_up_.emplace(name, value);
    return value;
  };
}

const Source* Assembly::read(const NamedFile& file) {
  const auto fail = [&](std::string message) {
    report_.error(std::move(message), file.asked_at);
    lost_a_file();
    return nullptr;
  };
  if (const auto known = sources_by_path_.find(file.path); known != sources_by_path_.end())
    return known->second;
  Result<std::string> text =
      file.path == "-" ? Result<std::string>(options_.standard_input.value_or("")) : files_.read(file.path);
  if (!text) return fail(text.error().message);
  auto source = std::make_shared<Source>();
  source->name = file.path == "-" ? "standard input" : shown(file.path);
  source->text = *std::move(text);
  source->included_from = file.asked_at;
  report_.keep(source);
  sources_by_path_[file.path] = source.get();
  return source.get();
}

void Assembly::lay_document(Node& model, Document document, const Scope& scope, const std::string& path,
                            const std::vector<std::string>& chain) {
  Node& root = document.root;
  if (++documents_laid_ > documents_max) {
    report_.error("more than " + std::to_string(documents_max) + " documents are merged", root.mark());
    lost_a_file();
    return;
  }
  if (!root.is_map()) {
    report_.error("the top level must be a mapping, not a " + std::string(to_string(root.kind())),
                  root.mark(), root.is_null() ? "a document without content stands here" : "");
    lost_a_file();
    return;
  }
  if (options_.interpolate) interpolate(root, lookup_in(scope.environment), budget_, report_);
  apply_extends(*this, scope, root, path, document.replaced);
  remove_replaced(model, document.replaced);
  apply_includes(*this, scope, root, chain);
  merge_file(model, std::move(root), report_);
  remove_duplicates(model, report_);
  check_schema(model, report_);
  if (const Entry* version = model.as_map().entry("version")) {
    report_.warning("the attribute \"version\" is obsolete and ignored", version->key_mark, "remove it");
    model.as_map().erase("version");
  }
  make_canonical(model, !options_.interpolate, budget_, report_);
  // A range of ports shows its duplicates only now.
  remove_duplicates(model, report_);
}

std::vector<Document> Assembly::documents_of(const NamedFile& name) {
  if (const auto known = previews_.find(name.path); known != previews_.end()) {
    std::vector<Document> documents = std::move(known->second);
    previews_.erase(known);
    return documents;
  }
  const Source* source = read(name);
  if (source == nullptr) return {};
  const std::size_t errors_before = report_.error_count();
  std::vector<Document> documents = parse_documents(*source, report_);
  if (report_.error_count() > errors_before) lost_a_file();
  return documents;
}

const std::vector<Document>& Assembly::preview(const NamedFile& name) {
  std::vector<Document> documents = documents_of(name);
  return previews_[name.path] = std::move(documents);
}

Node Assembly::load(const Scope& scope, const std::vector<NamedFile>& names,
                    const std::vector<std::string>& chain) {
  Node model = Node::map();
  for (const NamedFile& name : names) {
    if (++files_read_ > files_read_max) {
      report_.error("more than " + std::to_string(files_read_max) + " files are included", name.asked_at);
      lost_a_file();
      return model;
    }
    std::vector<std::string> longer = chain;
    longer.push_back(name.path);
    std::vector<Document> documents = documents_of(name);
    if (model.mark().source == nullptr) model.set_mark({.source = read(name)});
    for (Document& document : documents) lay_document(model, std::move(document), scope, name.path, longer);
  }
  set_defaults(model);
  check_resources(model, report_);
  if (scope.resolve_paths) resolve_paths(model, {.folder = scope.path_base, .home = home()}, files_, report_);
  resolve_variables(model, lookup_in(scope.environment));
  return model;
}

std::string Assembly::home() const {
  const auto found = options_.environment.find("HOME");
  return found == options_.environment.end() ? std::string() : found->second;
}

ExtendedFile* Assembly::extended_file(const Scope& scope, const std::string& name, Mark asked_at) {
  const std::string path = is_absolute(name) ? name : join_path(scope.directory, name);
  std::unique_ptr<ExtendedFile>& slot = extended_[{scope.directory, path}];
  if (slot) return slot->model.is_map() ? slot.get() : nullptr;
  slot = std::make_unique<ExtendedFile>();
  slot->path = path;
  const std::size_t errors_before = report_.error_count();
  // Not through the previews: a main file may extend a service of itself by name.
  const Source* source = read({path, asked_at});
  std::vector<Document> documents;
  if (source != nullptr) documents = parse_documents(*source, report_);
  if (report_.error_count() > errors_before) return lost_a_file(), nullptr;
  Node model = Node::map({}, {.source = source});
  for (Document& document : documents) {
    if (!document.root.is_map()) {
      report_.error("the top level must be a mapping", document.root.mark());
      return nullptr;
    }
    if (options_.interpolate) interpolate(document.root, lookup_in(scope.environment), budget_, report_);
    remove_replaced(model, document.replaced);
    merge_file(model, std::move(document.root), report_);
    remove_duplicates(model, report_);
    make_canonical(model, !options_.interpolate, budget_, report_);
    remove_duplicates(model, report_);
    slot->replaced = std::move(document.replaced);
  }
  // Relative to the folder of the scope, so that the scope's own base applies to them in the end.
  const std::string folder = relative_path(scope.directory, folder_of(path));
  resolve_paths(model, {.folder = folder, .home = home()}, files_, report_);
  slot->model = std::move(model);
  return slot.get();
}

}  // namespace stackd::compose
