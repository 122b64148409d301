"""Compares what `docker compose create` leaves on an engine with what `stackctl deploy --no-start` leaves.

compare_create.py --build DIR --compose DOCKER_COMPOSE --socket DOCKER_SOCK FILE|FOLDER...

A FOLDER is searched for compose files. Images are replaced by a tiny one that the engine has. Differences by
design (the restart policy, labels of our own) and what differs from run to run (ids, times, addresses, the
order of lists that Compose fills from maps) are taken out of both sides first.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

IMAGE = "stackd-test/busybox:1"
OWN_LABEL = "io.stackd."
# Ids, times, and what the engine derives from them.
VOLATILE = {"Id", "Created", "CreatedAt", "State", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath",
            "GraphDriver", "NetworkID", "EndpointID", "SandboxID", "SandboxKey", "DNSNames", "Mountpoint"}
UNORDERED = {"Binds", "Mounts", "ExtraHosts", "Ulimits", "Env", "Links"}
ANONYMOUS = re.compile("[0-9a-f]{64}")
HASH = "com.docker.compose.config-hash"


class Engine:
    def __init__(self, socket: str):
        self.socket = socket

    def ask(self, path: str):
        done = subprocess.run(["curl", "-sS", "--fail", "--unix-socket", self.socket, f"http://docker/v1.41{path}"],
                              capture_output=True, check=True)
        return json.loads(done.stdout)

    def drop(self, path: str):
        subprocess.run(["curl", "-sS", "-X", "DELETE", "--unix-socket", self.socket, f"http://docker/v1.41{path}"],
                       capture_output=True, check=False)

    def containers(self):
        return [self.ask(f"/containers/{one['Id']}/json") for one in self.ask("/containers/json?all=1")]

    def networks(self):
        return [self.ask(f"/networks/{one['Id']}") for one in self.ask("/networks") if one["Labels"]]

    def volumes(self):
        return [one for one in self.ask("/volumes")["Volumes"] or [] if one["Labels"]]

    def clear(self):
        for one in self.ask("/containers/json?all=1"):
            self.drop(f"/containers/{one['Id']}?force=1&v=1")
        for one in self.networks():
            self.drop(f"/networks/{one['Id']}")
        for one in self.ask("/volumes")["Volumes"] or []:
            self.drop(f"/volumes/{one['Name']}")


def tidy(value, key=""):
    """Without what differs between two runs of the same thing."""
    if isinstance(value, dict):
        return {name: tidy(inner, name) for name, inner in sorted(value.items())
                if name not in VOLATILE and not name.startswith(OWN_LABEL)}
    if isinstance(value, list):
        tidied = [tidy(inner) for inner in value]
        return sorted(tidied, key=json.dumps) if key in UNORDERED else tidied
    if key == "com.docker.compose.depends_on":
        return ",".join(sorted(value.split(",")))
    return value


def tidy_container(container, names):
    text = json.dumps(container)
    for identity, name in names.items():
        text = text.replace(identity, f"<{name}>").replace(identity[:12], f"<{name}>")
    # Of two runs, only what refers to another container hashes differently.
    refers = re.search(r'"container:<|"VolumesFrom": \["<', text)
    container = tidy(json.loads(text))
    container["HostConfig"].pop("RestartPolicy")
    if refers:
        container["Config"]["Labels"].pop(HASH)
    for mount in container["Mounts"]:
        if ANONYMOUS.fullmatch(mount.get("Name", "")):
            mount["Name"] = "<anonymous>"
        if mount["Type"] in ("volume", "image"):
            mount.pop("Source", None)
    container["Mounts"].sort(key=json.dumps)
    for network in (container["NetworkSettings"]["Networks"] or {}).values():
        if network.get("MacAddress", "").startswith("02:42:"):
            network["MacAddress"] = ""
    return container


def tidy_network(network):
    network = tidy(network)
    network.pop("Containers", None)
    pools = (network["IPAM"] or {}).get("Config") or []
    if network["IPAM"] and all(set(pool) <= {"Subnet", "Gateway"} for pool in pools):
        # The engine's own choice from its pool, unless the file says so too; then the labels' hash tells.
        network["IPAM"]["Config"] = len(pools)
    return network


def picture(engine: Engine):
    containers = engine.containers()
    names = {one["Id"]: one["Name"] for one in containers}
    return {
        "containers": {one["Name"]: tidy_container(one, names) for one in containers},
        "networks": {one["Name"]: tidy_network(one) for one in engine.networks()},
        "volumes": {one["Name"]: tidy(one) for one in engine.volumes() if not ANONYMOUS.fullmatch(one["Name"])},
    }


def differences(theirs, ours, path=""):
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(set(theirs) | set(ours)):
            yield from differences(theirs.get(key), ours.get(key), f"{path}/{key}")
    elif theirs != ours:
        yield f"{path}: compose {json.dumps(theirs)}, stackd {json.dumps(ours)}"


def run(command, folder, socket):
    environment = {**os.environ, "DOCKER_HOST": f"unix://{socket}", "HOME": "/root"}
    return subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120, check=False)


def image_override(options, folder, files):
    """A file that gives every service the tiny image, or None when Compose refuses the others."""
    flags = [word for name in files for word in ("-f", name)]
    listed = run([options.compose, *flags, "config", "--services", "--no-interpolate"], folder, options.socket)
    if listed.returncode != 0:
        return None
    lines = ["services:"]
    for service in listed.stdout.split():
        lines += [f"  {service}:", f"    image: {IMAGE}", "    build: !reset null", "    pull_policy: never"]
    path = folder / "image.override.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path.name


def deploy(options, home, folder, flags):
    """stackctl deploy --no-start to a stackd of its own, which is gone afterwards."""
    socket = home / "stackd.sock"
    stackd = subprocess.Popen([options.build / "src/stackd", "--state", home / "state", "--socket", socket],
                              env={**os.environ, "DOCKER_HOST": f"unix://{options.socket}"}, cwd=home,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not socket.exists() and stackd.poll() is None:
            time.sleep(0.01)
        command = [options.build / "src/stackctl", "--socket", socket, *flags, "deploy", "--no-start"]
        return run(command, folder, options.socket)
    finally:
        stackd.terminate()
        stackd.wait(30)


def compare(options, file: pathlib.Path):
    """"" when equal, else what differs or went wrong; None when Compose itself refuses."""
    engine = Engine(options.socket)
    with tempfile.TemporaryDirectory() as parent:
        folder = pathlib.Path(parent) / file.parent.name
        shutil.copytree(file.parent, folder, symlinks=True)
        override = image_override(options, folder, [file.name])
        if override is None:
            return None
        flags = ["-f", file.name, "-f", override]
        engine.clear()
        theirs = run([options.compose, *flags, "create"], folder, options.socket)
        if theirs.returncode != 0:
            engine.clear()
            return None if options.quiet else f"SKIPPED: compose: {theirs.stderr.strip()[-300:]}"
        wanted = picture(engine)
        engine.clear()
        ours = deploy(options, pathlib.Path(parent), folder, flags)
        found = picture(engine)
        engine.clear()
        if ours.returncode != 0:
            return f"stackd: {ours.stdout.strip()[-600:]} {ours.stderr.strip()}"
        return "\n".join(differences(wanted, found))


def compose_files(path: pathlib.Path):
    if path.is_file():
        return [path]
    names = re.compile(r"(docker-)?compose\.ya?ml|.*\.compose\.yaml")
    return sorted(one for one in path.rglob("*.y*ml") if names.fullmatch(one.name))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--compose", required=True)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--quiet", action="store_true", help="not a word of what Compose refuses")
    parser.add_argument("paths", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    options.build = options.build.resolve()
    equal = refused = different = 0
    for file in [one for path in options.paths for one in compose_files(path.resolve())]:
        outcome = compare(options, file)
        if outcome == "":
            equal += 1
        elif outcome is None or outcome.startswith("SKIPPED"):
            refused += 1
            if outcome:
                print(f"{file}: {outcome}")
        else:
            different += 1
            print(f"{file}:\n  " + outcome.replace("\n", "\n  "), flush=True)
    print(f"{refused} refused by Compose itself")
    print(f"{equal} passed, {different} failed")
    return 1 if different or not equal else 0


if __name__ == "__main__":
    sys.exit(main())
