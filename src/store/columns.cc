#include "store/columns.h"

#include <boost/json/parse.hpp>

#include "base/json.h"

namespace stackd::store {
namespace {

constexpr std::string_view by_person = "person";
constexpr std::string_view by_others = "outside";
constexpr std::string_view by_rest = "rest";
constexpr std::string_view only_made = "made";

// A list stands below one key of an object, because a JsonReader reads objects.
constexpr std::string_view list_key = "list";

json::array array_of(const std::vector<std::string>& texts) {
  json::array array;
  array.reserve(texts.size());
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

json::object object_of(const std::map<std::string, std::string>& texts) {
  json::object object;
  for (const auto& [key, text] : texts) object.emplace(key, text);
  return object;
}

Error unreadable(const std::string& why) {
  return Error{ErrorKind::internal, "the record makes no sense: " + why};
}

// Values of variables may be any bytes, and were written as they are.
Result<json::value> parse(std::string_view column) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code code;
  json::value value = json::parse({column.data(), column.size()}, code, {}, options);
  if (code) return unreadable(code.message());
  return value;
}

// `read` fills a fresh value from the column's object.
template <typename Value, typename Read>
Result<void> read_column(std::string_view column, Value& value, Read read) {
  Result<json::value> parsed = parse(column);
  if (!parsed) return parsed.error();
  JsonReader reader(*parsed, "column");
  Value fresh;
  read(reader, fresh);
  Result<void> well = reader.finish();
  if (!well) return unreadable(well.error().message);
  value = std::move(fresh);
  return {};
}

}  // namespace

std::string_view to_word(ServiceStop stop) {
  switch (stop) {
    case ServiceStop::person:
      return by_person;
    case ServiceStop::outside:
      return by_others;
    case ServiceStop::rest:
      return by_rest;
    case ServiceStop::made:
      return only_made;
  }
  return by_person;
}

ServiceStop stop_from(std::string_view word) {
  if (word == by_others) return ServiceStop::outside;
  if (word == only_made) return ServiceStop::made;
  return word == by_rest ? ServiceStop::rest : ServiceStop::person;
}

std::string to_column(const std::vector<std::string>& texts) {
  return to_text(json::object{{list_key, array_of(texts)}});
}

std::string to_column(const std::set<std::string>& texts) {
  return to_column(std::vector<std::string>(texts.begin(), texts.end()));
}

std::string to_column(const StoppedServices& stops) {
  json::object object;
  for (const auto& [service, stop] : stops) object.emplace(service, to_word(stop));
  return to_text(object);
}

std::string to_column(const Images& images) {
  json::object object;
  for (const auto& [service, image] : images) {
    object.emplace(service,
                   json::object{{"reference", image.reference}, {"id", image.id}, {"digest", image.digest}});
  }
  return to_text(object);
}

std::string to_column(const Fingerprints& fingerprints) {
  json::object object;
  for (const auto& [service, prints] : fingerprints) object.emplace(service, object_of(prints));
  return to_text(object);
}

std::string to_column(const ReleaseSource& source) {
  return to_text(json::object{{"kind", source.kind},
                              {"user", source.user},
                              {"working_dir", source.working_dir},
                              {"config_files", array_of(source.config_files)},
                              {"environment_files", array_of(source.environment_files)},
                              {"profiles", array_of(source.profiles)},
                              {"outside_profiles", array_of(source.outside_profiles)},
                              {"variables", object_of(source.variables)},
                              {"set", object_of(source.set)},
                              {"set_before", source.set_before}});
}

Result<void> from_column(std::string_view column, std::vector<std::string>& value) {
  return read_column(column, value, [](const JsonReader& reader, std::vector<std::string>& fresh) {
    fresh = reader.texts(list_key);
  });
}

Result<void> from_column(std::string_view column, std::set<std::string>& value) {
  return read_column(column, value, [](const JsonReader& reader, std::set<std::string>& fresh) {
    for (std::string& text : reader.texts(list_key)) fresh.insert(std::move(text));
  });
}

Result<void> from_column(std::string_view column, StoppedServices& value) {
  return read_column(column, value, [](const JsonReader& reader, StoppedServices& fresh) {
    for (const std::string& service : reader.keys()) fresh[service] = stop_from(reader.text(service));
  });
}

Result<void> from_column(std::string_view column, Images& value) {
  return read_column(column, value, [](const JsonReader& reader, Images& fresh) {
    for (const std::string& service : reader.keys()) {
      JsonReader image = reader.object(service);
      fresh[service] = ImageRecord{image.text("reference"), image.text("id"), image.text("digest")};
    }
  });
}

Result<void> from_column(std::string_view column, Fingerprints& value) {
  return read_column(column, value, [](const JsonReader& reader, Fingerprints& fresh) {
    for (const std::string& service : reader.keys()) fresh[service] = reader.text_map(service);
  });
}

Result<void> from_column(std::string_view column, ReleaseSource& value) {
  return read_column(column, value, [](const JsonReader& reader, ReleaseSource& fresh) {
    fresh.kind = reader.text("kind");
    fresh.user = reader.text("user");
    fresh.working_dir = reader.text("working_dir");
    fresh.config_files = reader.texts("config_files");
    fresh.environment_files = reader.texts("environment_files");
    fresh.profiles = reader.texts("profiles");
    fresh.outside_profiles = reader.texts("outside_profiles");
    fresh.variables = reader.text_map("variables");
    fresh.set = reader.text_map("set");
    fresh.set_before = reader.text("set_before");
  });
}

}  // namespace stackd::store
