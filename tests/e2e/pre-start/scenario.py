from small import loop
from world import require


def stack(second: str) -> str:
    return f"""
services:
  web:{loop()}
    environment: {{NAME: web}}
    volumes: [data:/data]
    pre_start:
      - {{command: [sh, -c, "echo one $$NAME >> /data/log"], environment: {{NAME: first}}}}
      - {{command: [sh, -c, "{second}"], image: '${{BUSYBOX_IMAGE}}', user: root, working_dir: /data}}
volumes: {{data: }}
"""


def log(world) -> list:
    return world.engine.execute(world.name("web"), "cat", "/data/log").splitlines()


def hooks(world) -> dict:
    return {name: container for name, container in world.containers().items()
            if container["Config"]["Labels"].get("com.docker.compose.hook") == "pre_start"}


def sleeps(world) -> bool:
    return any(name.endswith("-pre_start-2") and container["State"]["Running"]
               for name, container in hooks(world).items())


def run(world):
    world.use_stack(stack("echo two $$NAME >> log"))
    world.up()
    require(log(world) == ["one first", "two web"], f"the hooks wrote {log(world)}")
    require(not hooks(world), "containers of hooks that succeeded are left")
    require("nothing to do" in world.order("deploy"), "an unchanged file is deployed again")
    require(len(log(world)) == 2, "hooks ran although nothing started")

    world.kill_stackd()
    world.start_stackd()
    world.until_all_ready()
    require(len(log(world)) == 2, "a restart of stackd ran the hooks")

    # A hook that fails: its service does not start, its words are told, and what ran before runs again.
    world.use_stack(stack("echo no luck >&2; exit 3"))
    failed = world.ctl("deploy")
    said = failed.stdout + failed.stderr
    require(failed.returncode == 1, f"the deploy ended with {failed.returncode}:\n{said}")
    require("pre_start of web, hook 2" in said and "ended with 3" in said, f"the deploy says:\n{said}")
    require("no luck" in said, f"the deploy does not name the hook's words:\n{said}")
    world.until(lambda: world.is_running("web") and world.is_ready("web"), 20, "the former web does not run again")

    world.use_stack(stack("echo two again >> log"))
    world.order("deploy")
    require(log(world)[-1] == "two again", f"the hooks wrote {log(world)}")
    require(not hooks(world), "the failed hook's container is still there")
    require(world.is_running("web"), "web does not run")

    # While a hook runs, its container is taken for nothing else, and down takes it along.
    world.use_stack(stack("sleep 1000"))
    world.ctl("deploy", "--detach")
    world.until(lambda: sleeps(world), 30, "the hook does not run")
    world.stays(lambda: sleeps(world) and len(hooks(world)) == 1 and not world.is_running("web"), 3,
                "the hook was disturbed")
    world.kill_stackd()
    world.start_stackd()
    world.until(lambda: sleeps(world), 30, "the hook does not run")
    world.stays(lambda: len(hooks(world)) <= 1, 3, "a hook runs twice")
