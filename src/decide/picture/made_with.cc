#include "decide/picture/made_with.h"

#include <algorithm>

#include "base/mutation.h"
#include "base/text.h"
#include "model/fingerprint.h"

namespace stackd::decide {
namespace {

const MadeWith* made_with(const State& state, const ObservedContainer& container) {
  const auto found = state.memory.made_with.find(container.id);
  return found == state.memory.made_with.end() ? nullptr : &found->second;
}

}  // namespace

MadeWith made_with_now(const Desired& desired, const std::string& service, bool kept) {
  MadeWith made;
  made.kept = kept;
  if (kept) made.kept_of = copies_of(desired, service);
  if (const auto files = desired.files.find(service); files != desired.files.end())
    made.files = files->second;
  if (const auto parts = desired.file_parts.find(service); parts != desired.file_parts.end())
    made.alone = parts->second.alone;
  if (const auto there = desired.stack->services.find(service); there != desired.stack->services.end())
    made.contents = contents_fingerprint(*desired.stack, there->second);
  return made;
}

bool host_files_differ(const Desired& desired, const Learnt& learnt, const std::string& service) {
  const auto wanted = desired.files.find(service);
  const auto host = learnt.host_files.find(service);
  return wanted != desired.files.end() && host != learnt.host_files.end() && wanted->second != host->second;
}

std::int64_t copies_of(const Desired& desired, const std::string& service) {
  const auto other = desired.copies_of.find(service);
  return other == desired.copies_of.end() ? desired.release : other->second;
}

bool has_contents(const Desired& desired, const Service& service) {
  return desired.files.count(service.name) > 0 || !contents_fingerprint(*desired.stack, service).empty();
}

bool has_other_contents(const State& state, const Service& service, const ObservedContainer& container) {
  const MadeWith* made = made_with(state, container);
  return made != nullptr && made->contents != contents_fingerprint(*state.desired.stack, service);
}

bool has_other_files(const State& state, const Service& service, const ObservedContainer& container) {
  const MadeWith* made = made_with(state, container);
  const auto wanted = state.desired.files.find(service.name);
  if (made == nullptr || wanted == state.desired.files.end()) return false;
  return made->in_doubt || made->files != wanted->second;
}

bool is_unknown(const State& state, const Service& service, const ObservedContainer& container) {
  return made_with(state, container) == nullptr && !mutated("what-is-not-recorded-is-unchanged") &&
         has_contents(state.desired, service) && !is_right_as_found(state, container);
}

std::string seen_from_project(const State& state, const std::string& path) {
  const std::string folder = state.desired.stack->source.working_dir + "/";
  return folder.size() > 1 && starts_with(path, folder) ? "./" + path.substr(folder.size()) : path;
}

std::string lost_mount(const State& state, const ObservedContainer& container) {
  const auto lost = state.memory.lost_mounts.find(container.id);
  if (lost == state.memory.lost_mounts.end()) return {};
  return seen_from_project(state, lost->second) + " is another folder than the one that it mounts";
}

}  // namespace stackd::decide
