import json

from small import CHAIN, loop
from world import require

def stack(more: str = "", with_gone: bool = False) -> str:
    names = ["cache", "idle"] + (["gone"] if with_gone else [])
    services = (f"  {name}:{loop()}    restart: always\n{more if name == 'cache' else ''}" for name in names)
    return CHAIN + "".join(services)


def run(world):
    world.use_stack(stack(with_gone=True))
    world.compose("up", "-d")
    world.compose("stop", "-t", "2", "idle")
    before = world.runs()
    # The files go on without the containers: one service has left them, one has changed.
    world.use_stack(stack("    environment: {SIZE: '2'}\n"))
    gone = world.name("gone")

    world.start_stackd()
    report = json.loads(world.order("--json", "adopt"))
    require(report["differing"] == ["cache"], f"adopt says {report}")
    require(report["orphans"] == [gone], f"adopt says {report}")
    require(report["left_down"] == ["idle"], f"adopt says {report}")
    world.stays(lambda: world.runs() == before, 4, "adopting touched a container")
    require(world.state("idle") == "stopped_outside", f"idle is {world.state('idle')}")
    world.kill_stackd()
    world.start_stackd()
    world.until(lambda: world.is_ready("web"), 20, "the stack is not up")
    world.stays(lambda: world.runs() == before, 3, "a stackd that started anew touched a container")
    require(any(gone in warning for warning in world.stack()["warnings"]), "status does not name the orphan")

    plan = world.ctl("plan").stdout
    require("stop cache" in plan and "stop db" not in plan, f"plan says:\n{plan}")
    world.order("deploy")
    after = world.runs()
    others = sorted(name for name in before if name not in after or after[name] != before[name])
    # A deploy is a new release: it runs its job, and starts what others stopped.
    require(others == sorted(world.name(name) for name in ("cache", "idle", "migrate")), f"the deploy touched {others}")
    require(after[world.name("cache")][0] != before[world.name("cache")][0], "cache was not replaced")
    require("SIZE=2" in world.container("cache")["Config"]["Env"], "cache is not as the file says")
    require("nothing to do" in world.order("deploy"), "the next deploy finds something to do")
    require(world.runs() == after, "the next deploy touched something")
    require(world.policy("gone") == "always", "the orphan's policy was touched")

    world.order("hand-back")
    for service in ("cache", "idle"):
        require(world.policy(service) == "always", f"{service} has {world.policy(service)} after hand-back")
    world.compose("up", "-d")
    require(world.ids() == {name: run[0] for name, run in after.items()}, "docker compose made containers anew")
    world.say(f"adopt touched 0 of {len(before)} containers, the deploy replaced 1, "
              f"docker compose afterwards made 0 anew")
