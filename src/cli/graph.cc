#include "cli/graph.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.h"
#include "decide/picture/order.h"

namespace stackd::cli {
namespace {

struct Edge {
  std::string from;  // waits for
  std::string to;
  std::string condition;  // as the Compose Specification spells it, or "shares its namespace"
  bool required = true;
};

/// "postgres is healthy", as part of "after …".
std::string edge_words(const Edge& edge) {
  std::string words = edge.to + " shares its namespace";
  if (edge.condition == "service_started") words = edge.to + " has started";
  if (edge.condition == "service_healthy") words = edge.to + " is ready";
  if (edge.condition == "service_completed_successfully") words = edge.to + " is done";
  return edge.required ? words : words + " (if it is there)";
}

std::vector<Edge> edges_of(const Stack& stack) {
  std::vector<Edge> edges;
  for (const auto& [name, service] : stack.services) {
    for (const std::string& other : decide::waits_for(stack, service)) {
      Edge edge{name, other, "shares_namespace", true};
      const auto written = service.depends_on.find(other);
      if (written != service.depends_on.end()) {
        edge.condition = std::string(to_string(written->second.condition));
        edge.required = written->second.required;
      }
      edges.push_back(std::move(edge));
    }
  }
  return edges;
}

std::string in_quotes(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

/// Mermaid's ids have few letters; the names stand in the labels.
std::map<std::string, std::string> mermaid_ids(const Stack& stack) {
  std::map<std::string, std::string> ids;
  for (const auto& [name, service] : stack.services) ids.emplace(name, "s" + std::to_string(ids.size() + 1));
  return ids;
}

}  // namespace

std::string graph_text(const Stack& stack) {
  const std::vector<Edge> edges = edges_of(stack);
  std::size_t width = 0;
  for (const auto& [name, service] : stack.services) width = std::max(width, name.size());
  std::string out;
  std::size_t number = 0;
  for (const std::vector<std::string>& level : decide::levels(stack)) {
    ++number;
    for (const std::string& name : level) {
      std::vector<std::string> conditions;
      for (const Edge& edge : edges) {
        if (edge.from == name) conditions.push_back(edge_words(edge));
      }
      std::string line = std::to_string(number) + "  " + name;
      if (is_job(stack, stack.services.at(name))) line += " (job)";
      if (!conditions.empty()) {
        const std::size_t column = width + 11;
        line += std::string(line.size() < column ? column - line.size() : 2, ' ') + "after " +
                join(conditions, ", ");
      }
      out += line + "\n";
    }
  }
  return out;
}

std::string graph_dot(const Stack& stack) {
  std::string out = "digraph " + in_quotes(stack.name) + " {\n  rankdir=RL;\n";
  for (const auto& [name, service] : stack.services) {
    out += "  " + in_quotes(name) + (is_job(stack, service) ? " [shape=box]" : " [shape=ellipse]") + ";\n";
  }
  for (const Edge& edge : edges_of(stack)) {
    out += "  " + in_quotes(edge.from) + " -> " + in_quotes(edge.to) +
           " [label=" + in_quotes(edge.condition) + (edge.required ? "" : ", style=dashed") + "];\n";
  }
  return out + "}\n";
}

std::string graph_mermaid(const Stack& stack) {
  const std::map<std::string, std::string> ids = mermaid_ids(stack);
  std::string out = "flowchart RL\n";
  for (const auto& [name, service] : stack.services) {
    const bool job = is_job(stack, service);
    out += "  " + ids.at(name) + (job ? "[" : "([") + in_quotes(name) + (job ? "]" : "])") + "\n";
  }
  for (const Edge& edge : edges_of(stack)) {
    out += "  " + ids.at(edge.from) + (edge.required ? " -->|" : " -.->|") + edge.condition + "| " +
           ids.at(edge.to) + "\n";
  }
  return out;
}

json::value graph_json(const Stack& stack) {
  json::array levels;
  for (const std::vector<std::string>& level : decide::levels(stack)) {
    json::array names;
    for (const std::string& name : level) names.emplace_back(name);
    levels.push_back(std::move(names));
  }
  json::array edges;
  for (const Edge& edge : edges_of(stack)) {
    json::object one;
    one["from"] = edge.from;
    one["to"] = edge.to;
    one["condition"] = edge.condition;
    one["required"] = edge.required;
    edges.push_back(std::move(one));
  }
  json::object out;
  out["levels"] = std::move(levels);
  out["edges"] = std::move(edges);
  return out;
}

}  // namespace stackd::cli
