from world import require

STACK = """
services:
  web:
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "trap 'exit 0' TERM; : CODE; while :; do sleep 0.1; done"]
    environment: {PASSWORD: "${PASSWORD}", SAME: same}
    secrets: [token]
    deploy: {update_config: {monitor: 100ms}}
secrets:
  token: {file: ./token}
"""


def release(world, version: str):
    world.use_stack(STACK.replace("CODE", f"code {version}"))
    world.write("token", f"token {version}")
    world.order("up", environment={"PASSWORD": f"word {version}"})


def what_runs(world) -> tuple:
    said = world.engine.execute(world.name("web"), "sh", "-c", "echo $PASSWORD; cat /run/secrets/token")
    return (*said.split("\n")[:2], world.container("web")["Args"][-1].split(";")[1].strip(" :"))


def run(world):
    world.start_stackd()
    release(world, "1")
    release(world, "2")
    world.write("token", "token 3, which nobody deployed")

    told = world.order("rollback", "--current-env")
    require(what_runs(world) == ("word 2", "token 2", "code 1"), f"{what_runs(world)}")
    require("change back" not in told, f"it says:\n{told}")

    # The release before that one is 2, and nothing but code differs.
    world.order("rollback")
    require(what_runs(world) == ("word 2", "token 2", "code 2"), f"{what_runs(world)}")
    told = world.order("rollback", "--to", "1")
    require(what_runs(world) == ("word 1", "token 1", "code 1"), f"{what_runs(world)}")
    for line in ("variables that change back: PASSWORD\n", "secrets that change back: token\n"):
        require(line in told, f"it says:\n{told}")
    for value in ("word 1", "word 2", "token 1", "token 2", "SAME"):
        require(value not in told, f"it says:\n{told}")
