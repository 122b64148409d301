#include "sim/trace.h"

#include <cstdio>

namespace stackd::sim {

void Trace::line(Time at, std::string_view text) {
  std::string line = std::to_string(at.time_since_epoch().count() / 1000) + "us ";
  line += text;
  for (const char c : line) {
    hash_ ^= static_cast<unsigned char>(c);
    hash_ *= 0x100000001b3U;
  }
  ++lines_;
  if (print_all_) std::printf("%s\n", line.c_str());
  last_.push_back(std::move(line));
  if (last_.size() > last_max) last_.pop_front();
}

}  // namespace stackd::sim
