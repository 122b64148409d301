#include "daemon/ledger/heritage.h"

#include "base/json.h"

namespace stackd::daemon {
namespace {

json::object to_json(const ObservedMount& mount) {
  json::object out;
  out["type"] = mount.type;
  out["name"] = mount.name;
  out["source"] = mount.source;
  out["target"] = mount.target;
  out["read_write"] = mount.read_write;
  return out;
}

ObservedMount mount_from(const JsonReader& reader) {
  ObservedMount mount;
  mount.type = reader.text("type");
  mount.name = reader.text("name");
  mount.source = reader.text("source");
  mount.target = reader.text("target");
  mount.read_write = reader.boolean("read_write", true);
  return mount;
}

}  // namespace

std::string heritage_to_text(const Heritage& heritage) {
  json::array places;
  for (const auto& [place, mounts] : heritage) {
    json::array list;
    for (const ObservedMount& mount : mounts) list.push_back(to_json(mount));
    json::object entry;
    entry["service"] = place.first;
    entry["number"] = place.second;
    entry["mounts"] = std::move(list);
    places.push_back(std::move(entry));
  }
  json::object out;
  out["places"] = std::move(places);
  return to_text(out);
}

Result<Heritage> heritage_from_text(const std::string& text) {
  Result<json::value> parsed = parse_json(text);
  if (!parsed) return parsed.error();
  const JsonReader reader(*parsed, "heritage");
  Heritage heritage;
  for (const JsonReader& place : reader.objects("places")) {
    std::vector<ObservedMount>& mounts = heritage[{place.text("service"), place.integer("number")}];
    for (const JsonReader& mount : place.objects("mounts")) mounts.push_back(mount_from(mount));
  }
  Result<void> well = reader.finish();
  if (!well) return well.error();
  return heritage;
}

}  // namespace stackd::daemon
