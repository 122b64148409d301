// A stack file as it is read from disk.
#include "compose/read/document.h"
#include "compose/read/node_json.h"
#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const compose::Source source{"compose.yaml", std::string(fuzz::as_text(data, size)), {}};
  compose::Report report;
  for (const compose::Document& document : compose::parse_documents(source, report))
    compose::to_json(document.root);
  compose::to_text(report.errors());
  return 0;
}
