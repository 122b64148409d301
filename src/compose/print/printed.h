// The canonical configuration as Compose shows it: each of its outputs leaves out, adds and orders keys in
// its own way.
#pragma once

#include "compose/canonical/schema.h"
#include "compose/read/node.h"

namespace stackd::compose {

enum class PrintStyle {
  json,     // `config --format json`
  yaml,     // `config`
  hash_v2,  // what Compose 2.x hashes
  hash_v5,  // what Compose 5.x hashes
};

/// An object of the model with its keys in the order of its shape; maps of names stay sorted bytewise.
Node to_printed(const Node& object, const Shape& shape, PrintStyle style);

/// The whole model, for json and yaml.
Node to_printed(const Node& model, PrintStyle style);

}  // namespace stackd::compose
