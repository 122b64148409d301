#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace stackd {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: must hold: %s\n", file, line, condition);
  std::abort();
}

}  // namespace stackd
