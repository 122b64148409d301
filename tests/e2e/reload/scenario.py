from release import SERVICES, Live, require_deploy
from visitors import Visitors
from world import require

BROKEN = "http:// {\n\tno_such_directive\n}\n"
OTHERS = ("postgres", "web", "worker", "bot")


def run(world):
    world.use_nroxy()
    world.up()
    good = (world.folder / "caddy/Caddyfile").read_text()

    def configure(number: int):
        world.write("caddy/Caddyfile", good.replace("encode gzip", f"encode gzip\n\theader X-Round {number}"))

    # Each visit is a connection of its own: Caddy closes idle ones when it reloads, as HTTP allows it.
    with Visitors(world.engine, "http://localhost/") as visitors:
        live = taken_in(world, configure)
        refused(world, live)
    require(visitors.requests > 50, f"there was no load: {visitors.requests} requests")
    require(not visitors.failures, f"{len(visitors.failures)} of {visitors.requests} failed: {visitors.failures[:3]}")
    world.say(f"{visitors.requests} requests, {len(visitors.failures)} failed")
    started_again(world)
    configure(3)
    planned = world.ctl("plan").stdout
    require("no reload: it mounts copies" in planned, f"the plan does not say why caddy is replaced:\n{planned}")
    world.order("deploy")
    world.until(lambda: answers_by(world, 3), 20, "the new configuration is not in effect")  # a Caddy that starts
    put_back(world, configure)


def answers_by(world, number: int) -> bool:
    """The page answers, and by this configuration."""
    asked = world.engine.curl("-S", "-f", "-D", "-", "-o", "/dev/null", "http://localhost/")
    told = f"curl ended with {asked.returncode}: {asked.stderr.strip()}\n{asked.stdout}"
    require(asked.returncode == 0 and f"x-round: {number}\n" in asked.stdout.lower(),
            f"configuration {number} does not answer: {told}Caddy said last:\n{caddys_last_words(world)}")
    return True


def caddys_last_words(world) -> str:
    return "".join(world.logs("caddy").splitlines(True)[-4:])


def mounted(world) -> str:
    return next(mount["Source"] for mount in world.container("caddy")["Mounts"]
                if mount["Destination"] == "/etc/caddy")


def taken_in(world, configure) -> Live:
    before = Live(world, SERVICES)
    configure(2)
    planned = world.ctl("plan").stdout
    require("reload caddy" in planned and "./caddy changed" in planned, f"plan says:\n{planned}")
    said = world.order("deploy")
    require("caddy-1 was reloaded" in said, f"deploy says:\n{said}")
    answers_by(world, 2)
    live = Live(world, SERVICES)
    require(live.runs == before.runs, "a container was made or started anew")
    require(live.release == before.release + 1, "there is no new release")
    require("nothing to do" in world.order("deploy"), "a second deploy finds something to do")
    world.kill_stackd()
    world.start_stackd()
    require("nothing to do" in world.order("deploy"), "the next stackd finds something to do")
    return live


def refused(world, live: Live):
    world.write("caddy/Caddyfile", BROKEN)
    done = world.ctl("deploy")
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    require_deploy(world, "reverted", "caddy-1 could not be reloaded: its command ended with 1", "no_such_directive")
    live.require_back(SERVICES)
    answers_by(world, 2)


def started_again(world):
    """Caddy dies while its folder on the host is broken: it comes back with what its release kept."""
    world.kill_process("caddy")
    world.until(lambda: answers_by(world, 2), 20, "the kept configuration does not answer")
    require(str(world.home / "state") in mounted(world), f"caddy mounts {mounted(world)}")


def put_back(world, configure):
    """Taken in by a reload, and then the release fails: Caddy reads the former configuration again."""
    live = Live(world, SERVICES)
    configure(4)
    world.write("override.yaml", 'x-stackd: {verify: [{url: "http://localhost/nowhere", within: 1s}]}\n')
    done = world.ctl("deploy")
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    require("caddy-1 was reloaded" in done.stdout, f"caddy was not reloaded:\n{done.stdout}")
    require_deploy(world, "reverted", "http://localhost/nowhere answered 404")
    live.require_back(OTHERS)
    world.until(lambda: answers_by(world, 3), 20, "the former configuration does not answer")
    require(str(world.home / "state") in mounted(world), f"caddy mounts {mounted(world)}")
