#include "decide/learn/end_words.h"

#include "base/text.h"

namespace stackd::decide {
namespace {

constexpr std::int64_t by_sigkill = 137;

}  // namespace

std::string out_of_memory_words(const ObservedContainer& container) {
  const std::string limit = container.memory_limit_bytes > 0
                                ? "its limit is " + size_text(container.memory_limit_bytes)
                                : "it has no limit of its own";
  return ": out of memory, " + limit;
}

std::string end_words(const ObservedContainer& container, bool out_of_memory) {
  std::string how = "ended with " + std::to_string(container.exit_code);
  if (container.oom_killed || out_of_memory) {
    const bool itself = container.exit_code == by_sigkill;
    how += (itself ? ", killed" : "; a process in it was killed") + out_of_memory_words(container);
  }
  if (!container.error.empty()) how += ": " + container.error;
  return how;
}

}  // namespace stackd::decide
