from release import require_deploy
from small import loop
from world import require

SERVICES = ("db", "web", "other")

STACK = f"""
services:
  db:{loop("rm -f /tmp/ready; sleep 0.3; touch /tmp/ready;")}
    networks: [back]
    healthcheck: {{test: [CMD, test, -e, /tmp/ready], interval: 30s, start_period: 10s}}
  web:{loop("WEB")}
    networks: [back, front]
    depends_on: {{db: {{condition: service_healthy}}, migrate: {{condition: service_completed_successfully}}}}
    deploy: {{update_config: {{monitor: 1s}}}}
  migrate:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "true"]
    networks: [back]
    depends_on: {{db: {{condition: service_healthy}}}}
  other:{loop()}
    networks: [front]
networks:
  back: {{labels: {{size: "SIZE"}}}}
  front: {{}}
"""


def run(world):
    world.start_stackd()
    use(world, "1")
    world.order("deploy")
    other = world.container("other")
    before = started(world)

    use(world, "2")
    stranger = attach_stranger(world)
    try:
        done = world.ctl("deploy")
        require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        require("is on it, which is not the stack's" in done.stdout + done.stderr, done.stdout + done.stderr)
        require(started(world) == before, "something was touched")
    finally:
        world.engine.delete(f"/containers/{stranger}?force=1")

    planned = world.ctl("plan").stdout
    for words in ("remove network", "create network back", "made anew", "web is away", "db is away"):
        require(words in planned, f"the plan does not say {words!r}:\n{planned}")
    world.order("deploy")
    require(size(world) == "2", "the network is the former one")
    require(world.container("other")["Id"] == other["Id"], "what is on no such network was replaced")
    after = started(world)
    require(after["db"] < after["web"], "web was started before db")
    reach(world)

    use(world, "3", "exit 1;")
    done = world.ctl("deploy")
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    require_deploy(world, "reverted", "web-1")
    require(size(world) == "2", "the former network is not back")
    world.until_all_ready()
    reach(world)
    require(world.container("other")["Id"] == other["Id"], "what is on no such network was replaced")

    world.order("rollback")
    require(size(world) == "1", "the network is not that of the release that was put back")
    reach(world)


def use(world, number: str, web: str = ""):
    world.use_stack(STACK.replace("SIZE", number).replace("WEB", web))


def size(world) -> str:
    return world.engine.get(f"/networks/{world.project}_back")["Labels"]["size"]


def attach_stranger(world) -> str:
    made = world.engine.post("/containers/create?name=e2e-stranger", {
        "Image": world.environment["BUSYBOX_IMAGE"], "Cmd": ["sleep", "600"],
        "HostConfig": {"NetworkMode": f"{world.project}_back"}})
    world.engine.post(f"/containers/{made['Id']}/start")
    return made["Id"]


def started(world) -> dict:
    return {name: world.container(name)["State"]["StartedAt"] for name in SERVICES}


def reach(world):
    answer = world.engine.execute(world.name("web"), "ping", "-c", "1", "-W", "2", "db")
    require("1 packets received" in answer, f"web does not reach db: {answer}")
