from world import require

STACK = """
x-stackd: {deadline: 60s, releases: {keep: 2, logs: "${LOGS:-50MiB}"}}
services:
  migrate:
    image: ${BUSYBOX_IMAGE}
    environment: {ROUND: "${ROUND:-0}"}
    command: [sh, -c, "echo migrated in round $$ROUND"]
  web:
    image: ${BUSYBOX_IMAGE}
    environment: {ROUND: "${ROUND:-0}"}
    command: [sh, -c, "trap 'echo round $$ROUND leaves; exit 0' TERM; echo round $$ROUND is here; echo round $$ROUND complains >&2; ${WEB:-:}; while :; do sleep 0.1; done"]
    healthcheck: {test: [CMD, "true"], interval: 30s}
    depends_on: {migrate: {condition: service_completed_successfully}}
    deploy: {update_config: {monitor: 1s}}
    restart: unless-stopped
  proxy:
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    depends_on: {web: {condition: service_healthy}}
"""

# About 15 MiB in 16 thousand lines, then the last word.
MUCH = ("dd if=/dev/zero bs=900 count=16384 2>/dev/null | tr '\\\\0' 'x' | fold -w 900; "
        "echo; echo the last word")


def round_of(world, number: int, web: str = ":", logs: str = "50MiB"):
    return world.ctl("deploy", environment={"ROUND": str(number), "WEB": web, "LOGS": logs})


def live(world, number: int, **more):
    done = round_of(world, number, **more)
    require(done.returncode == 0, f"round {number} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def logs(world, release: int, *words: str) -> str:
    return world.order("logs", "--release", str(release), *words)


def files(world, release: int) -> list:
    return sorted((world.home / "state/logs" / world.project / f"r{release}").glob("*.log"))


def run(world):
    world.use_stack(STACK)
    world.start_stackd()
    live(world, 0)
    require("round 0 is here" in logs(world, 1, "web"), "a container that runs has no log")
    live(world, 1)
    world.until(lambda: files(world, 1), 10, "no log of release 1 is kept")
    said = logs(world, 1)
    for line in ("round 0 is here", "round 0 complains", "round 0 leaves", "migrated in round 0"):
        require(said.count(line) == 1, f"of release 1 is kept:\n{said}")
    require("round 1" not in said, "release 1 has words of release 2")
    require("round 0 leaves" in logs(world, 1, "--tail", "1", "web"), "--tail does not give the last line")
    as_json = logs(world, 1, "--json", "web")
    require('"stream":"stderr","text":"round 0 complains"' in as_json, f"the streams are not told apart:\n{as_json}")
    require("round 1 is here" in logs(world, 2, "web"), "release 2 runs and has no log")
    for path in files(world, 1):
        require(path.stat().st_mode & 0o777 == 0o600, f"{path} may be read by others")
    for folder in (files(world, 1)[0].parent, world.home / "state/logs"):
        require(folder.stat().st_mode & 0o777 == 0o700, f"{folder} may be entered by others")

    # Of a release that failed everything is left but its containers.
    failed = round_of(world, 2, web="echo no key for the cash box; exit 7")
    require(failed.returncode == 1, "a web that exits became live")
    world.until(lambda: files(world, 3), 20, "no log of the failed release is kept")
    require("no key for the cash box" in logs(world, 3, "web"), "its words are gone")
    require("logs --release 3 web" in world.order("why", "web"), "`why` does not say where the log is")
    require("logs --release 3" in world.order("show", "3"), "`show` does not say where the log is")

    # Not more than 10 MiB of one, the last of it; not more of all than was allowed.
    live(world, 3, web=MUCH)
    world.until(lambda: "the last word" in logs(world, 4, "--tail", "3", "web"), 30, "it has not written all")
    live(world, 4, web=MUCH, logs="15MiB")
    world.until(lambda: files(world, 4), 20, "no log of release 4 is kept")
    kept = next(path for path in files(world, 4) if path.name.startswith("web."))
    require(9 << 20 < kept.stat().st_size <= 10 << 20, f"{kept.stat().st_size} bytes are kept")
    require("round 3 leaves" in logs(world, 4, "--tail", "1", "web"), "the end of it is not what is kept")
    require("round 3 is here" not in logs(world, 4, "web"), "the front of it is kept")
    world.until(lambda: "the last word" in logs(world, 5, "--tail", "3", "web"), 30, "it has not written all")
    live(world, 5, logs="15MiB")
    world.until(lambda: [path for path in files(world, 5) if path.name.startswith("web.")], 20, "no log of release 5 is kept")
    total = sum(path.stat().st_size for path in (world.home / "state/logs").rglob("*.log"))
    require(total <= 15 << 20, f"{total} bytes are kept in all")
    require(not kept.exists(), "the older one stayed")

    # With the release its logs go.
    world.until(lambda: not files(world, 1), 10, "the logs of release 1 outlived it")
    gone = world.ctl("logs", "--release", "1", "web")
    require(gone.returncode == 4, f"logs of a release that is gone end with {gone.returncode}:\n{gone.stdout}")
    for words in (("1", "web"), ("99",)):
        gone = world.ctl("logs", "--release", *words)
        require(gone.returncode == 4 and f"has no release {words[0]}" in gone.stderr, f"it says:\n{gone.stderr}")
    world.order("down")
    world.until(lambda: not world.containers(), 20, "it is not down")
    require("round 5 leaves" in logs(world, 6, "web"), "`down` took the log with it")
    world.order("hand-back")
    require(not list((world.home / "state/logs").rglob("*.log")), "a stack that was handed back left logs")
