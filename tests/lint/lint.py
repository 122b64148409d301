#!/usr/bin/env python3
"""Holds the sources against what a compiler can't see: the arrows between the folders, which library is
seen where, and what keeps a simulated run repeatable. Prints FILE:LINE: RULE: MESSAGE and exits 1 when
something is broken; sizes are listed and break nothing.

A line may carry `lint: allow RULE because REASON` in a comment; it is then left alone.
"""

import pathlib
import re
import sys
from dataclasses import dataclass

PURE = {"base", "model", "protocol", "compose", "decide"}
ARROWS = {
    "base": {"base"},
    "model": {"model", "base"},
    "protocol": {"protocol", "model", "base"},
    "compose": {"compose", "model", "base"},
    "decide": {"decide", "model", "base"},
    "runtime": {"runtime", "base"},
    "engine": {"engine", "model", "runtime", "base"},
    "store": {"store", "model", "base"},
    "daemon": {"daemon", "protocol", "store", "engine", "runtime", "decide", "compose", "model", "base"},
    "api": {"api", "protocol", "daemon", "runtime", "model", "base"},
    "cli": {"cli", "protocol", "compose", "decide", "runtime", "model", "base"},
}
# The same of the rooms within a folder; "" is what lies in the folder itself.
INNER = {
    "compose": {
        "read": {"read"},
        "canonical": {"canonical", "read"},
        "print": {"print", "canonical", "read"},
        "bind": {"bind", "print", "canonical", "read"},
        "advice": {"advice", "canonical", "read"},
        "assemble": {"assemble", "canonical", "read"},
        "": {"", "assemble", "canonical", "read"},
    },
    "decide": {
        "picture": {"picture"},
        "learn": {"learn", "replace", "picture"},
        "replace": {"replace", "picture"},
        "keep": {"keep", "replace", "picture"},
        "deploy": {"deploy", "tell", "keep", "replace", "picture"},
        "tell": {"tell", "keep", "learn", "replace", "picture"},
    },
    "daemon": {
        "": {""},
        "host": {"host", ""},
        "logs": {"logs", "host", ""},
        "ledger": {"ledger", "host", ""},
        "keep": {"keep", "ledger", "logs", "host", ""},
        "deploy": {"deploy", "keep", "ledger", "logs", "host", ""},
        "supervisor": {"supervisor", "deploy", "keep", "ledger", "logs", "host", ""},
    },
}
# Libraries that one place hides from all others: (what is included, who may, where to go instead).
HIDDEN = [
    (r"yaml-cpp/", r"compose/read/document(_builder)?\.(cc|h)", "compose/read/document.h"),
    (r"sqlite3\.h", r"store/sqlite\.cc", "store/sqlite.h"),
    (r"curl/", r"runtime/curl\w*\.(h|cc)", "runtime/http_client.h"),
    (r"runtime/curl\w*\.h", r"runtime/curl\w*\.(h|cc)|stackd\.cc", "runtime/http_client.h"),
    (r"spdlog/|fmt/", r"runtime/log_spdlog\.cc", "base/log.h"),
    (r"systemd/", r"runtime/(systemd|log_spdlog)\.cc", "runtime/systemd.h"),
    (r"boost/beast", r"runtime/(http_connection|asio_impl)\.cc|cli/client\w*\.cc", "runtime/http_server.h"),
    (r"CLI/", r"cli/\w+\.cc|stackd\.cc|stackctl\.cc", "cli/command.h"),
    (r"boost/process", r"(daemon|runtime|cli)/\w+\.cc", "a file behind a small header"),
    (r"archive(_entry)?\.h", r"(engine|daemon|cli)/\w+\.cc", "a file behind a small header"),
]
# All that a header outside runtime/ may include of Asio; the rest costs seconds in every file.
LIGHT_ASIO = re.compile(r"boost/asio/(awaitable|any_io_executor|io_context)\.hpp")

