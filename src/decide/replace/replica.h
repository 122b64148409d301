// The places of a service: which container fills one, and how the next one in it would be called.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// The one that fills the place: running before others, then as the release wants it, then with the name that
/// it should have, then the newest. Null: none does.
const ObservedContainer* replica_at(const State& state, const Service& service, std::int64_t number);

/// "" when there is none.
std::string container_id_of(const State& state, const std::string& service);

/// Which release it was made for; 0: not by stackd.
std::int64_t release_of(const ObservedContainer& container);

/// Null: no container has the name.
const ObservedContainer* holder_of(const Observed& observed, const std::string& name);

/// What a container is called that is made in a place now.
struct NewName {
  std::string name;        // free on the engine
  std::string final_name;  // what it is to be called once its predecessor is gone
  std::string replaces;    // the id of the container that has the final name; "" when it is free
};

NewName name_for_new(const State& state, const Service& service, std::int64_t number);

/// Services with a container that a deploy makes anew although the release changes nothing: what it was made
/// with is not known, or lost. Jobs are left out: they ran for their release.
std::vector<std::string> services_in_doubt(const State& state);

}  // namespace stackd::decide
