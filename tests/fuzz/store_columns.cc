// Columns of structure in a database that somebody may have damaged.
#include "fuzz.h"
#include "store/columns.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view column = fuzz::as_text(data, size);
  ReleaseSource source;
  if (store::from_column(column, source)) {
    ReleaseSource again;
    STACKD_CHECK(store::from_column(store::to_column(source), again).ok());
    STACKD_CHECK(again.variables == source.variables);
  }
  std::vector<std::string> list;
  static_cast<void>(store::from_column(column, list));
  store::StoppedServices stops;
  static_cast<void>(store::from_column(column, stops));
  store::Images images;
  static_cast<void>(store::from_column(column, images));
  Fingerprints fingerprints;
  static_cast<void>(store::from_column(column, fingerprints));
  return 0;
}
