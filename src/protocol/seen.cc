#include "protocol/seen.h"

namespace stackd::protocol {

bool Seen::is_new(WallTime at) {
  if (again_ && last_ && at < *last_) return false;
  if (again_ && last_ && at == *last_ && ++*again_ <= at_last_) return false;
  again_.reset();
  at_last_ = last_ == at ? at_last_ + 1 : 1;
  last_ = at;
  return true;
}

void Seen::read_again() {
  again_ = 0;
}

}  // namespace stackd::protocol
