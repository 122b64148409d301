// A release's record: JSON → nodes → Stack.
#include "compose/bind/bind.h"
#include "compose/read/node_json.h"
#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<compose::Node> node = compose::node_from_json(fuzz::as_text(data, size));
  if (!node) return 0;
  // Not compared: Boost 1.81 may read the 17th digit of a number as its neighbour.
  STACKD_CHECK(compose::node_from_json(compose::to_json(*node)).ok());

  const compose::BindResult bound = compose::bind(*node, StackSource{});
  STACKD_CHECK(bound.ok() == bound.errors.empty());
  compose::to_text(bound.errors);
  return 0;
}
