// What must hold, also in release builds. A failed check ends the process at once: containers live on
// without us, and systemd starts us again, which is better than deciding on a false picture.
#pragma once

namespace stackd {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace stackd

#define STACKD_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::stackd::check_failed(#condition, __FILE__, __LINE__))
