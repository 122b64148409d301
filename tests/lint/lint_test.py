#!/usr/bin/env python3
"""Every rule of lint.py can fail, and does not fail on what is near it but right."""

import sys

import lint

BROKEN = [
    ("arrow", "compose/load.cc", '#include "decide/picture/order.h"'),
    ("arrow", "decide/keep/order.cc", '#include "compose/load.h"'),
    ("arrow", "base/text.cc", '#include "model/stack.h"'),
    ("arrow", "store/rows.cc", '#include "runtime/clock.h"'),
    ("arrow", "cli/render.cc", '#include "daemon/supervisor/supervisor.h"'),
    ("arrow", "runtime/bell.cc", '#include "model/stack.h"'),
    ("hidden", "compose/bind/bind.cc", "#include <yaml-cpp/yaml.h>"),
    ("hidden", "store/rows.cc", "#include <sqlite3.h>"),
    ("hidden", "engine/docker.cc", "#include <curl/curl.h>"),
    ("hidden", "daemon/notify.cc", '#include "runtime/curl.h"'),
    ("hidden", "daemon/notify.cc", "#include <spdlog/spdlog.h>"),
    ("hidden", "runtime/bell.cc", "#include <boost/beast/http.hpp>"),
    ("hidden", "decide/keep/order.cc", "#include <boost/asio/post.hpp>"),
    ("hidden", "store/rows.cc", "#include <boost/asio/post.hpp>"),
    ("hidden", "api/routes.cc", "#include <CLI/CLI.hpp>"),
    ("hidden", "daemon/wake.cc", "#include <systemd/sd-daemon.h>"),
    ("heavy-header", "engine/docker.h", "#pragma once\n#include <boost/asio/steady_timer.hpp>"),
    ("chance", "decide/keep/backoff.cc", "auto t = std::chrono::steady_clock::now();"),
    ("chance", "daemon/wake.cc", "auto t = time(nullptr);"),
    ("chance", "daemon/wake.cc", "std::this_thread::sleep_for(delay);"),
    ("chance", "engine/docker.cc", 'const char* host = std::getenv("DOCKER_HOST");'),
    ("chance", "decide/keep/backoff.cc", "std::mt19937 engine;"),
    ("chance", "daemon/keep/execute.cc", "#include <thread>"),
    ("chance", "daemon/keep/execute.cc", "std::mutex lock;"),
    ("distribution", "runtime/random.cc", "std::uniform_int_distribution<int> dice(1, 6);"),
    ("distribution", "decide/keep/order.cc", "std::shuffle(a.begin(), a.end(), random);"),
    ("pointer-order", "daemon/supervisor/supervisor.h", "#pragma once\nstd::map<const Keeper*, int> ages;"),
    ("unordered", "decide/keep/order.cc", "std::unordered_map<std::string, int> seen;\nfor (const auto& [k, v] : seen) use(k);"),
    ("unordered", "decide/keep/order.cc", "std::unordered_set<int> seen;\nauto first = seen.begin();"),
    ("docker-spelling", "daemon/keep/execute.cc", 'body["HostConfig"] = host;'),
    ("docker-spelling", "daemon/keep/execute.cc", 'get("/containers/" + id);'),
    ("label-spelling", "engine/docker_read.cc", 'labels["com.docker.compose.project"];'),
    ("todo", "base/text.cc", "// TODO: later"),
    ("assert", "base/text.cc", "assert(x > 0);"),
    ("header", "base/text.h", "int f();"),
    ("header", "base/text.h", "#pragma once\nusing namespace std;"),
    ("spawn", "daemon/wake.cc", "asio::co_spawn(io, f(), asio::detached);"),
    ("spawn", "engine/docker.cc", "using namespace boost::asio::experimental::awaitable_operators;"),
    ("loop-await", "daemon/wake.cc", "while (co_await more()) work();"),
    ("loop-await", "daemon/wake.cc", "for (auto& x : (co_await all()).list) work(x);"),
    ("choice-await", "daemon/wake.cc", "auto x = yes ? co_await a() : b;"),
    ("choice-await", "daemon/wake.cc", "auto x = yes ? b : co_await a();"),
    ("lambda-coroutine", "daemon/wake.cc", "group.spawn(\"x\", [this]() -> Task<void> { co_await wake(); }());"),
    ("lambda-coroutine", "daemon/wake.cc", "auto f = [&x](int y) -> Task<void> {\n  if (y) { co_return; }\n};"),
]

FINE = [
    ("compose/read/document.cc", "#include <yaml-cpp/eventhandler.h>"),
    ("store/sqlite.cc", "#include <sqlite3.h>"),
    ("runtime/curl_multi.cc", "#include <curl/curl.h>"),
    ("stackd.cc", '#include "runtime/curl.h"\nconst char* x = getenv("X");'),
    ("cli/client.cc", '#include "protocol/wire.h"\n#include <boost/beast/http.hpp>'),
    ("engine/engine.h", "#pragma once\n#include <boost/asio/awaitable.hpp>"),
    ("engine/docker_create.cc", 'body["HostConfig"] = host;'),
    ("model/identity.cc", 'constexpr auto project = "com.docker.compose.project";'),
    ("runtime/clock_real.cc", "return std::chrono::steady_clock::now();"),
    ("decide/keep/backoff.cc", "// steady_clock::now is read elsewhere, and rand() too\nauto t = clock.now();"),
    ("decide/keep/backoff.cc", 'say("sleep(1) and getenv and com");'),
    ("decide/keep/order.cc", "std::unordered_map<std::string, int> seen;\nif (seen.contains(k)) return;\nfor (auto& x : sorted) use(x);"),
    ("decide/keep/order.cc", "std::map<std::string, Keeper*> by_name;"),
    ("base/text.cc", "// TODO(#12): names its number\nstatic_assert(sizeof(int) == 4);"),
    ("base/text.cc", "assert(x);  // lint: allow assert because the reason stands here"),
    ("daemon/wake.cc", "while (running) co_await more();\nfor (auto& x : all) { co_await f(x); }"),
    ("daemon/wake.cc", "const bool x = a ? b : c;\nco_await f(x ? 1 : 2);"),
    ("daemon/wake.cc", "auto f = [this](int y) { return step(y); };\nco_await f(1);"),
    ("daemon/wake.cc", "auto f = [](int y) -> Task<void> { co_return; };"),
    ("daemon/wake.cc", "int digit = 1'000'000; char c = 'x';\nfoo[i] = bar{co_await g()};"),
]


