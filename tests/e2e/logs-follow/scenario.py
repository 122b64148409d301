import collections
import re
import subprocess

from world import require

STACK = """
services:
  web:
    image: ${BUSYBOX_IMAGE}
    scale: ${SCALE:-1}
    environment: {ROUND: "${ROUND:-1}"}
    command: [sh, -c, "r=$$(cat /proc/sys/kernel/random/uuid); trap 'printf \\"bye %s\\" $$r; exit 0' TERM; echo run $$r; i=0; while :; do i=$$((i+1)); echo $$r $$i; sleep 0.1; done"]
    deploy: {update_config: {monitor: 200ms}}
    restart: always
  quiet:
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "echo nobody reads this; trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    logging: {driver: none}
    restart: always
  long:
    image: ${BUSYBOX_IMAGE}
    command: [sh, -c, "dd if=/dev/zero bs=1000 count=100 2>/dev/null | tr '\\\\0' x; echo END; trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    restart: always
"""


class Follower:
    def __init__(self, world):
        self.path = world.home / "follow.txt"
        with open(self.path, "wb") as out, open(world.home / "follow.err", "wb") as err:
            self.process = subprocess.Popen(
                [world.build / "src/stackctl", "--socket", world.socket, "-p", world.project, "logs", "-f"],
                cwd=world.folder, env=world.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def text(self) -> str:
        return self.path.read_text()

    def runs(self) -> int:
        return len(set(re.findall(r"run ([0-9a-f-]{36})", self.text())))


def run(world):
    world.use_stack(STACK)
    world.up()
    follower = Follower(world)
    try:
        follow(world, follower)
    finally:
        follower.process.terminate()
        follower.process.wait(10)


def follow(world, follower):
    def until_runs(number: int, what: str):
        world.until(lambda: follower.runs() == number, 20, f"after {what} {number} runs are not shown")

    until_runs(1, "the start")
    world.order("restart", "web")
    until_runs(2, "a restart")
    world.kill_process("web")
    until_runs(3, "a crash")
    world.order("deploy", environment={"ROUND": "2"})
    until_runs(4, "a deploy")
    world.stop_stackd()
    world.start_stackd()
    world.until_all_ready()
    world.order("deploy", environment={"ROUND": "2", "SCALE": "2"})
    until_runs(5, "another stackd and one more replica")
    world.order("stop", "web")
    world.order("start", "web")
    until_runs(7, "a stop and a start")
    require(follower.process.poll() is None, "the follower has ended")

    text = follower.text()
    twice = [line for line, count in collections.Counter(re.findall(r"[0-9a-f-]{36} [0-9]+$", text, re.M)).items()
             if count > 1]
    require(not twice, f"shown twice: {twice[:3]}")
    byes = collections.Counter(re.findall(r"\| bye ([0-9a-f-]{36})$", text, re.M))
    shown = [line[-120:] for line in text.splitlines() if "bye" in line or "run " in line]
    require(len(byes) == 4 and set(byes.values()) == {1}, f"last words of the runs that were stopped: {shown}")
    require(len(re.findall(r"\| x{100000}END$", text, re.M)) == 1, "a long line is not one line")
    said = (world.home / "follow.err").read_text()
    require(said.count("log driver, none, keeps nothing") == 1, f"said beside the lines: {said}")
    last = world.order("logs", "--tail", "1", "long")
    require("| " + "x" * 100000 + "END" in last, f"the last line has {len(last)} letters")
