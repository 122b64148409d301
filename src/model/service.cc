#include "model/service.h"

namespace stackd {

std::string_view to_string(DependencyCondition condition) {
  switch (condition) {
    case DependencyCondition::started:
      return "service_started";
    case DependencyCondition::healthy:
      return "service_healthy";
    case DependencyCondition::completed:
      return "service_completed_successfully";
  }
  return "";
}

}  // namespace stackd
