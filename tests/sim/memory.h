// What the store holds of a stack, as text: two of them are equal when nothing was changed in between.
#pragma once

#include <string>

#include "store/store.h"

namespace stackd::sim {

std::string memory_of(store::Store& store, const std::string& stack);

}  // namespace stackd::sim
