// Every attribute of a Compose file, once: what may be written there, what it becomes, in which order and
// when it is printed. The phases walk these tables; none of them spells the list of keys again.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "compose/read/node.h"

namespace stackd::compose {

/// A set of kinds of values.
using Kinds = std::uint8_t;
namespace kinds {
constexpr Kinds null = 1;
constexpr Kinds boolean = 2;
constexpr Kinds integer = 4;  // also a real without a fraction
constexpr Kinds real = 8;
constexpr Kinds text = 16;
constexpr Kinds list = 32;
constexpr Kinds map = 64;
constexpr Kinds number = integer | real;
constexpr Kinds scalar = null | boolean | number | text;
}  // namespace kinds

/// What a value becomes in the canonical configuration.
enum class Form : std::uint8_t {
  any,              // kept as it is
  text,             //
  boolean,          //
  integer,          //
  unsigned_number,  //
  real,             // a float of 64 bits
  real32,           // a float of 32 bits
  cpus,             // the same, from text too
  size,             // bytes, as decimal text
  duration,         // in Go's form
  file_mode,        // octal text with a leading zero
  device_count,     // -1 for "all"
  command,          // words; null stays apart from none
  health_test,      // words, after CMD-SHELL when it was one text
  texts,            // a list of texts; one text is a list of one
  environment,      // names to texts or null
  labels,           // names to texts; null is ""
  options,          // the same, from a mapping only
  text_map,         // the same, of texts and integers only
  multi_options,    // names to lists of texts
  hosts,            // "host=ip", sorted
  ssh,              // "id" or "id=path"
  ulimit,           // a number or {soft, hard}
  object,           // by a shape
  objects,          // a list of objects
  object_map,       // names to objects
};

enum class Presence : std::uint8_t {
  nonzero,  // left out when it is "", 0, false or empty
  written,  // printed whenever it was written, zero or not
  always,   // printed by JSON even when absent (as null, or as an empty object)
};

enum class KeyPattern : std::uint8_t {
  any,
  name,        // letters, digits, ".", "_" and "-"
  lower_case,  // a to z
};

struct Shape;

struct Field {
  std::string_view key;
  Form form = Form::any;
  Kinds accepts = 0;
  Kinds items = 0;  // kinds of elements of a list or of values of a mapping
  const Shape* shape = nullptr;
  Presence presence = Presence::nonzero;
  KeyPattern keys = KeyPattern::any;
  bool strict_keys = false;  // other keys are errors, not strangers
  bool unique = false;       // equal elements are an error
  bool required = false;
  bool legacy = false;       // known to the schema, without effect
  std::string_view words;    // the only texts allowed, separated by "|"
  std::string_view pattern;  // a name that check_schema knows
  std::int64_t least = INT64_MIN;
  std::int64_t most = INT64_MAX;

  // Before its users: clang 14 evaluates no constant through a template that comes later.
  template <typename Change>
  [[nodiscard]] constexpr Field with(Change change) const {
    Field copy = *this;
    change(copy);
    return copy;
  }

  // Each gives a copy that differs in one respect.
  [[nodiscard]] constexpr Field also(Kinds more) const {
    return with([&](Field& f) { f.accepts |= more; });
  }
  [[nodiscard]] constexpr Field items_also(Kinds more) const {
    return with([&](Field& f) { f.items |= more; });
  }
  [[nodiscard]] constexpr Field only(Kinds these) const {
    return with([&](Field& f) { f.accepts = these; });
  }
  [[nodiscard]] constexpr Field with_form(Form other) const {
    return with([&](Field& f) { f.form = other; });
  }
  [[nodiscard]] constexpr Field shown(Presence when) const {
    return with([&](Field& f) { f.presence = when; });
  }
  [[nodiscard]] constexpr Field distinct() const {
    return with([](Field& f) { f.unique = true; });
  }
  [[nodiscard]] constexpr Field needed() const {
    return with([](Field& f) { f.required = true; });
  }
  [[nodiscard]] constexpr Field ignored() const {
    return with([](Field& f) { f.legacy = true; });
  }
  [[nodiscard]] constexpr Field one_of(std::string_view list) const {
    return with([&](Field& f) { f.words = list; });
  }
  [[nodiscard]] constexpr Field like(std::string_view name) const {
    return with([&](Field& f) { f.pattern = name; });
  }
  [[nodiscard]] constexpr Field keyed(KeyPattern by, bool strict) const {
    return with([&](Field& f) { f.keys = by, f.strict_keys = strict; });
  }
  [[nodiscard]] constexpr Field between(std::int64_t low, std::int64_t high = INT64_MAX) const {
    return with([&](Field& f) { f.least = low, f.most = high; });
  }
};

struct Shape {
  std::string_view what;          // "a service", for errors
  std::span<const Field> fields;  // in the order in which Compose prints them
  bool open = false;              // unknown keys are allowed and dropped
  bool extensions = true;         // x-* is allowed

  [[nodiscard]] const Field* find(std::string_view key) const;
};

/// The whole file; its entries are the other shapes.
extern const Shape file_shape;
extern const Shape service_shape;
extern const Shape network_shape;
extern const Shape volume_shape;
extern const Shape secret_shape;
extern const Shape config_shape;
extern const Shape model_shape;

/// Does the key start with "x-"?
bool is_extension(std::string_view key);

}  // namespace stackd::compose