# Includes between rooms of one folder: against the arrows, and along them.
BACKWARDS = [
    ("compose/read/merge.cc", "compose/bind/bind.h"),
    ("compose/canonical/check.cc", "compose/print/print.h"),
    ("compose/advice/advice.cc", "compose/bind/bind.h"),
    ("decide/picture/state.cc", "decide/keep/reconcile.h"),
    ("decide/replace/rollout.cc", "decide/deploy/machine.h"),
    ("decide/learn/note.cc", "decide/keep/start.h"),
    ("decide/keep/start.cc", "decide/learn/learn.h"),
    ("decide/tell/explain.cc", "decide/deploy/machine.h"),
    ("daemon/ledger/records.cc", "daemon/keep/stack_keeper.h"),
    ("daemon/keep/adopt.cc", "daemon/deploy/images.h"),
    ("daemon/deploy/attempt.cc", "daemon/supervisor/report.h"),
    ("daemon/control.h", "daemon/host/edges.h"),
    ("daemon/unknown/file.cc", "daemon/host/edges.h"),
]
FORWARDS = [
    ("compose/bind/bind.cc", "compose/read/node.h"),
    ("decide/deploy/judge.cc", "decide/replace/settled.h"),
    ("decide/keep/start.cc", "decide/picture/order.h"),
    ("decide/learn/note.cc", "decide/picture/backoff.h"),
    ("compose/load.cc", "compose/assemble/assemble.h"),
    ("decide/keep/start.cc", "model/stack.h"),
    ("daemon/deploy/attempt.cc", "daemon/keep/stack_keeper.h"),
    ("daemon/host/feed.h", "daemon/control.h"),
    ("base/text.cc", "base/error.h"),
]


def inner_arrow_failures():
    failures = [f"does not see that {path} includes {name}" for path, name in BACKWARDS
                if not lint.backward_include(path, name)]
    failures += [f"{path} may include {name}" for path, name in FORWARDS if lint.backward_include(path, name)]
    path, name = BACKWARDS[0]
    if [f.rule for f in lint.check_inner_arrows(path, f'#include "{name}"\n')] != ["inner-arrow"]:
        failures.append("an include against the arrows is no finding")
    if lint.check_inner_arrows(path, f'// #include "{name}"\n'):
        failures.append("what is no include is a finding")
    return failures


def main():
    failures = inner_arrow_failures()
    for rule, path, text in BROKEN:
        found = {f.rule for f in lint.check_source(path, text)}
        if rule not in found:
            failures.append(f"{rule} does not see: {text!r} in {path}, only {sorted(found)}")
    for path, text in FINE:
        text = text if path.endswith(".cc") or "#pragma once" in text else "#pragma once\n" + text
        failures += [f"wrongly found: {f}" for f in lint.check_source(path, text)]

    long_file = lint.check_source("base/text.cc", "int x;\n" * 401)
    long_function = lint.check_source("base/text.cc", "int f(int x) {\n" + "  x++;\n" * 70 + "}\n")
    for name, findings in (("file", long_file), ("function", long_function)):
        if [(f.rule, f.is_advice) for f in findings] != [("size", True)]:
            failures.append(f"the long {name} is not advised: {findings}")

    if not lint.check_test("tests/sim/world.cc", "std::random_device device;"):
        failures.append("chance in the simulation is not seen")
    if lint.check_test("tests/unit/x_test.cc", "std::random_device device;"):
        failures.append("a unit test may draw")
    header = "#pragma once\nclass A { std::unordered_map<int, int> seen_; };"
    if not lint.check_source("daemon/a.cc", "for (auto& x : seen_) use(x);", header):
        failures.append("the header's unordered member is not known in its .cc")

    meson = "a_lib = static_library('a', files('a/x.cc', 'a/y.cc'))\nmutated_files = files('a/x.cc')\n"
    for sources, mutated, expected in (({"a/x.cc", "a/y.cc"}, {"a/x.cc"}, 0),
                                       ({"a/x.cc", "a/y.cc", "a/z.cc"}, {"a/x.cc"}, 1),
                                       ({"a/x.cc"}, {"a/x.cc"}, 1),
                                       ({"a/x.cc", "a/y.cc"}, {"a/y.cc"}, 2)):
        found = lint.check_meson(meson, sources, mutated)
        if len(found) != expected or any(f.rule != "meson" for f in found):
            failures.append(f"meson.build with {sources}, {mutated}: {[str(f) for f in found]}")

    broken, fine = len(BROKEN) + len(BACKWARDS), len(FINE) + len(FORWARDS)
    print("\n".join(failures) or f"{broken} broken and {fine} right examples, each told apart")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
