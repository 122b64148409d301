#include "compose/read/interpolate.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "compose/read/go_number.h"

namespace stackd::compose {

namespace {

using Path = std::vector<std::string_view>;

constexpr std::string_view list_item = "[]";

enum class Cast { none, integer, real, boolean };

struct CastRule {
  std::string_view path;  // below a service or a top-level entry, parts separated by dots
  Cast cast;
};

constexpr std::array service_casts = {
    CastRule{"cpu_count", Cast::integer},
    CastRule{"cpu_percent", Cast::real},
    CastRule{"cpu_period", Cast::integer},
    CastRule{"cpu_quota", Cast::integer},
    CastRule{"cpu_rt_period", Cast::integer},
    CastRule{"cpu_rt_runtime", Cast::integer},
    CastRule{"cpus", Cast::real},
    CastRule{"cpu_shares", Cast::integer},
    CastRule{"init", Cast::boolean},
    CastRule{"deploy.replicas", Cast::integer},
    CastRule{"deploy.update_config.parallelism", Cast::integer},
    CastRule{"deploy.update_config.max_failure_ratio", Cast::real},
    CastRule{"deploy.rollback_config.parallelism", Cast::integer},
    CastRule{"deploy.rollback_config.max_failure_ratio", Cast::real},
    CastRule{"deploy.restart_policy.max_attempts", Cast::integer},
    CastRule{"deploy.placement.max_replicas_per_node", Cast::integer},
    CastRule{"healthcheck.retries", Cast::integer},
    CastRule{"healthcheck.disable", Cast::boolean},
    CastRule{"oom_kill_disable", Cast::boolean},
    CastRule{"oom_score_adj", Cast::integer},
    CastRule{"pids_limit", Cast::integer},
    CastRule{"ports.[].target", Cast::integer},
    CastRule{"privileged", Cast::boolean},
    CastRule{"read_only", Cast::boolean},
    CastRule{"scale", Cast::integer},
    CastRule{"stdin_open", Cast::boolean},
    CastRule{"tty", Cast::boolean},
    CastRule{"ulimits.*", Cast::integer},
    CastRule{"ulimits.*.hard", Cast::integer},
    CastRule{"ulimits.*.soft", Cast::integer},
    CastRule{"volumes.[].read_only", Cast::boolean},
    CastRule{"volumes.[].volume.nocopy", Cast::boolean},
};
constexpr std::array network_casts = {
    CastRule{"external", Cast::boolean},    CastRule{"internal", Cast::boolean},
    CastRule{"attachable", Cast::boolean},  CastRule{"enable_ipv4", Cast::boolean},
    CastRule{"enable_ipv6", Cast::boolean},
};
constexpr std::array resource_casts = {CastRule{"external", Cast::boolean}};

/// Do the parts of a path from `from` on read like the pattern?
bool matches(const Path& path, std::size_t from, std::string_view pattern) {
  for (std::size_t i = from; i < path.size(); ++i) {
    const std::size_t dot = pattern.find('.');
    const std::string_view part = pattern.substr(0, dot);
    if (part != "*" && part != path[i]) return false;
    const bool last = dot == std::string_view::npos;
    if (last) return i + 1 == path.size();
    pattern.remove_prefix(dot + 1);
  }
  return false;
}

template <std::size_t N>
Cast find_cast(const Path& path, const std::array<CastRule, N>& rules) {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const CastRule& rule) { return matches(path, 2, rule.path); });
  return found == rules.end() ? Cast::none : found->cast;
}

Cast cast_for(const Path& path) {
  if (path.size() < 3) return Cast::none;
  if (path[0] == "services") return find_cast(path, service_casts);
  if (path[0] == "networks") return find_cast(path, network_casts);
  if (path[0] == "volumes" || path[0] == "secrets" || path[0] == "configs")
    return find_cast(path, resource_casts);
  return Cast::none;
}

