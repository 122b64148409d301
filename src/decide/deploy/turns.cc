#include "decide/deploy/turns.h"

#include <algorithm>

namespace stackd::decide {

bool takes_the_place_of(const Deploy& newer, const Deploy& older) {
  if (older.start && !newer.start) return false;
  if (newer.services.empty()) return true;
  return !older.services.empty() &&
         std::all_of(older.services.begin(), older.services.end(), [&](const std::string& service) {
           return std::find(newer.services.begin(), newer.services.end(), service) != newer.services.end();
         });
}

}  // namespace stackd::decide