EDGE = re.compile(r"runtime/.*|stackd\.cc|stackctl\.cc")
CHANCE = [
    (r"\b(system|steady|high_resolution|utc|tai|file)_clock::now\b", "take the moment from a Clock or as an argument"),
    (r"\b(clock_gettime|gettimeofday|timespec_get)\s*\(|(?<![\w.>:])time\s*\(\s*(nullptr|NULL|0|&)", "take the moment from a Clock"),
    (r"\bthis_thread\b|(?<![\w.>:])(sleep|usleep|nanosleep)\s*\(", "sleep through a Clock"),
    (r"\b(secure_)?getenv\b|\bsetenv\b|\benviron\b", "the mains read the environment and pass it on"),
    (r"\brandom_device\b|\bmt19937(_64)?\b|\bdefault_random_engine\b|(?<![\w.>])s?rand\s*\(|\bgetrandom\b", "draw from a runtime::Random that you were given"),
    (r"\bstd::(jthread|thread|async|mutex|condition_variable)\b|\bpthread_create\b|#include <(thread|mutex|future|condition_variable)>", "there is one thread and one loop"),
]
DISTRIBUTION = re.compile(r"\bstd::(\w+_distribution|shuffle|sample|random_shuffle)\b")
POINTER_ORDER = re.compile(r"\bstd::(?:multi)?(?:map|set)<\s*(?:const\s+)?[\w:]+\s*(?:const\s*)?\*")
UNORDERED = re.compile(r"\bunordered_(?:multi)?(?:map|set)<[^;{}]*?>+\s*&?\s*(\w+)\s*[;{=,)]")
DOCKER = re.compile(r"HostConfig|NetworkingConfig|EndpointsConfig|RestartPolicy\"|/containers/|/images/create|/v1\.\d\d")
LABEL = re.compile(r"com\.docker\.compose|io\.stackd\.")
TODO = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")
LOOP = re.compile(r"\b(?:while|for)\s*\(")
CHOICE_AWAIT = re.compile(r"\?[^;?]*\bco_await\b[^;]*[^:]:[^:]|\?[^;]*[^:]:\s*co_await\b")
LAMBDA = re.compile(r"(?<=[(,={\s&|!])\[(?!\[)\s*[^\]\s][^\]]*\]\s*(?:\([^{};]*?\))?[^{};()\[\]]*\{")
SPAWN = re.compile(r"\bco_spawn\b|\bawaitable_operators\b|\bmake_parallel_group\b|\bdetached\b")
ALLOW = re.compile(r"lint: allow ([\w-]+) because \w{2,}")

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str
    is_advice: bool = False

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


TOKENS = re.compile(
    r"//[^\n]*|/\*.*?\*/|R\"(?P<tag>[^()\s]*)\(.*?\)(?P=tag)\"|\"(?:[^\"\\\n]|\\.)*\"|(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)+'",
    re.S)


def without_comments(text):
    return TOKENS.sub(lambda m: blank(m) if m.group(0).startswith(("//", "/*")) else m.group(0), text)


