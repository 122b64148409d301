#include "compose/assemble/extends.h"

#include <algorithm>

#include "base/text.h"
#include "compose/read/merge.h"

namespace stackd::compose {

namespace {

constexpr std::size_t chain_max = 100;

/// The services of one file, and what belongs to them.
struct Family {
  Map& services;
  const std::string& path;
  const std::vector<KeyPath>& replaced;
};

struct Step {
  std::string path;
  std::string service;
  Mark mark;
};

class Extension {
 public:
  Extension(Assembly& assembly, const Scope& scope) : assembly_(assembly), scope_(scope) {}

  void apply(const Family& family, const std::string& name);

 private:
  struct Reference {
    std::string service;
    std::string file;
    Mark mark;
    Mark file_mark;
  };

  std::optional<Reference> reference_of(const std::string& name, const Node& extends);
  bool enter(const Family& family, const std::string& name, Mark mark);
  const Node* base_of(const Family& family, const std::string& name, const Reference& reference);
  void lay_over(const Family& family, const std::string& name, Node base);

  Assembly& assembly_;
  const Scope& scope_;
  std::vector<Step> chain_;
};

std::optional<Extension::Reference> Extension::reference_of(const std::string& name, const Node& extends) {
  if (extends.is_text()) return Reference{.service = extends.as_text(), .mark = extends.mark()};
  const Node* service = extends.find("service");
  if (service == nullptr || !service->is_text()) {
    assembly_.report().error("services." + name + ".extends names no service", extends.mark(),
                             "add service: with its name");
    return std::nullopt;
  }
  Reference reference{.service = service->as_text(), .mark = service->mark()};
  if (const Node* file = extends.find("file"); file != nullptr && file->is_text()) {
    reference.file = file->as_text();
    reference.file_mark = file->mark();
  }
  return reference;
}

bool Extension::enter(const Family& family, const std::string& name, Mark mark) {
  const auto here = [&](const Step& step) { return step.path == family.path && step.service == name; };
  const auto first = std::find_if(chain_.begin(), chain_.end(), here);
  if (first != chain_.end()) {
    std::string way;
    for (auto step = first; step != chain_.end(); ++step) way += step->service + " extends ";
    assembly_.report().error({.message = "services extend each other in a circle: " + way + name,
                              .mark = chain_.back().mark,
                              .advice = "take one extends out",
                              .related = "it starts here",
                              .related_mark = first->mark});
    return false;
  }
  if (chain_.size() >= chain_max) {
    assembly_.report().error("services extend each other more than " + std::to_string(chain_max) + " deep",
                             mark);
    return false;
  }
  chain_.push_back({family.path, name, mark});
  return true;
}

const Node* Extension::base_of(const Family& family, const std::string& name, const Reference& reference) {
  const auto find_in = [&](const Family& other) -> const Node* {
    if (const Node* base = other.services.find(reference.service)) {
      apply(other, reference.service);
      base = other.services.find(reference.service);
      return base;
    }
    std::vector<std::string> known;
    if (assembly_.report().wants_advice())
      for (const Entry& entry : other.services) known.push_back(entry.key);
    assembly_.report().error("services." + name + " extends " + quote(reference.service) + ", which " +
                                 assembly_.shown(other.path) + " does not have",
                             reference.mark, did_you_mean(reference.service, known));
    return nullptr;
  };
  if (reference.file.empty()) return find_in(family);
  ExtendedFile* file = assembly_.extended_file(scope_, reference.file, reference.file_mark);
  if (file == nullptr) return nullptr;
  Node* services = file->model.find("services");
  if (services == nullptr || !services->is_map()) {
    assembly_.report().error("services." + name + " extends a service of " + assembly_.shown(file->path) +
                                 ", which has no services",
                             reference.file_mark);
    return nullptr;
  }
  return find_in({services->as_map(), file->path, file->replaced});
}

void Extension::lay_over(const Family& family, const std::string& name, Node base) {
  std::vector<KeyPath> replaced;
  for (const KeyPath& path : family.replaced) {
    if (path.size() > 2 && path[0] == "services" && path[1] == name)
      replaced.emplace_back(path.begin() + 2, path.end());
  }
  remove_replaced(base, replaced);
  Node* service = family.services.find(name);
  const Mark mark = service->mark();
  merge_service(base, std::move(*service), assembly_.report());
  base.as_map().erase("extends");
  base.set_mark(mark);
  *service = std::move(base);
}

void Extension::apply(const Family& family, const std::string& name) {
  const Node* service = family.services.find(name);
  const Node* extends = service == nullptr ? nullptr : service->find("extends");
  if (extends == nullptr || !(extends->is_text() || extends->is_map())) return;
  const std::optional<Reference> reference = reference_of(name, *extends);
  const std::size_t errors_before = assembly_.report().error_count();
  const Node* base = nullptr;
  if (reference && enter(family, name, reference->mark)) {
    base = base_of(family, name, *reference);
    chain_.pop_back();
  }
  const bool has_room = base == nullptr || !base->is_map() || assembly_.budget().take(*base, reference->mark);
  if (has_room && base != nullptr && base->is_map()) return lay_over(family, name, *base);
  // A base without content leaves the service as it is. After an error nothing must follow from it.
  if (has_room && reference && assembly_.report().error_count() == errors_before) return;
  Node* damaged = family.services.find(name);
  damaged->as_map().erase("extends");
  damaged->set_tag(NodeTag::damaged);
}

}  // namespace

void apply_extends(Assembly& assembly, const Scope& scope, Node& file, const std::string& path,
                   const std::vector<KeyPath>& replaced) {
  Node* services = file.find("services");
  if (services == nullptr || !services->is_map()) return;
  std::vector<std::string> names;
  for (const Entry& entry : services->as_map())
    if (entry.value.find("extends") != nullptr) names.push_back(entry.key);
  for (const std::string& name : names)
    Extension(assembly, scope).apply({services->as_map(), path, replaced}, name);
}

}  // namespace stackd::compose
