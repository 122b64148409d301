from world import require

STACK = """
services:
  web:
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    secrets: [token]
    configs: [{source: mode, target: /etc/mode}]
    deploy: {update_config: {monitor: 100ms}}
  other:
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
secrets:
  token:
    environment: TOKEN
configs:
  mode: {environment: MODE}
"""


def seen(world) -> str:
    return world.engine.execute(world.name("web"), "sh", "-c", "cat /run/secrets/token; echo; cat /etc/mode")


def require_seen(world, token: str):
    require(seen(world) == f"{token}\nfast", f"instead of {token} there is {seen(world)!r}")


def run(world):
    world.start_stackd()
    world.use_stack(STACK)
    world.write(".env", "MODE=fast\n")
    missing = world.ctl("up")
    require(missing.returncode == 1 and "compose.yaml:14:18" in missing.stderr
            and "secrets.token: the variable TOKEN is not set" in missing.stderr, f"it says:\n{missing.stderr}")
    world.order("up", environment={"TOKEN": "w0rd-1"})
    require_seen(world, "w0rd-1")
    runs = world.runs()
    require("nothing to do" in world.order("up", environment={"TOKEN": "w0rd-1"}), "there is something to do")

    world.kill_stackd()
    world.start_stackd()
    world.until_all_ready()
    require(world.runs() == runs, "a container was made or started anew")
    world.order("restart", "web")
    world.until(lambda: world.runs() != runs, 20, "web was not restarted")
    world.until_all_ready()
    require_seen(world, "w0rd-1")

    other = world.container("other")["Id"]
    planned = world.ctl("plan", environment={"TOKEN": "w0rd-2"}).stdout
    require("one of its secrets or configs changed" in planned, f"the plan says:\n{planned}")
    told = planned + world.order("up", environment={"TOKEN": "w0rd-2"})
    require_seen(world, "w0rd-2")
    for command in (("show",), ("show", "--json"), ("history",), ("history", "--json"), ("status", "--json")):
        told += world.order(*command)
    told += world.order("rollback")
    require_seen(world, "w0rd-1")
    require(world.container("other")["Id"] == other, "another service was replaced")
    require("secrets that change back: token" in told, f"it says:\n{told}")
    require("(hidden, changed)" in told, f"it says:\n{told}")
    for value in ("w0rd-1", "w0rd-2"):
        require(value not in told, f"{value} is shown:\n{told}")
    world.order("rollback", "--to", "2", "--current-env")
    require_seen(world, "w0rd-1")
