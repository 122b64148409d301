import json

from engine import request
from release import SERVICES, Live, Load, require_deploy
from world import require


def page(number: int, url: str, rest: str = "") -> str:
    """Another release, in which `url` must answer."""
    return (f'x-stackd: {{verify: [{{url: "{url}", within: 3s{rest}}}]}}\n'
            f'services: {{web: {{environment: {{ROUND: "{number}"}}}}}}\n')


# Each is the same good web as before: only its address says that something is wrong.
BROKEN = [
    ("http://localhost/nowhere", "http://localhost/nowhere answered 404, not 200 (tried for 3s"),
    ("http://localhost:81/", "http://localhost:81/ gave no answer: connect to localhost:81: connection refused"),
    ("https://localhost/", "of an authority that this host does not trust"),
]


def run(world):
    world.use_nroxy(page(0, "http://localhost/"))
    world.up()
    require_deploy(world, "live", "http://localhost/ answered 200 after")
    load = Load(world)
    try:
        deploy(world, page(1, "http://shop.example/", ", status: 200, resolve: 127.0.0.1"))
        require_deploy(world, "live", "http://shop.example/ (at 127.0.0.1) answered 200 after")
        require("answered 200 after" in world.order("show", "2"), "show does not say how it was verified")
        live = Live(world, SERVICES)
        for number, (url, cause) in enumerate(BROKEN, 2):
            put_back(world, live, page(number, url), cause)
        killed_meanwhile(world, live)
    finally:
        answered = load.end()
    require(answered["requests"] > 50, f"there was no load: {answered}")
    require(answered["failed"] == 0, f"requests failed: {answered}")
    world.say(f"{answered['requests']} requests, {answered['failed']} failed")


def deploy(world, override: str, ends_with: int = 0) -> str:
    world.write("override.yaml", override)
    done = world.ctl("deploy")
    said = done.stdout + done.stderr
    require(done.returncode == ends_with, f"deploy ended with {done.returncode}:\n{said}")
    return said


def put_back(world, live, override: str, cause: str):
    world.write("override.yaml", override)
    planned = world.ctl("plan").stdout
    require("must answer 200 within 3s" in planned, f"plan does not tell what has to answer:\n{planned}")
    said = deploy(world, override, 1)
    require(cause in said, f"deploy says:\n{said}")
    require_deploy(world, "reverted", cause)
    require(cause in world.order("history"), "history does not say why it was reverted")
    live.require_back(("postgres", "worker", "bot", "caddy"))


def killed_meanwhile(world, live):
    """Killed while it asks, stackd asks again after its start, and comes to the same end."""
    world.write("override.yaml", page(9, "http://localhost/nowhere").replace("3s", "8s"))
    accepted = json.loads(world.order("deploy", "--detach", "--json"))["deploy_id"]

    def state() -> dict:
        return json.loads(request(world.socket, "GET", f"/v1/deploys/{accepted}"))

    def is_asking() -> bool:
        return "http://localhost/nowhere must answer 200 within 8s" in (world.home / "stackd.log").read_text()

    world.until(is_asking, 60, "it does not ask")
    world.kill_stackd()
    world.start_stackd()
    world.until(lambda: state()["state"] == "reverted", 60, "it is not reverted")
    require_deploy(world, "reverted", "http://localhost/nowhere answered 404, not 200 (tried for 8s")
    live.require_back(("postgres", "worker", "bot", "caddy"))
