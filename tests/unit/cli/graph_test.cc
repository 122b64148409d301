#include "cli/graph.h"

#include <doctest/doctest.h>

using namespace stackd;

namespace {

/// postgres; migrate, a job that waits for it; web, which waits for both and perhaps for a cache.
Stack sample_stack() {
  Stack stack;
  stack.name = "shop";
  for (const char* name : {"postgres", "migrate", "web", "cache"}) {
    stack.services[name].name = name;
  }
  stack.services["migrate"].depends_on["postgres"].condition = DependencyCondition::healthy;
  stack.services["web"].depends_on["postgres"].condition = DependencyCondition::healthy;
  stack.services["web"].depends_on["migrate"].condition = DependencyCondition::completed;
  stack.services["web"].depends_on["cache"].required = false;
  return stack;
}

}  // namespace

TEST_CASE("the order as text numbers the rounds and names what each service waits for") {
  CHECK(cli::graph_text(sample_stack()) ==
        "1  cache\n"
        "1  postgres\n"
        "2  migrate (job)   after postgres is ready\n"
        "3  web             after cache has started (if it is there), migrate is done, postgres is ready\n");
}

TEST_CASE("the order as dot is a graph of quoted names") {
  CHECK(cli::graph_dot(sample_stack()) ==
        "digraph \"shop\" {\n"
        "  rankdir=RL;\n"
        "  \"cache\" [shape=ellipse];\n"
        "  \"migrate\" [shape=box];\n"
        "  \"postgres\" [shape=ellipse];\n"
        "  \"web\" [shape=ellipse];\n"
        "  \"migrate\" -> \"postgres\" [label=\"service_healthy\"];\n"
        "  \"web\" -> \"cache\" [label=\"service_started\", style=dashed];\n"
        "  \"web\" -> \"migrate\" [label=\"service_completed_successfully\"];\n"
        "  \"web\" -> \"postgres\" [label=\"service_healthy\"];\n"
        "}\n");
}

TEST_CASE("the order as mermaid keeps names out of ids") {
  CHECK(cli::graph_mermaid(sample_stack()) ==
        "flowchart RL\n"
        "  s1([\"cache\"])\n"
        "  s2[\"migrate\"]\n"
        "  s3([\"postgres\"])\n"
        "  s4([\"web\"])\n"
        "  s2 -->|service_healthy| s3\n"
        "  s4 -.->|service_started| s1\n"
        "  s4 -->|service_completed_successfully| s2\n"
        "  s4 -->|service_healthy| s3\n");
}

TEST_CASE("the order as JSON has levels and edges") {
  CHECK(to_text(cli::graph_json(sample_stack()).get_object().at("levels")) ==
        R"([["cache","postgres"],["migrate"],["web"]])");
}
