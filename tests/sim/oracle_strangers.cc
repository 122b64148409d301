// What is not ours is left alone; what is ours is not taken for the work of others.
#include <algorithm>

#include "sim/oracle.h"
#include "sim/oracle_words.h"

namespace stackd::sim {

using namespace std::chrono_literals;

void Oracle::said(const std::string& text) {
  if (calm(20s) && text.find("outside stackd: it was made anew") != std::string::npos)
    break_promise("stackd takes its own work for that of others: " + text);
}

/// By any of the releases.
bool Oracle::is_ordered(const std::string& service) const {
  const auto& all = scenario_.generations;
  return std::any_of(all.begin(), all.end(),
                     [&](const StackDraft& draft) { return draft.find(service) != nullptr; });
}

void Oracle::check_foreign(const Happening& happening) {
  const bool foreign = happening.container != nullptr && (happening.container->seen.project != stack().name ||
                                                          !is_ordered(happening.container->seen.service));
  if (foreign)
    break_promise("the foreign container " + describe(*happening.container) + " was " +
                  std::string(to_string(happening.kind)));
  if (happening.kind == HappeningKind::volume_removed)
    break_promise("the volume " + happening.name + " was removed without an order");
  if (happening.kind == HappeningKind::network_removed && happening.name.rfind(stack().name + "_", 0) != 0)
    break_promise("the foreign network " + happening.name + " was removed");
}

}  // namespace stackd::sim
