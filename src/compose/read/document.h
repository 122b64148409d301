// YAML text into nodes: positions, aliases and merge keys resolved, every key a string and there once. What
// the parser underneath accepts by mistake is refused here. The only place that knows the YAML library.
#pragma once

#include <string>
#include <vector>

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// Keys from the root of a document to a value.
using KeyPath = std::vector<std::string>;

struct Document {
  Node root;
  /// Where !reset and !override stood: what lies there in earlier files and in an extended service goes.
  std::vector<KeyPath> replaced;
};

/// The documents of a file, without those that come after an error. Values tagged !reset are gone.
/// Everything that is wrong goes to the report.
std::vector<Document> parse_documents(const Source& source, Report& report);

}  // namespace stackd::compose