def code_only(text):
    """Comments and the insides of literals become blanks; includes keep their names."""
    def replace(match):
        token = match.group(0)
        before = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
        if token.startswith('"') and re.fullmatch(r"\s*#\s*include\s*", before):
            return token
        return blank(match)
    return TOKENS.sub(replace, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def closing(text, opening):
    """Where the bracket at `opening` is closed."""
    pair = {"(": ")", "{": "}"}[text[opening]]
    depth = 0
    for i in range(opening, len(text)):
        depth += {text[opening]: 1, pair: -1}.get(text[i], 0)
        if depth == 0:
            return i
    return len(text)


class Source:
    def __init__(self, path, text, sibling_text=""):
        self.path = path                      # below src, or tests/... for what lies there
        self.text = text
        self.code = code_only(text)
        self.sibling_code = code_only(sibling_text)
        self.folder = path.split("/")[0] if "/" in path else ""
        self.is_header = path.endswith(".h")
        self.findings = []

    def find(self, offset, rule, message, is_advice=False):
        line = line_of(self.text, offset)
        allowed = ALLOW.search(self.text.splitlines()[line - 1] if self.text else "")
        if not (allowed and allowed.group(1) == rule):
            self.findings.append(Finding(self.path, line, rule, message, is_advice))

    def each(self, pattern, rule, message, text=None):
        for match in re.finditer(pattern, self.code if text is None else text):
            self.find(match.start(), rule, message)


def check_includes(source):
    for match in re.finditer(r"#\s*include\s*([<\"])([^>\"]+)[>\"]", source.code):
        name = match.group(2)
        if match.group(1) == '"' and "/" in name:
            check_arrow(source, match.start(), name)
        for pattern, who, instead in HIDDEN:
            if re.match(pattern, name) and not re.fullmatch(who, source.path):
                source.find(match.start(), "hidden", f"{name} is not seen here; use {instead}")
        if name.startswith("boost/asio"):
            check_asio(source, match.start(), name)


def check_arrow(source, offset, name):
    target = name.split("/")[0]
    if source.folder not in ARROWS or target not in ARROWS or target in ARROWS[source.folder]:
        return
    source.find(offset, "arrow", f"{source.folder}/ may not include {name}")


def inner_room(path):
    return path.split("/")[1] if path.count("/") > 1 else ""


def backward_include(path, name):
    """Between rooms of one folder, against the arrows."""
    folder = path.split("/")[0]
    if folder not in INNER or name.split("/")[0] != folder:
        return False
    room, target = inner_room(path), inner_room(name)
    return room != target and target not in INNER[folder].get(room, set())


def includes_of(text):
    return re.findall(r'#\s*include\s*"([^"]+)"', code_only(text))


def check_inner_arrows(path, text):
    return [Finding(path, 1, "inner-arrow", f"{path.rpartition('/')[0]}/ may not include {name}")
            for name in includes_of(text) if backward_include(path, name)]


def check_asio(source, offset, name):
    if source.folder in PURE or source.folder == "store":
        source.find(offset, "hidden", f"{name}: {source.folder}/ does not wait")
    elif source.is_header and source.folder != "runtime" and not LIGHT_ASIO.fullmatch(name):
        source.find(offset, "heavy-header", f"{name} belongs into a .cc file")


def check_chance(source):
    if EDGE.fullmatch(source.path):
        return
    for pattern, instead in CHANCE:
        source.each(pattern, "chance", instead)


def check_order(source):
    source.each(DISTRIBUTION, "distribution", "its numbers differ between libraries; use runtime::Random")
    source.each(POINTER_ORDER, "pointer-order", "addresses differ from run to run; order by an id")
    for name in set(UNORDERED.findall(source.code) + UNORDERED.findall(source.sibling_code)):
        walk = rf"\bfor\s*\([^;()]*:\s*\*?(?:this->|\w+\.)?{name}\s*\)|\b{name}(?:\.|->)c?begin\s*\("
        source.each(walk, "unordered", f"{name} has no order that could be repeated; walk a map or sort first")


def check_spelling(source):
    text = without_comments(source.text)
    if not source.path.startswith("engine/docker"):
        source.each(DOCKER, "docker-spelling", "only engine/docker* speaks Docker's language", text)
    if not re.fullmatch(r"model/identity\.(h|cc)", source.path):
        source.each(LABEL, "label-spelling", "only model/identity.h spells labels", text)


def check_words(source):
    source.each(TODO, "todo", "name its number: TODO(#12)", source.text)
    source.each(r"(?<![\w_])assert\s*\(", "assert", "STACKD_CHECK also holds in release builds")
    if source.is_header and "#pragma once" not in source.code and "pch/" not in source.path:
        source.find(0, "header", "#pragma once is missing")
    if source.is_header and not source.path.startswith("tests/"):
        source.each(r"\busing namespace\b", "header", "a header imposes no names on its readers")


def check_spawns(source):
    """What is spawned by hand belongs to no group, and meets what runtime/start_later.h protects from."""
    if source.folder != "runtime":
        source.each(SPAWN, "spawn", "spawn through a TaskGroup; limit by with_deadline")


def check_coroutines(source):
    for match in LOOP.finditer(source.code):
        if "co_await" in source.code[match.end():closing(source.code, match.end() - 1)]:
            source.find(match.start(), "loop-await", "g++ 12 crashes on co_await in a loop's head; await before")
    source.each(CHOICE_AWAIT, "choice-await", "g++ 12 crashes on co_await within ?: ; write an if")
    for match in LAMBDA.finditer(source.code):
        body = source.code[match.end() - 1:closing(source.code, match.end() - 1)]
        if re.search(r"\bco_(await|return|yield)\b", body):
            source.find(match.start(), "lambda-coroutine", "its captures die before it ends; use a function")


def check_sizes(source):
    lines = source.text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        source.find(0, "size", f"{len(lines)} lines; look for the seam", is_advice=True)
    for number, line in enumerate(lines):
        start = re.match(r"(\s*)(?!namespace|class|struct|enum|union|extern|\}).*\)[\w\s:&>\-<,*]*\{$", line)
        if not start:
            continue
        end = next((i for i in range(number, len(lines)) if lines[i].startswith(start.group(1) + "}")), number)
        if end - number > FUNCTION_LINES_MAX and len(start.group(1)) <= 2:
            offset = sum(len(l) + 1 for l in lines[:number])
            source.find(offset, "size", f"a function of {end - number} lines", is_advice=True)


def check_source(path, text, sibling_text=""):
    """All findings in one file of src/."""
    source = Source(path, text, sibling_text)
    for check in (check_includes, check_chance, check_order, check_spelling, check_words, check_spawns,
                  check_coroutines, check_sizes):
        check(source)
    return sorted(source.findings, key=lambda f: (f.line, f.rule))


def check_test(path, text):
    """Tests may do more; what keeps the simulation repeatable and the compiler alive holds there too."""
    source = Source(path, text)
    check_coroutines(source)
    check_words(source)
    if path.startswith(("tests/sim/", "tests/support/")):
        check_order(source)
        source.each(CHANCE[4][0], "chance", CHANCE[4][1])
    return sorted(source.findings, key=lambda f: (f.line, f.rule))


MESON_FILE = re.compile(r"'([\w./-]+\.cc)'")


def check_meson(text, sources, mutated):
    """src/meson.build names every source once, and under mutated_files those that have mutations in them."""
    listed = re.search(r"mutated_files = files\((.*?)\)", text, re.S)
    in_list = set(MESON_FILE.findall(listed.group(1))) if listed else set()
    rest = text.replace(listed.group(0), blank(listed)) if listed else text
    named = {}
    findings = []
    for match in MESON_FILE.finditer(rest):
        line = line_of(rest, match.start())
        if match.group(1) in named:
            findings.append(Finding("meson.build", line, "meson", f"{match.group(1)} is built twice"))
        if match.group(1) not in sources:
            findings.append(Finding("meson.build", line, "meson", f"there is no {match.group(1)}"))
        named[match.group(1)] = line
    for name in sorted(sources - set(named) - in_list):
        findings.append(Finding(name, 1, "meson", "no library in meson.build has it"))
    for name in sorted(mutated ^ in_list):
        findings.append(Finding(name, 1, "meson", "mutated_files in meson.build has to name what includes "
                                                  "base/mutation.h, and nothing else"))
    return findings


def check_src_meson(src):
    sources = {f.relative_to(src).as_posix(): f.read_text() for f in src.rglob("*.cc")}
    mutated = {name for name, text in sources.items() if '#include "base/mutation.h"' in text}
    return check_meson((src / "meson.build").read_text(), set(sources), mutated)


def sibling_of(file):
    other = file.with_suffix(".h")
    return other.read_text() if file.suffix == ".cc" and other.exists() else ""


def check_tree(root):
    findings = []
    for file in sorted((root / "src").rglob("*")):
        if file.suffix in (".h", ".cc"):
            path = file.relative_to(root / "src").as_posix()
            text = file.read_text()
            findings += check_source(path, text, sibling_of(file)) + check_inner_arrows(path, text)
    for file in sorted((root / "tests").rglob("*")):
        if file.suffix in (".h", ".cc"):
            findings += check_test(file.relative_to(root).as_posix(), file.read_text())
    return findings + check_src_meson(root / "src")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    findings = check_tree(root)
    broken = [f for f in findings if not f.is_advice]
    for finding in findings:
        print(("advice: " if finding.is_advice else "") + str(finding))
    print(f"{len(broken)} broken, {len(findings) - len(broken)} advice")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
