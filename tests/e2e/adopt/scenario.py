import json

from visitors import Visitors
from world import require

KEPT = ("postgres", "web", "worker", "bot", "caddy")


def objects(world, kind) -> list:
    return sorted(found["Id"] if kind == "networks" else found["Name"] + found["CreatedAt"]
                  for found in world.engine.of_project(kind, world.project))


def run(world):
    world.use_nroxy()
    world.compose("up", "-d", "--wait")
    world.start_stackd()
    before = world.runs()
    networks, volumes = objects(world, "networks"), objects(world, "volumes")
    page = lambda: world.engine.curl("-f", "http://localhost/").returncode == 0
    world.until(page, 10, "the page does not answer")

    def require_untouched(when: str):
        now = world.runs()
        require(now == before, f"{when}, this was touched: {sorted(set(before.items()) ^ set(now.items()))}")
        require(objects(world, "networks") == networks, f"{when}, the networks are others")
        require(objects(world, "volumes") == volumes, f"{when}, the volumes are others")

    with Visitors(world.engine, "http://localhost/") as visitors:
        report = json.loads(world.order("--json", "adopt"))
        require(sorted(report["kept"]) == sorted(before), f"adopt says {report}")
        require(not report["differing"] and not report["orphans"], f"adopt says {report}")
        world.until_all_ready()
        world.until(lambda: all(world.policy(service) == "no" for service in KEPT), 10,
                    "the engine still has restart policies")
        require(world.state("migrate") == "job_done", f"migrate is {world.state('migrate')}")
        require_untouched("after adopt")

        world.kill_stackd()
        world.start_stackd()
        world.until_all_ready()
        require_untouched("after stackd was killed")
        said = world.order("deploy")
        require("nothing to do" in said, f"deploying the unchanged file says:\n{said}")
        world.stays(lambda: world.runs() == before, 3, "a deploy of the unchanged file touched something")

        world.order("hand-back")
        for service in KEPT:
            require(world.policy(service) == "unless-stopped", f"{service} has {world.policy(service)} after hand-back")
        require(world.policy("migrate") == "no", "migrate has a restart policy")
        require_untouched("after hand-back")
        world.compose("up", "-d")
        require(world.ids() == {name: run[0] for name, run in before.items()}, "docker compose made containers anew")
        after = world.runs()
        again = [name for name in before if after[name] != before[name]]
        require(again == [world.name("migrate")], f"docker compose started again: {again}")  # its own habit
    require(not visitors.failures, f"{len(visitors.failures)} of {visitors.requests} failed: {visitors.failures[:3]}")
    world.say(f"{len(before)} containers of {len(before)} are the same; "
              f"{visitors.requests} requests, {len(visitors.failures)} failed")
