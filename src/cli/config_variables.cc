#include "cli/config_variables.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <map>

#include "base/json.h"
#include "cli/table.h"
#include "compose/print/go_yaml.h"
#include "compose/read/substitute.h"

namespace stackd::cli {

namespace {

using compose::Mention;
using compose::Node;

using Mentions = std::map<std::string, Mention>;

void collect(const Node& node, Mentions& found) {
  if (node.is_text()) {
    for (Mention& mention : compose::mentions_in(node.as_text())) {
      const std::string name = mention.name;
      found[name] = std::move(mention);
    }
  }
  if (node.is_list())
    for (const Node& item : node.as_list()) collect(item, found);
  if (node.is_map())
    for (const compose::Entry& entry : node.as_map()) collect(entry.value, found);
}

using Columns = std::array<std::string, 4>;

/// As Go's tabwriter aligns them: at least 20 wide, 3 apart, the last one as it is.
std::string table_of(const Mentions& mentions) {
  std::vector<Columns> rows = {{"NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"}};
  for (const auto& [name, mention] : mentions)
    rows.push_back(
        {name, mention.required ? "true" : "false", mention.default_value, mention.presence_value});
  std::string text;
  std::array<std::size_t, 3> widths = {20, 20, 20};
  for (const Columns& row : rows)
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]) + 3);
  for (const Columns& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      text += row[i] + std::string(widths[i] - width_of(row[i]), ' ');
    text += row.back() + "\n";
  }
  return text;
}

std::string json_of(const Mentions& mentions) {
  const auto quoted = [](const std::string& text) { return json::serialize(json::value(text)); };
  std::string text = "{";
  for (const auto& [name, mention] : mentions) {
    text += text.size() > 1 ? "," : "";
    text += "\n    " + quoted(name) + ": {\n        \"Name\": " + quoted(name) +
            ",\n        \"DefaultValue\": " + quoted(mention.default_value) +
            ",\n        \"PresenceValue\": " + quoted(mention.presence_value) +
            ",\n        \"Required\": " + (mention.required ? "true" : "false") + "\n    }";
  }
  return text + (mentions.empty() ? "}\n\n" : "\n}\n\n");
}

std::string yaml_of(const Mentions& mentions) {
  compose::Map all;
  for (const auto& [name, mention] : mentions) {
    compose::Map one;
    one.set("name", Node::text(name));
    one.set("defaultvalue", Node::text(mention.default_value));
    one.set("presencevalue", Node::text(mention.presence_value));
    one.set("required", Node::boolean(mention.required));
    all.set(name, Node::map(std::move(one)));
  }
  std::string text;
  // Compose prints this list, and only this, with an indentation of four.
  for (const char c : compose::to_go_yaml(Node::map(std::move(all)), false)) {
    if (c == ' ' && (text.empty() || text.back() == '\n')) text += "  ";
    text += c;
  }
  return text;
}

}  // namespace

std::string variables_text(const Node& model, const std::string& format) {
  Mentions mentions;
  collect(model, mentions);
  if (format == "json") return json_of(mentions);
  return format == "yaml" ? yaml_of(mentions) : table_of(mentions);
}

}  // namespace stackd::cli
