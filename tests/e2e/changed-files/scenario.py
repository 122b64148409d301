import json
import os

from engine import Refused
from world import require

# Each says at its start what it reads. `key` may be read by its owner alone, `script` is run.
READER = """
    image: ${BUSYBOX_IMAGE}
    stop_grace_period: 1s
    deploy: {update_config: {monitor: 100ms}}
    command: [sh, -c, "cat /read; trap 'exit 0' TERM; while :; do sleep 0.1; done"]"""
STACK = f"""
services:
  one:{READER}
    volumes: ["./one.conf:/read:ro"]
  two:{READER}
    volumes: ["./two.conf:/read:ro"]
  three:{READER}
    volumes: ["./three.conf:/read:ro"]
  config:{READER}
    configs: [{{source: of_file, target: /read}}]
  secret:{READER}
    secrets: [{{source: of_file, target: /read}}]
  inline:{READER}
    configs: [{{source: of_text, target: /read}}]
  key:{READER}
    user: "1234"
    volumes: ["./key.pem:/read:ro"]
  script:
    image: ${{BUSYBOX_IMAGE}}
    stop_grace_period: 1s
    deploy: {{update_config: {{monitor: 100ms}}}}
    command: [/start.sh]
    volumes: ["./start.sh:/start.sh:ro"]
configs:
  of_file: {{file: ./config.conf}}
  of_text: {{content: "TEXT\\n"}}
secrets:
  of_file: {{file: ./secret.conf}}
"""
FILES = {"one": "one.conf", "two": "two.conf", "three": "three.conf", "config": "config.conf",
         "secret": "secret.conf", "key": "key.pem"}
ALL = {*FILES, "inline", "script"}


def write(world, text: str, services=ALL):
    """As an editor or a sync tool does it: another file in the place of the old one."""
    for service, name in FILES.items():
        if service not in services:
            continue
        path = world.write(name + ".new", text + "\n")
        if service == "key":
            path.chmod(0o600)
            os.chown(path, 1234, 1234)
        path.rename(world.folder / name)
    if "script" in services:
        path = world.write("start.sh.new", f"#!/bin/sh\necho {text}\n"
                                           "trap 'exit 0' TERM; while :; do sleep 0.1; done\n")
        path.chmod(0o755)
        path.rename(world.folder / "start.sh")
    if "inline" in services:
        world.use_stack(STACK.replace("TEXT", text))


def read(world) -> dict:
    """What each process says that it read, by the engine."""
    return {service: world.logs(service).splitlines()[-1].split()[-1] for service in ALL}


def has_read(world, service: str, text: str) -> bool:
    """Also while it is being replaced, and none bears its name for a moment."""
    try:
        return world.logs(service).strip() == text
    except Refused:
        return False


def planned(world) -> set:
    done = world.ctl("--json", "plan")
    require(done.returncode in (0, 5), f"plan ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return {step["service"] for step in json.loads(done.stdout)["steps"] if step["text"].startswith("create")}


def require_live(world, text: str):
    world.until(lambda: read(world) == dict.fromkeys(ALL, text), 20, f"not all have read {text}")
    require(not planned(world), f"all is live, and yet a plan makes {planned(world)}")
    require(not any(service.get("changed_outside") for service in world.stack()["services"]),
            "status says that something was changed")


def deploy(world, text: str, services=ALL):
    before = read(world)
    write(world, text, services)
    differ = {service for service in ALL if service in services and before[service] != text}
    require(planned(world) == differ, f"a plan makes {planned(world)} anew, and {differ} have something to read")
    world.order("deploy")
    after = read(world)
    require({service for service in ALL if after[service] == text} >= differ, f"after {text} is live they read {after}")


def run(world):
    world.start_stackd()
    write(world, "first")
    world.order("deploy")
    require_live(world, "first")

    deploy(world, "second")
    require_live(world, "second")
    deploy(world, "third", {"one", "key", "script"})
    deploy(world, "third")
    require_live(world, "third")

    world.order("rollback")
    world.order("rollback")
    require_live_but_edited(world, "third")

    # A deploy that is on its way when stackd is killed ends in the next one.
    write(world, "fourth")
    world.order("deploy", "--detach")
    world.until(lambda: any(has_read(world, service, "fourth") for service in ALL), 60, "nothing was replaced")
    world.kill_stackd()
    world.start_stackd()
    world.until(lambda: world.deploys()[0]["state"] == "live", 40, "the deploy did not go on")
    require_live(world, "fourth")

    # A change that nobody deployed comes in by nothing but a deploy.
    write(world, "fifth", {"one", "two", "script"})
    world.order("restart", "one", "script")
    world.until_all_ready()
    require(set(read(world).values()) == {"fourth"}, f"after a restart they read {read(world)}")
    world.order("down")
    world.order("start")
    world.until_all_ready()
    require(set(read(world).values()) == {"fourth"}, f"after down and start they read {read(world)}")
    deploy(world, "sixth")
    require_live(world, "sixth")

    # Restarted by other hands a container reads what the host has by then: that is looked at, and said.
    for service in ("two", "key", "inline"):
        restart_by_hand(world, service)
    world.until_all_ready()
    require(not in_doubt(world), f"{in_doubt(world)} in doubt, and have read what the release says")
    write(world, "seventh", {"one", "secret"})
    for service in ("one", "two", "secret"):
        restart_by_hand(world, service)
    world.until(lambda: in_doubt(world) == {"one", "secret"}, 20, "status does not say which may have read others")
    require(planned(world) == {"one", "secret"}, f"a plan makes {planned(world)} anew")
    world.order("deploy")
    require(not in_doubt(world), f"{in_doubt(world)} are in doubt after a deploy")
    after = read(world)
    require((after["one"], after["secret"], after["two"]) == ("seventh", "seventh", "sixth"), f"they read {after}")


def restart_by_hand(world, service: str):
    world.engine.post(f"/containers/{world.container(service)['Id']}/restart?t=2")


def in_doubt(world) -> set:
    return {service for warning in world.stack()["warnings"] if "not known what its files" in warning
            for service in ALL if warning.startswith(f"{world.project}-{service}-")}


def require_live_but_edited(world, text: str):
    world.until(lambda: read(world) == dict.fromkeys(ALL, text), 20, f"two rollbacks do not lead to {text}")
