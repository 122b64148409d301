// How the tables of the schema are written: one small function for each usual kind of attribute. For the
// files of the schema only.
#pragma once

#include "compose/canonical/schema.h"

namespace stackd::compose::fields {

constexpr Field text(std::string_view key) {
  return {.key = key, .form = Form::text, .accepts = kinds::text};
}

constexpr Field flag(std::string_view key) {
  return {.key = key, .form = Form::boolean, .accepts = kinds::boolean | kinds::text};
}

constexpr Field strict_flag(std::string_view key) {
  return {.key = key, .form = Form::boolean, .accepts = kinds::boolean};
}

constexpr Field whole(std::string_view key) {
  return {.key = key, .form = Form::integer, .accepts = kinds::integer | kinds::text};
}

constexpr Field whole_unsigned(std::string_view key) {
  return {.key = key, .form = Form::unsigned_number, .accepts = kinds::integer | kinds::text};
}

/// An integer for which the schema lets fractions through.
constexpr Field number(std::string_view key) {
  return {.key = key, .form = Form::integer, .accepts = kinds::number | kinds::text};
}

constexpr Field real32(std::string_view key) {
  return {.key = key, .form = Form::real32, .accepts = kinds::number | kinds::text};
}

constexpr Field size(std::string_view key) {
  return {.key = key, .form = Form::size, .accepts = kinds::integer | kinds::text};
}

constexpr Field span(std::string_view key) {
  return {.key = key, .form = Form::duration, .accepts = kinds::text};
}

/// A list of texts.
constexpr Field texts(std::string_view key) {
  return {.key = key, .form = Form::texts, .accepts = kinds::list, .items = kinds::text};
}

constexpr Field text_or_list(std::string_view key) {
  return texts(key).also(kinds::text).distinct();
}

constexpr Field command(std::string_view key) {
  return texts(key).also(kinds::null | kinds::text).shown(Presence::always).with_form(Form::command);
}

constexpr Field pairs(std::string_view key, Form form) {
  return {
      .key = key, .form = form, .accepts = kinds::list | kinds::map, .items = kinds::scalar, .unique = true};
}

constexpr Field options(std::string_view key, Form form, Kinds values) {
  return {.key = key, .form = form, .accepts = kinds::map, .items = values};
}

constexpr Field hosts(std::string_view key) {
  return {.key = key,
          .form = Form::hosts,
          .accepts = kinds::list | kinds::map,
          .items = kinds::text | kinds::list,
          .unique = true};
}

constexpr Field object(std::string_view key, const Shape& shape) {
  return {.key = key, .form = Form::object, .accepts = kinds::map, .shape = &shape};
}

constexpr Field objects(std::string_view key, const Shape& shape) {
  return {.key = key, .form = Form::objects, .accepts = kinds::list, .items = kinds::map, .shape = &shape};
}

constexpr Field object_map(std::string_view key, const Shape& shape) {
  return {.key = key, .form = Form::object_map, .accepts = kinds::map, .items = kinds::map, .shape = &shape};
}

constexpr Field ulimits() {
  return {.key = "ulimits",
          .form = Form::ulimit,
          .accepts = kinds::map,
          .items = kinds::integer | kinds::text | kinds::map,
          .keys = KeyPattern::lower_case};
}

constexpr Field external() {
  return flag("external").also(kinds::map);
}

/// References to secrets and configs: names or objects.
constexpr Field mounts(std::string_view key, const Shape& shape) {
  return objects(key, shape).items_also(kinds::text);
}

inline constexpr Presence written = Presence::written;
inline constexpr Presence always = Presence::always;

}  // namespace stackd::compose::fields
