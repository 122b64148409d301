from small import loop
from world import require

STACK = f"""
x-stackd: {{releases: {{keep: 2}}}}
services:
  web:{loop()}
    volumes: ["./conf:/conf:ro"]
    deploy: {{update_config: {{monitor: 100ms}}}}
  other:{loop(": NUMBER;")}
    deploy: {{update_config: {{monitor: 100ms}}}}
"""


def release(world, number: int):
    world.use_stack(STACK.replace("NUMBER", str(number)))
    world.order("deploy")


def configuration(world) -> str:
    return world.engine.execute(world.name("web"), "cat", "/conf/web.conf").strip()


def run(world):
    world.start_stackd()
    world.write("conf/web.conf", "one")
    release(world, 1)
    world.write("conf/web.conf", "two")
    release(world, 2)
    world.order("rollback")
    require(configuration(world) == "one", configuration(world))
    web = world.container("web")["Id"]

    world.write("conf/web.conf", "one")  # taken back by hand: nothing of web changes any more
    for number in range(3, 8):
        release(world, number)
        require(world.container("web")["Id"] == web, "web was replaced although nothing of it changed")
    world.order("restart", "web")
    world.until_all_ready()
    require(configuration(world) == "one", f"after a restart it reads {configuration(world)!r}")

    # Files that were refused are not the stack's own.
    world.write("broken.yaml", STACK.replace("NUMBER", "8").replace("${BUSYBOX_IMAGE}", "nobody/has:this"))
    done = world.ctl("deploy", "--replace-files", files=["broken.yaml"])
    require(done.returncode == 1, f"it ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    release(world, 9)
