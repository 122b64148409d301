#include "compose/read/budget.h"

#include <string>

namespace stackd::compose {

namespace {

// Five thousand services that each read a hundred variables from a file come to four fifths of it.
constexpr std::size_t bytes_max = std::size_t{96} * 1024 * 1024;

}  // namespace

bool Budget::take(std::size_t bytes, Mark mark) {
  if (exceeded_) return false;
  bytes_taken_ += bytes;
  exceeded_ = bytes_taken_ > bytes_max;
  if (exceeded_) {
    report_.error("with this the files grow beyond " + std::to_string(bytes_max / 1024 / 1024) +
                      " MiB by what they copy, count up and put in",
                  mark, "is a variable, a base or a range used many more times than was meant?");
  }
  return !exceeded_;
}

bool Budget::take(const Node& copied, Mark mark) {
  return !exceeded_ && take(bytes_of(copied), mark);
}

std::size_t bytes_of(const Node& node) {
  std::size_t bytes = sizeof(Node);
  if (node.is_text()) bytes += node.as_text().size();
  if (node.is_list())
    for (const Node& item : node.as_list()) bytes += bytes_of(item);
  if (node.is_map())
    for (const Entry& entry : node.as_map())
      bytes += sizeof(Entry) - sizeof(Node) + entry.key.size() + bytes_of(entry.value);
  return bytes;
}

}  // namespace stackd::compose
