#include "cli/commands.h"
#include "cli/graph.h"
#include "cli/project.h"
#include "compose/bind/bind.h"

namespace stackd::cli {
namespace {

int run_graph(Session& session, const Arguments& arguments) {
  const std::optional<compose::Project> project = load_project(session, load_options(session));
  if (!project) return exit_failed;
  const compose::BindResult bound = compose::bind(project->model, {});
  if (!bound.ok()) return fail(session, Error{ErrorKind::invalid, compose::to_text(bound.errors)});
  const std::string format = arguments.value("--format").value_or("text");
  if (session.global.json) {
    print_json(session, graph_json(*bound.stack));
  } else if (format == "dot") {
    *session.out << graph_dot(*bound.stack);
  } else if (format == "mermaid") {
    *session.out << graph_mermaid(*bound.stack);
  } else {
    *session.out << graph_text(*bound.stack);
  }
  return exit_done;
}

}  // namespace

Command graph_command() {
  Command command;
  command.name = "graph";
  command.group = CommandGroup::files;
  command.summary = "the start order, and who waits for whom";
  command.options = {{"--format", "FORMAT", "how to draw it", {"text", "dot", "mermaid"}, false}};
  command.examples = {{"stackctl graph", "a line a service"},
                      {"stackctl graph --format dot | dot -Tsvg > order.svg", "as a picture"}};
  command.run = run_graph;
  return command;
}

}  // namespace stackd::cli
