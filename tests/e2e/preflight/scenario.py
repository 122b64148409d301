import json
import os
import pathlib
import time

from small import loop
from world import require

LIVE = f"""
services:
  web:{loop()}
    volumes: [./site.conf:/etc/site.conf:ro]
    restart: unless-stopped
"""

# Four things that can't work; the line of each is looked up below.
HOPELESS = f"""
services:
  web:{loop()}
    restart: unless-stopped
    ports:
      - 18099:80
      - 18098:80
    volumes:
      - ./site.conf:/etc/site.conf:ro
      - type: bind
        source: ./nowhere
        target: /nowhere
        bind:
          create_host_path: false
    networks: [default, front]
networks:
  front:
    external: true
    name: e2e-no-such-network
"""

OBSTACLES = {
    "- 18099:80": "port 18099/tcp is taken by container e2e-foreign",
    "- 18098:80": "port 18098/tcp is taken by a process of this host",
    "- ./site.conf": "site.conf was a file in release 1 and does not exist any more",
    "- type: bind": "nowhere does not exist",
    "  external: true": "external network e2e-no-such-network does not exist",
}


def require_all_told(world, text: str):
    lines = world.folder.joinpath("compose.yaml").read_text().splitlines()
    for written, obstacle in OBSTACLES.items():
        number = next(index for index, line in enumerate(lines, 1) if written in line)
        number -= written == "  external: true"  # a map is where its key's value begins, or at its first key
        told = [line for line in text.splitlines() if obstacle in line]
        require(told, f"it is not told that {obstacle}:\n{text}")
        at = [f"compose.yaml:{line}:" for line in (number, number + 1)]
        require(any(place in told[0] for place in at), f"it is not told where (line {number}):\n{text}")


def refused(world, *arguments: str) -> str:
    done = world.ctl(*arguments)
    require(done.returncode == 1, f"{arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def run(world):
    holder = pathlib.Path(world.engine.folder, "holder.pid").read_text().strip()
    world.write("site.conf", "a file\n")
    world.use_stack(LIVE)
    # As on any server: stackd and the engine are in one network.
    world.start_stackd("nsenter", "--target", holder, "--net")
    world.order("up")
    runs = world.runs()
    foreign = world.engine.post("/containers/create?name=e2e-foreign", {
        "Image": world.images["BUSYBOX_IMAGE"], "Cmd": ["sleep", "600"], "ExposedPorts": {"80/tcp": {}},
        "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "18099"}]}}})["Id"]
    server = world.engine.spawn("sh", "-c", "exec python3 -m http.server 18098 2>/dev/null")
    try:
        world.engine.post(f"/containers/{foreign}/start")
        world.until(lambda: world.engine.curl("http://localhost:18098/").returncode == 0, 10, "no server")
        world.use_stack(HOPELESS)
        world.folder.joinpath("site.conf").unlink()
        require_all_told(world, refused(world, "deploy"))
        plan = world.ctl("plan")
        require(plan.returncode == 5, f"plan ended with {plan.returncode}")
        require_all_told(world, plan.stdout)
        require(len(json.loads(world.ctl("plan", "--json").stdout)["obstacles"]) == len(OBSTACLES), "not all in JSON")
    finally:
        server.terminate()
        server.wait()
        world.engine.delete(f"/containers/{foreign}?force=1")
    require(world.runs() == runs, "something was touched")
    require(world.stack()["release"] == 1, "there is a new release")
    require(not world.folder.joinpath("site.conf").exists(), "the engine made a folder where a file was")
    require(not world.deploys()[0]["release"], "the refused deploy has a release")
    world.stop_stackd()
    full_disk(world, runs)


def full_disk(world, runs: dict):
    """stackd's folder is a small disk of its own."""
    world.write("site.conf", "another file\n")
    world.use_stack(LIVE)
    state = world.home / "state"
    world.start_stackd("unshare", "--mount", "--propagation", "private", "sh", "-c",
                       f"cp -a {state} {state}.old && mount -t tmpfs -o size=48m,mode=700 tmpfs {state} && "
                       f"cp -a {state}.old/. {state} && exec \"$@\"", "sh")
    inside = pathlib.Path(f"/proc/{world.stackd.pid}/root{state}")
    ballast = inside / "ballast"

    def fill(left: int):
        """Writes until so many bytes are free."""
        room = free_bytes(inside) - left
        with ballast.open("ab", buffering=0) as file:
            try:
                for _ in range(room // 4096):
                    file.write(b"x" * 4096)
            except OSError:
                pass

    fill(4 << 20)
    said = refused(world, "deploy")
    require("are free in stackd's folder" in said and "make room first" in said, f"deploy says:\n{said}")
    fill(0)
    began = time.monotonic()
    said = refused(world, "deploy")
    require("full" in said or "No space" in said, f"deploy says:\n{said}")
    require(time.monotonic() - began < 20, "it took long to be refused")
    require(world.runs() == runs, "a deploy on a full disk touched something")
    killed = time.time()
    world.kill_process("web")
    world.until(lambda: world.restarted_after("web", killed), 10, "with a full disk nothing is restarted")
    ballast.unlink()
    world.order("deploy")
    require(world.stack()["release"] == 2, "with room again nothing was deployed")


def free_bytes(path) -> int:
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize
