import json

from small import CHAIN, loop
from world import require

MADE_BY = "2.26.1"


def stack(environment: str = "") -> str:
    return CHAIN + f"""
  cache:{loop()}
    env_file: [cache.env]
    links: [db]
    volumes: [./site:/site]
    profiles: [all]
    develop: {{watch: [{{path: ./site, action: sync, target: /site}}]}}
{environment}"""


def run(world):
    (world.folder / "cache.env").write_text("SIZE=1\n")
    world.environment["COMPOSE_PROFILES"] = "all"
    world.use_stack(stack())
    world.compose("up", "-d", variant="trixie")
    made_by = world.container("cache")["Config"]["Labels"]["com.docker.compose.version"]
    require(made_by == MADE_BY, f"Compose {made_by} made it")
    before = world.runs()

    world.start_stackd()
    report = json.loads(world.order("--json", "adopt"))
    require(sorted(report["kept"]) == sorted(before), f"adopt says {report}")
    require(not report["differing"] and not report["untold"], f"adopt says {report}")
    require("nothing to do" in world.order("deploy"), "the dialect counts as a change")
    require(world.runs() == before, "a deploy of the unchanged files touched something")

    world.use_stack(stack("    environment: {COLOUR: red}\n"))
    plan = world.ctl("plan").stdout
    require("cache" in plan and "its configuration changed" in plan, f"plan says:\n{plan}")
    world.order("deploy")
    kept = [name for name in ("db", "web") if world.runs()[world.name(name)] == before[world.name(name)]]
    require(kept == ["db", "web"], f"of db and web only {kept} were kept")
    require(world.runs()[world.name("cache")] != before[world.name("cache")], "cache was not replaced")
