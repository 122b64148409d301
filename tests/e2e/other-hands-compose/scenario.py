import json
import time

from engine import moment
from small import CHAIN, loop
from world import require


def slow(name: str, more: str) -> str:
    """A service that becomes ready a second and a half after its start."""
    return f"""
  {name}:{loop("rm -f /tmp/ready; sleep 1.5; touch /tmp/ready;")}
    healthcheck: {{test: [CMD, test, -e, /tmp/ready], interval: 30s, start_period: 10s}}
    restart: always
{more}"""


def stack(more: str = "") -> str:
    data = "    volumes: [data:/data]\n"
    return CHAIN + slow("alpha", more + data) + slow("beta", more) + "volumes: {data: }\n"


class Hands:
    """What other hands do, and what the journal says of it since."""

    def __init__(self, world):
        self.world = world
        self.seen = 0

    def journal(self) -> list:
        return [json.loads(line) for line in self.world.order("--json", "events", "-n", "1000").splitlines()]

    def begin(self):
        self.seen = max((entry["id"] for entry in self.journal()), default=0)

    def until_said(self, text: str, seconds: float = 30):
        self.world.until(lambda: any(text in entry["text"] for entry in self.journal() if entry["id"] > self.seen),
                         seconds, f"the journal does not say '{text}'")

    def docker(self, service: str, what: str, body=None):
        self.world.engine.post(f"/containers/{self.world.name(service)}/{what}", body)


def compose_up_with_changed_files(world, hands):
    before = world.ids()
    world.use_stack(stack("    environment: {CHANGED: '1'}\n"))
    hands.begin()
    world.compose("up", "-d")
    for service in ("alpha", "beta"):
        hands.until_said(f"{service}-1 was changed outside stackd")
        world.until(lambda: "CHANGED=1" not in (world.container(service)["Config"]["Env"] or []), 40,
                    f"{service} was not restored")
    world.until_all_ready()
    for service in ("db", "web", "migrate"):
        require(world.ids()[world.name(service)] == before[world.name(service)], f"{service} was replaced too")
    require(all(world.policy(service) == "no" for service in ("alpha", "beta")), "the engine restarts again")
    first, second = sorted(("alpha", "beta"), key=world.started)
    gap = moment(world.container(second)["Created"]) - world.started(first)
    require(gap > 1, f"{second} was taken in hand {gap:.1f} s after {first} had started: before it was ready")
    world.use_stack(stack())


def a_policy_is_set(world, hands):
    hands.begin()
    hands.docker("alpha", "update", {"RestartPolicy": {"Name": "always"}})
    world.until(lambda: world.policy("alpha") == "no", 10, "the policy is not put back")
    hands.until_said("its restart policy was set to always")


def a_container_is_paused(world, hands):
    before = world.runs()
    hands.docker("beta", "pause")
    world.until(lambda: any("paused outside stackd" in warning for warning in world.stack()["warnings"]), 10,
                "status does not say that beta is paused")
    world.stays(lambda: world.container("beta")["State"]["Paused"], 3, "beta was touched")
    hands.docker("beta", "unpause")
    world.until_all_ready()
    require(world.runs() == before, "a pause led to a restart")


def a_container_is_removed(world, hands):
    hands.begin()
    old = world.ids()[world.name("beta")]
    world.engine.delete(f"/containers/{world.name('beta')}?force=1")
    world.until(lambda: world.ids()[world.name("beta")] != old and world.is_ready("beta"), 30, "beta is not back")
    hands.until_said("beta-1 was changed outside stackd")


def the_network_is_removed(world, hands):
    hands.begin()
    network = world.engine.of_project("networks", world.project)[0]["Id"]
    for name, container in world.ids().items():
        if world.engine.inspect(name)["State"]["Running"]:
            world.engine.post(f"/networks/{network}/disconnect", {"Container": container, "Force": True})
    try:
        world.engine.delete(f"/networks/{network}")
    except Exception:
        pass  # one of them is being replaced already, on the old network
    for service in ("db", "web", "alpha", "beta"):
        hands.until_said(f"{service}-1 was changed outside stackd")
    world.until(lambda: all(found["NetworkSettings"]["Networks"][f"{world.project}_default"]["IPAddress"]
                            for found in world.containers().values() if found["State"]["Running"]), 60,
                "not every container is on the network again")
    world.until_all_ready()


def everything_is_stopped(world, hands):
    hands.begin()
    world.compose("stop", "-t", "2")
    for service in ("db", "web", "alpha", "beta"):
        hands.until_said(f"{service}-1 was stopped outside stackd")
        require(world.state(service) == "stopped_outside", f"{service} is {world.state(service)}")
    require("outside" in world.order("status"), "the table does not say who stopped it")
    world.stays(lambda: not world.is_running("db"), 3, "db was started against somebody's will")
    for service in ("db", "web", "alpha", "beta"):
        hands.docker(service, "start")
    world.until_all_ready()
    hands.until_said("was started outside stackd")


def everything_is_taken_down(world, hands):
    before = world.started("db")
    hands.begin()
    world.compose("down", "-t", "2")
    world.until(lambda: world.stack()["wish"] == "stopped_outside", 30, "status does not say so")
    hands.until_said("stopped and removed outside stackd")
    nothing = lambda: not world.engine.of_project("containers/json", world.project, all=1) \
        and not world.engine.of_project("networks", world.project)
    world.stays(nothing, 4, "something was made again against somebody's will")
    world.kill_stackd()
    world.start_stackd()
    world.stays(nothing, 3, "a stackd that was started anew did not know that the stack was taken down")
    world.order("start")
    world.until_all_ready()
    require(world.started("db") > before, "db was not started")
    require(world.name("migrate") not in world.ids(), "migrate ran again")
    # … and by those who took it down.
    world.compose("down", "-t", "2")
    world.until(lambda: world.stack()["wish"] == "stopped_outside", 30, "status does not say so")
    world.compose("up", "-d")
    world.until(lambda: world.stack()["wish"] == "running", 30, "the stack is not kept again")
    world.until_all_ready()
    world.until(lambda: world.policy("alpha") == "no", 10, "the engine restarts again")


def everything_unused_is_pruned(world, hands):
    world.engine.execute(world.name("alpha"), "sh", "-c", "echo kept > /data/note")
    world.order("stop")
    world.until(lambda: not any(world.is_running(name) for name in ("db", "web", "alpha", "beta")), 30, "it runs on")
    for kind in ("containers", "networks", "images"):
        world.engine.post(f"/{kind}/prune")
    require(not world.ids(), "not everything was pruned")
    world.stays(lambda: not world.ids(), 3, "what was pruned came back before it was asked for")
    begin = time.time()
    world.order("start")
    world.until_all_ready()
    require(world.started("web") > begin, "web was not started")
    require(world.name("migrate") not in world.ids(), "migrate ran again")
    kept = world.engine.execute(world.name("alpha"), "cat", "/data/note").strip()
    require(kept == "kept", f"the volume holds {kept!r}")


def run(world):
    world.use_stack(stack())
    world.up()
    world.until_all_ready()
    hands = Hands(world)
    for case in (compose_up_with_changed_files, a_policy_is_set, a_container_is_paused, a_container_is_removed,
                 the_network_is_removed, everything_is_stopped, everything_is_taken_down,
                 everything_unused_is_pruned):
        begin = time.monotonic()
        try:
            case(world, hands)
        except Exception:
            world.say(f"{case.__name__.replace('_', ' ')}:")
            raise
        world.say(f"{case.__name__.replace('_', ' ')} ({time.monotonic() - begin:.1f} s)")
