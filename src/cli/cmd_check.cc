#include <set>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/project.h"
#include "compose/advice/advice.h"
#include "compose/bind/bind.h"
#include "compose/read/files.h"
#include "decide/deploy/early_reach.h"

namespace stackd::cli {
namespace {

struct Findings {
  std::vector<compose::Diagnostic> errors;
  std::vector<compose::Diagnostic> warnings;
  std::vector<compose::Advice> advice;
  std::string project;
  std::size_t services = 0;
};

json::object to_json(const compose::Diagnostic& diagnostic) {
  const Position position = diagnostic.mark.position();
  json::object out;
  out["message"] = diagnostic.message;
  out["file"] = nullptr;
  out["line"] = nullptr;
  out["column"] = nullptr;
  out["advice"] = nullptr;
  if (!position.file.empty()) out["file"] = position.file;
  if (position.line > 0) out["line"] = position.line;
  if (position.column > 0) out["column"] = position.column;
  if (!diagnostic.advice.empty()) out["advice"] = diagnostic.advice;
  return out;
}

json::array to_json(const std::vector<compose::Diagnostic>& diagnostics) {
  json::array list;
  for (const compose::Diagnostic& diagnostic : diagnostics) list.push_back(to_json(diagnostic));
  return list;
}

json::array to_json(const std::vector<compose::Advice>& advice) {
  json::array list;
  for (const compose::Advice& one : advice) {
    json::object out = to_json(one.diagnostic);
    out["name"] = one.name;
    list.push_back(std::move(out));
  }
  return list;
}

void print(Session& session, const Findings& findings) {
  if (session.global.json) {
    json::object out;
    out["errors"] = to_json(findings.errors);
    out["warnings"] = to_json(findings.warnings);
    out["advice"] = to_json(findings.advice);
    return print_json(session, out);
  }
  std::ostream& out = *session.out;
  for (const compose::Diagnostic& error : findings.errors) out << compose::to_text(error) << "\n";
  for (const compose::Diagnostic& warning : findings.warnings) {
    out << "warning: " << compose::to_text(warning) << "\n";
  }
  for (const compose::Advice& advice : findings.advice) out << compose::to_text(advice) << "\n";
  const std::size_t errors = findings.errors.size();
  if (errors > 0) {
    out << errors << (errors == 1 ? " error" : " errors") << "; nothing was touched\n";
  } else {
    out << findings.project << ": " << findings.services
        << (findings.services == 1 ? " service" : " services") << ", no errors"
        << (findings.advice.empty() ? "" : "; an advice is silenced by its name: --ignore NAME") << "\n";
  }
}

/// Whether a successor starts beside its predecessor is not the loader's to know.
void look_at_proxies(const compose::Project& project, const Stack& stack, Findings& findings) {
  decide::Target target;
  target.desired.stack = std::make_shared<const Stack>(stack);
  const decide::Wishes wishes;
  const Observed observed;
  const decide::Memory memory;
  const std::set<std::string> busy;
  for (const decide::EarlyReach& reach :
       decide::early_reaches({target, wishes, observed, memory, busy, Time{}})) {
    const compose::Entry* entry = project.model.find("services")->as_map().entry(reach.proxy);
    compose::Diagnostic diagnostic;
    diagnostic.message = decide::sentence_of(reach);
    diagnostic.mark = entry == nullptr ? compose::Mark{} : entry->key_mark;
    diagnostic.advice = decide::way_out(stack, reach);
    findings.advice.push_back({"reached-early", std::move(diagnostic)});
  }
}

void look_closer(const compose::Project& project, const std::set<std::string>& ignored, Findings& findings) {
  const compose::BindResult bound = compose::bind(project.model, {});
  findings.errors.insert(findings.errors.end(), bound.errors.begin(), bound.errors.end());
  findings.warnings.insert(findings.warnings.end(), bound.warnings.begin(), bound.warnings.end());
  if (!bound.ok()) return;
  findings.services = bound.stack->services.size();
  compose::find_unplaced(project, *bound.stack, findings.errors);
  findings.advice = compose::advise(project, *bound.stack, compose::RealFiles(), ignored);
  if (!ignored.contains("reached-early")) look_at_proxies(project, *bound.stack, findings);
}

int run_check(Session& session, const Arguments& arguments) {
  // The texts that the marks point into live in the result, so it outlives the findings.
  compose::LoadOptions options = load_options(session);
  options.require_values = true;
  const compose::LoadResult loaded = compose::load(options, compose::RealFiles());
  const std::vector<std::string> ignored = arguments.values("--ignore");
  Findings findings;
  findings.errors = loaded.errors;
  findings.warnings = loaded.warnings;
  if (loaded.ok()) {
    findings.project = loaded.project->name;
    look_closer(*loaded.project, {ignored.begin(), ignored.end()}, findings);
  }
  print(session, findings);
  return findings.errors.empty() ? exit_done : exit_failed;
}

std::vector<std::string> advice_names() {
  std::vector<std::string> names;
  for (const compose::AdviceTopic& topic : compose::advice_topics()) names.push_back(topic.name);
  return names;
}

/// The topics as a list for the help.
std::string advice_help() {
  std::string out = "Advice is about what is legal but dangerous; each kind has a name and can be ignored:";
  for (const compose::AdviceTopic& topic : compose::advice_topics()) {
    out += "\n  " + topic.name + ": " + topic.about;
  }
  return out;
}

}  // namespace

Command check_command() {
  Command command;
  command.name = "check";
  command.group = CommandGroup::files;
  command.summary = "find everything that is wrong with the stack files";
  command.details =
      std::string() +
      "Reads the files as a deploy would, with your environment, and names file, line and column of all "
      "errors\n"
      "at once. Touches nothing and needs no stackd. Advice alone is no failure.\n\n" +
      advice_help();
  command.options = {{"--ignore", "NAME", "leave an advice out, by its name", advice_names(), true}};
  command.examples = {{"stackctl check", "the file in this folder"},
                      {"stackctl -f compose.yaml -f prod.yaml check --json", "for an editor or CI"}};
  command.run = run_check;
  return command;
}

}  // namespace stackd::cli
