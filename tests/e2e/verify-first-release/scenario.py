from release import require_deploy
from world import require

STACK = """
x-stackd: {verify: [{url: "http://localhost:8088/page", within: 2s}]}
services:
  web:
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "trap 'exit 0' TERM; mkdir -p /www; httpd -p 80 -h /www; while :; do sleep 0.1; done"]
    ports: ["8088:80"]
    volumes: ["pages:/www"]
volumes:
  pages:
"""


def run(world):
    world.use_stack(STACK)
    world.start_stackd()
    cause = "verify: http://localhost:8088/page answered 404, not 200 (tried for 2s"
    for _ in range(2):
        done = world.ctl("deploy")
        require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        require_deploy(world, "failed", cause)
        require(world.is_ready("web"), "web does not keep running")
    run_before = world.runs()
    world.engine.execute(world.name("web"), "sh", "-c", "echo hello >/www/page")
    world.order("deploy")
    require(world.runs() == run_before, "web was touched")
    require("live" in world.order("show", "1"), "the release is not live")
    world.write("compose.yaml", STACK.replace("/page", "/other"))
    done = world.ctl("deploy")
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    require_deploy(world, "reverted", "http://localhost:8088/other answered 404")
    require(world.stack()["release"] == 1, "what was live is not put back")
