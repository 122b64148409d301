import sys
import time

from small import loop
from world import require

STACK = f"""
services:
  web:{loop()}
"""
ADDRESS = "127.0.0.1:5998"
MUTE = f"import socket, time; s = socket.create_server(('127.0.0.1', {ADDRESS.split(':')[1]})); time.sleep(600)"


def run(world):
    world.use_stack(STACK)
    world.up()
    before = world.ids()
    mute = world.engine.spawn(sys.executable, "-c", MUTE)
    try:
        world.use_stack(STACK.replace("${BUSYBOX_IMAGE}", f"{ADDRESS}/shop/web:1"))
        time.sleep(1)
        world.order("deploy", "--detach")
        world.until(lambda: world.stack()["deploy"]["state"] == "fetching", 20, "it does not look for the image")
        time.sleep(1)
        begin = time.monotonic()
        world.order("cancel")
        world.until(lambda: world.deploys()[0]["state"] == "cancelled", 10, "the deploy is not cancelled")
        require(time.monotonic() - begin < 5, "the cancel waited for the registry")
        require(world.ids() == before, "something was touched")
        world.use_stack(STACK)
        require("nothing to do" in world.order("deploy"), "the deploy after it had something to do")
    finally:
        mute.kill()
        mute.wait()
