import time

from release import require_deploy
from world import require

STACK = """
x-stackd: {VERIFY}
services:
  web:
    image: ${BUSYBOX_IMAGE}
    command:
    - sh
    - -c
    - |
      trap 'exit 0' TERM
      trap 'cat /conf/web.conf >>/tmp/read' HUP
      cat /conf/web.conf >/tmp/read
      while :; do sleep 0.1; done
    volumes: ["./conf:/conf:ro"]
    deploy: {update_config: {monitor: 500ms}}
    x-stackd: {reload: {signal: HUP}}
"""


def run(world):
    world.start_stackd()
    configure(world, "one")
    world.order("deploy")
    first = world.container("web")
    require(read(world) == ["one"], f"at first it read {read(world)}")

    configure(world, "two")
    planned = world.ctl("plan").stdout
    require("reload web" in planned, f"plan says:\n{planned}")
    world.order("deploy")
    world.until(lambda: read(world) == ["one", "two"], 5, f"it read {read(world)}")

    seen = ["one", "two"]
    for number, pause in enumerate((0.05, 0.1, 0.15, 0.2, 0.3, 0.45)):
        word = f"killed-{number}"
        configure(world, word)
        world.order("deploy", "--detach")
        time.sleep(pause)  # a moment to be killed at, nothing is waited for
        world.kill_stackd()
        world.start_stackd()
        world.until(lambda: world.deploys()[0]["state"] == "live", 30, "the deploy is not live")
        seen.append(word)
        world.until(lambda: read(world)[-1] == word, 5, f"it read {read(world)}")
        # An order whose answer nobody heard is given again: what was read is the same.
        require(once_each(read(world)) == seen, f"it read {read(world)}")

    configure(world, "refused", 'verify: [{url: "http://localhost:1/", within: 1s}]')
    require(world.ctl("deploy").returncode == 1, "the release did not fail")
    require_deploy(world, "reverted", "http://localhost:1/")
    now = world.container("web")
    require(now["Id"] != first["Id"], "it reads the refused folder still")
    require(world.engine.execute(now["Id"], "cat", "/conf/web.conf").strip() == seen[-1], "not the folder of before")


def configure(world, word: str, verify: str = ""):
    world.write("conf/web.conf", word + "\n")
    world.use_stack(STACK.replace("VERIFY", verify))


def read(world) -> list:
    return world.engine.execute(world.container("web")["Id"], "cat", "/tmp/read").split()


def once_each(words: list) -> list:
    return [word for number, word in enumerate(words) if word != words[number - 1] or number == 0]
