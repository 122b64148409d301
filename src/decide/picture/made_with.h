// Whether a container was made with the contents that the release records: files and folders of the host,
// file secrets and configs, and those that stand in the stack itself.
//
//   noted, and the same                  it is of the release
//   noted, and another                   replaced, or reloaded where that is enough (decide/replace/reload.h)
//   it mounts a folder that is not the
//   one at its path any more             replaced: nothing that is written there reaches it
//   not noted                            unknown: the daemon looks into it; what can't be told is replaced by
//                                        the next deploy, and said until then
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// Of a container that is made of this release now; `kept`: with the copies that it keeps.
MadeWith made_with_now(const Desired& desired, const std::string& service, bool kept);

/// The release whose copies a container of this service gets, if it gets copies.
std::int64_t copies_of(const Desired& desired, const std::string& service);

/// The host's files are not those of the release any more: what is made now mounts the copies that were kept.
bool host_files_differ(const Desired& desired, const Learnt& learnt, const std::string& service);

/// Its containers get contents that their configuration hash does not cover.
bool has_contents(const Desired& desired, const Service& service);

/// Secrets or configs were put into it with other contents than those of the release. False when unknown.
bool has_other_contents(const State& state, const Service& service, const ObservedContainer& container);

/// It has read other files than the release records, or perhaps. False when unknown.
bool has_other_files(const State& state, const Service& service, const ObservedContainer& container);

/// Nobody knows what it was made with, and it matters.
bool is_unknown(const State& state, const Service& service, const ObservedContainer& container);

/// "./conf is another folder than the one that it mounts"; "": as far as is known it mounts what lies there.
std::string lost_mount(const State& state, const ObservedContainer& container);

/// Path of the host as people of the project write it: "./conf".
std::string seen_from_project(const State& state, const std::string& path);

}  // namespace stackd::decide