std::string dotted(const Path& path) {
  std::string text;
  for (const std::string_view part : path) {
    if (!text.empty() && part != list_item) text += '.';
    text += part;
  }
  return text;
}

class Interpolation {
 public:
  Interpolation(const Lookup& lookup, Budget& budget, Report& report)
      : lookup_(lookup), budget_(budget), report_(report) {}

  void walk(Node& node);

 private:
  void text(Node& node);
  void cast(Node& node, Cast cast);

  const Lookup& lookup_;
  Budget& budget_;
  Report& report_;
  Path path_;
};

void Interpolation::walk(Node& node) {
  if (node.is_text()) return text(node);
  if (node.is_list()) {
    path_.push_back(list_item);
    for (Node& item : node.as_list()) walk(item);
    path_.pop_back();
  } else if (node.is_map()) {
    for (Entry& entry : node.as_map()) {
      path_.emplace_back(entry.key);
      walk(entry.value);
      path_.pop_back();
    }
  }
}

std::string advice_for(const std::string& problem, std::string_view text) {
  if (starts_with(problem, "required")) return "set it in the environment or in .env";
  if (!starts_with(problem, "invalid")) return {};
  if (text.substr(text.rfind("${")).find('}') == std::string_view::npos)
    return "close it with }; a $ that is meant literally is written $$";
  return "write ${NAME} or ${NAME:-default}; a $ that is meant literally is written $$";
}

void Interpolation::text(Node& node) {
  if (node.tag() == NodeTag::timestamp) return;
  UnsetNames unset;
  Result<std::string> value = substitute(node.as_text(), lookup_, unset);
  for (const std::string& name : unset)
    report_.warning("the variable " + quote(name) + " is not set, a blank string stands for it", node.mark());
  if (!value) {
    report_.error(dotted(path_) + ": " + value.error().message, node.mark(),
                  advice_for(value.error().message, node.as_text()));
    node.set_tag(NodeTag::damaged);
    return;
  }
  if (*value != node.as_text() && budget_.take(value->size(), node.mark()))
    node.as_text() = *std::move(value);
  if (const Cast wanted = cast_for(path_); wanted != Cast::none) cast(node, wanted);
}

void Interpolation::cast(Node& node, Cast wanted) {
  const std::string written = node.as_text();
  const Mark mark = node.mark();
  const auto wrong = [&](std::string_view what, std::string_view example) {
    report_.error(dotted(path_) + " must be " + std::string(what) + ", not " + quote(written), mark,
                  "write " + std::string(example));
    node.set_tag(NodeTag::damaged);
  };
  switch (wanted) {
    case Cast::integer:
      if (const auto value = parse_decimal(written)) {
        node = Node::integer(*value, mark);
      } else {
        wrong("a whole number", "decimal digits only, like 3");
      }
      return;
    case Cast::real:
      if (const auto value = parse_real(written)) {
        node = Node::real(*value, mark);
      } else {
        wrong("a number", "it like 0.5");
      }
      return;
    case Cast::boolean:
      if (const auto value = cast_boolean(written, mark, report_)) {
        node = Node::boolean(*value, mark);
      } else {
        wrong("true or false", "true or false");
      }
      return;
    case Cast::none:
      return;
  }
}

}  // namespace

void interpolate(Node& document, const Lookup& lookup, Budget& budget, Report& report) {
  Interpolation(lookup, budget, report).walk(document);
}

std::optional<bool> cast_boolean(std::string_view text, Mark mark, Report& report) {
  const std::string word = to_lower(text);
  if (word == "true") return true;
  if (word == "false") return false;
  const bool yes = word == "y" || word == "yes" || word == "on";
  const bool no = word == "n" || word == "no" || word == "off";
  if (!yes && !no) return std::nullopt;
  report.warning(quote(text) + " for a boolean is no YAML 1.2", mark,
                 std::string("write ") + (yes ? "true" : "false"));
  return yes;
}

}  // namespace stackd::compose
