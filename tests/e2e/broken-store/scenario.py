"""nroxy after a reboot with a damaged store; then a small stack with every way in which a store can be broken."""

import sqlite3
import time

from order import require_one_bot, require_order
from small import CHAIN
from world import require

PATH = "state/stackd.db"
# Root reads whatever it likes, unless it is told not to.
MAY_NOT_READ = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def damaged(path):
    """The file, and the log that would mend it."""
    for file in path.parent.glob(path.name + "*"):
        if file.name in (path.name, path.name + "-wal"):
            file.write_bytes(b"\xee" * 8192 + file.read_bytes()[8192:])


def of_a_newer_stackd(path):
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()


def unreadable(path):
    path.chmod(0)
    path.parent.chmod(0o700)


def files(world) -> dict:
    """The store's own files, but for SQLite's index of the log and a log without an entry."""
    found = {path.name: (path.read_bytes(), path.stat().st_mode)
             for path in sorted((world.home / "state").glob("stackd.db*")) if not path.name.endswith("-shm")}
    return {name: file for name, file in found.items() if file[0]}


def require_refused(world, *arguments: str):
    done = world.ctl(*arguments)
    said = done.stdout + done.stderr
    require(done.returncode == 1 and "stackd can't read its store" in said and "start stackd again" in said,
            f"stackctl {' '.join(arguments)} ended with {done.returncode}:\n{said}")


def require_told(world, why: str):
    status = world.ctl("status")
    require("stackd can't read its store" in status.stdout and why in status.stdout,
            f"status says:\n{status.stdout}{status.stderr}")
    require(why in (world.home / "stackd.log").read_text(), "the log does not say it")


def run(world):
    world.use_nroxy()
    world.up()
    services = ("postgres", "web", "worker", "bot", "caddy")
    ids = world.ids()
    world.kill_stackd()
    store = world.home / PATH
    whole = {path: path.read_bytes() for path in store.parent.glob("stackd.db*")}
    damaged(store)
    before = files(world)

    world.engine.control("stop")
    at = time.time()
    world.engine.control("resume")
    world.start_stackd()
    for service in services:
        world.until(lambda: world.restarted_after(service, at), 60, f"{service} is not back")
    world.until_all_ready()
    require_order(world, migrated_before=at)
    require_one_bot(world)
    require_told(world, "not a database")
    world.write("override.yaml", "services: {web: {environment: {ROUND: '1'}}}\n")
    for words in (("deploy",), ("plan",), ("rollback",), ("history",), ("down",), ("hand-back",)):
        require_refused(world, *words)
    killed = time.time()
    world.kill_process("web")
    world.until(lambda: world.restarted_after("web", killed), 10, "a crashed container is not started again")
    world.order("stop", "worker")
    world.until(lambda: not world.is_running("worker"), 20, "stop does not stop")
    world.order("start", "worker")
    world.until_all_ready()
    require(world.ids() == ids, "containers were made or removed without a record")
    require(files(world) == before, "the broken store was written to")

    world.stop_stackd()
    runs = world.runs()
    for path, content in whole.items():
        path.write_bytes(content)
    world.start_stackd()
    world.until_all_ready()
    require(not world.stack()["warnings"], f"status still warns: {world.stack()['warnings']}")
    require(world.stack()["release"] == 1, "the record is not what it was")
    require(world.runs() == runs, "the record's return restarted something")
    world.order("deploy")
    require(world.stack()["release"] == 2, "nothing was deployed")

    small(world)


def small(world):
    """Every way to break it, with a stack that was taken over and has no label of ours."""
    world.order("down", "--volumes")
    world.until(lambda: not world.containers(), 30, "nroxy is still there")
    world.order("hand-back")
    world.use_stack(CHAIN)
    world.compose("up", "-d")
    world.order("adopt")
    world.stop_stackd()
    store = world.home / PATH
    whole = store.read_bytes()
    for break_it, why, guard in ((damaged, "not a database", []), (of_a_newer_stackd, "newer stackd", []),
                                 (unreadable, "Permission denied", MAY_NOT_READ)):
        break_it(store)
        before = files(world)
        for name in world.containers():
            world.engine.post(f"/containers/{name}/stop?t=0")
        at = time.time()
        (world.home / "stackd.log").write_text("")
        world.start_stackd(*guard)
        world.until(lambda: world.restarted_after("web", at), 30, f"web is not back: {why}")
        require(world.started("web") >= world.started("db") + 1, "web did not wait for db's health")
        require(world.finished("migrate") < at, "a job ran")
        require_told(world, why)
        require_refused(world, "deploy")
        require(files(world) == before, f"the store was written to: {why}")
        world.stop_stackd()
        store.chmod(0o600)
        store.write_bytes(whole)
    world.start_stackd()
    world.until_all_ready()
    require("nothing to do" in world.order("deploy"), "the record is not as it was")
