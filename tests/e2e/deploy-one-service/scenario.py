from registry import ADDRESS, Registry
from world import require

LOOP = """[sh, -c, "trap 'exit 0' TERM; : CODE; while :; do sleep 0.1; done"]"""
STACK = f"""
services:
  web:
    image: ${{BUSYBOX_IMAGE}}
    command: {LOOP}
    depends_on: [db]
    volumes: ["./web.conf:/conf:ro"]
    deploy: {{update_config: {{monitor: 100ms}}}}
  db:
    image: ${{BUSYBOX_IMAGE}}
    command: {LOOP}
    deploy: {{update_config: {{monitor: 100ms}}}}
  worker:
    image: {ADDRESS}/shop/worker:live
    command: {LOOP}
    volumes: ["./worker:/conf:ro"]
    secrets: [token]
    deploy: {{update_config: {{monitor: 100ms}}}}
secrets:
  token: {{environment: TOKEN}}
"""


def deploy(world, registry, version: str, *services: str) -> str:
    registry.push("shop/worker", "live", version)
    world.use_stack(STACK.replace("CODE", f"code {version}"))
    for name in ("web.conf", "worker/conf"):
        world.write(name, f"{name} {version}\n")
    return world.order("deploy", *services, environment={"TOKEN": f"token {version}"})


def worker(world) -> list:
    return world.engine.execute(world.name("worker"), "sh", "-c",
                                "echo $VERSION; cat /conf/conf /run/secrets/token").split("\n")


def run(world):
    registry = Registry(world)
    try:
        world.start_stackd()
        deploy(world, registry, "1")
        before = world.ids()
        planned = world.ctl("plan", "web", environment={"TOKEN": "token 2"}).stdout
        require("worker" not in planned, f"the plan says:\n{planned}")
        deploy(world, registry, "2", "web")
        after = world.ids()
        require(after[world.name("worker")] == before[world.name("worker")], "worker was replaced")
        require(all(after[world.name(name)] != before[world.name(name)] for name in ("web", "db")),
                "web or db was not replaced")
        require(world.engine.execute(world.name("web"), "cat", "/conf") == "web.conf 2\n", "web has the old file")

        world.engine.delete(f"/containers/{after[world.name('worker')]}?force=true")
        world.until(lambda: worker(world) == ["1", "worker/conf 1", "token 1"], 30,
                    "worker was not made again as it was")
        deploy(world, registry, "3")
        require(worker(world) == ["3", "worker/conf 3", "token 3"], f"worker is {worker(world)}")
    finally:
        registry.stop()
