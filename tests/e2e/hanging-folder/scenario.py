import ctypes
import json
import os
import time

from engine import request
from small import loop
from world import Skipped, require

STACK = f"services:\n  web:{loop()}    restart: always\n"

# linux/fanotify.h
CLASS_CONTENT, MARK_ADD, OPEN_PERM, EVENT_ON_CHILD = 0x4, 0x1, 0x10000, 0x08000000


class Held:
    """Whoever opens a file of the folder waits, as on a file server that is gone, until this ends: the kernel asks
    for our leave, and we say nothing."""

    def __init__(self, folder):
        kernel = ctypes.CDLL(None, use_errno=True)
        self._asked = kernel.fanotify_init(CLASS_CONTENT, os.O_RDONLY)
        marked = self._asked >= 0 and kernel.fanotify_mark(
            self._asked, MARK_ADD, ctypes.c_uint64(OPEN_PERM | EVENT_ON_CHILD), -100, str(folder).encode()) == 0
        if not marked:
            raise Skipped(f"nobody can be made to wait here: {os.strerror(ctypes.get_errno())}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._asked)


def run(world):
    world.use_stack(STACK)
    world.up()
    elsewhere = world.home / "elsewhere"
    elsewhere.mkdir()
    elsewhere.joinpath("compose.yaml").write_text(f"name: {world.project}-other\n{STACK}")
    environment = {"COMPOSE_PROJECT_NAME": f"{world.project}-other"}
    deployed = world.ctl("up", files=["compose.yaml"], folder=elsewhere, environment=environment)
    require(deployed.returncode == 0, f"the other stack is not up: {deployed.stderr}")
    try:
        require(world.stack()["file_changed"] is False, "the files are called changed")
        world.use_stack(STACK + "    environment: {A: b}\n")  # so that they have to be read again
        with Held(world.folder):
            begin = time.monotonic()
            status = world.stack()
            require(status["file_changed"] is None, f"file_changed is {status['file_changed']}")
            every = json.loads(request(world.socket, "GET", "/v1/stacks"))["stacks"]
            took = time.monotonic() - begin
            known = {one["name"]: one["file_changed"] for one in every}
            require(known == {world.project: None, f"{world.project}-other": False}, f"known is {known}")
            said = world.ctl("-p", world.project, "status", files=[], folder=world.home).stdout
            require("not known" in said, f"status says:\n{said}")

            before = world.container("web")["State"]["StartedAt"]
            world.kill_process("web")
            world.until(lambda: world.is_running("web") and world.container("web")["State"]["StartedAt"] != before, 30,
                        "web is not started again")
            require(world.stack()["file_changed"] is None, "the files answer meanwhile")
        world.until(lambda: world.stack()["file_changed"] is True, 30, "nobody looks at the files again")
        world.say(f"two questions answered after {took * 1000:.0f} ms")
    finally:
        world.ctl("-p", f"{world.project}-other", "down", files=[], folder=elsewhere)
        world.ctl("-p", f"{world.project}-other", "forget", files=[], folder=elsewhere)
        world.engine.remove_project(f"{world.project}-other")
