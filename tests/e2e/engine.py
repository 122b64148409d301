"""The Docker API over the engine's socket, as far as the scenarios ask it; and the private engine itself."""

import datetime
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTROL = ROOT / "tests/support/engine.sh"


class Refused(Exception):
    """The engine answered with an error."""

    def __init__(self, status: int, text: str):
        super().__init__(f"{status}: {text}")
        self.status = status


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float):
        super().__init__("engine", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def request(path: str, method: str, target: str, body=None, timeout: float = 60, headers=None) -> bytes:
    """One request on a unix socket; Refused for anything but 2xx and 3xx."""
    connection = _UnixConnection(path, timeout)
    try:
        headers = {**(headers or {}), **({"Content-Type": "application/json"} if body is not None else {})}
        connection.request(method, target, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise Refused(answer.status, content.decode(errors="replace").strip())
        return content
    finally:
        connection.close()


def moment(text: str) -> float:
    """The engine's RFC 3339 with nanoseconds, in UTC or with an offset, as seconds since 1970; 0 for its zero time."""
    if text.startswith("0001-"):
        return 0.0
    whole, fraction, zone = re.fullmatch(r"(.{19})(\.\d+)?(Z|[+-]\d\d:\d\d)", text).groups()
    seconds = datetime.datetime.fromisoformat(whole + zone.replace("Z", "+00:00")).timestamp()
    return seconds + float(fraction or 0)


def _text(raw: bytes) -> str:
    """Both streams of something without a terminal: frames of stream, length and payload."""
    text = b""
    while len(raw) >= 8:
        length = int.from_bytes(raw[4:8], "big")
        text, raw = text + raw[8:8 + length], raw[8 + length:]
    return text.decode(errors="replace")


class Engine:
    """A private engine in its own folder; `socket` answers while it runs."""

    def __init__(self, folder: str, variant: str = "host"):
        self.folder = folder
        self.variant = variant
        self.socket = f"{folder}/docker.sock"

    def control(self, verb: str, *arguments: str):
        subprocess.run([CONTROL, verb, self.folder, *arguments], check=True, stdin=subprocess.DEVNULL)

    def start(self, *flags: str):
        self.control("start", "--variant", self.variant, *flags)

    def ensure(self):
        """Running and without live-restore, whatever a scenario did to it."""
        if os.path.exists(f"{self.folder}/live-restore"):
            self.control("stop")
        try:
            request(self.socket, "GET", "/_ping")
        except (OSError, http.client.HTTPException):
            self.control("resume", "--no-live-restore")

    def make_images(self) -> dict:
        """The stand-in images, by the names of the variables that put them into a stack."""
        done = subprocess.run(
            ["sh", ROOT / "stacks/images.sh"], check=True, text=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "DOCKER_HOST": f"unix://{self.socket}"})
        return dict(line.split("=", 1) for line in done.stdout.split())

    def inside(self, *command: str) -> list:
        """The command line of something that is to run in the engine's network, where published ports answer."""
        return [str(CONTROL), "exec", self.folder, *command]

    def curl(self, *arguments: str) -> subprocess.CompletedProcess:
        """curl in the engine's network."""
        return subprocess.run(self.inside("curl", "-s", "-m", "10", *arguments), capture_output=True, text=True)

    def spawn(self, *command: str, **options) -> subprocess.Popen:
        """A command that goes on in the engine's network; its output is a pipe."""
        return subprocess.Popen(self.in_network(*command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                text=True, **options)

    def in_network(self, *command) -> list:
        """The command line of something that is to become a process of the engine's network."""
        holder = pathlib.Path(self.folder, "holder.pid").read_text().strip()
        return ["nsenter", "--target", holder, "--net", *command]

    def get(self, target: str):
        return json.loads(request(self.socket, "GET", target))

    def post(self, target: str, body=None):
        content = request(self.socket, "POST", target, body)
        return json.loads(content) if content.strip().startswith(b"{") else None

    def delete(self, target: str):
        request(self.socket, "DELETE", target)

    def of_project(self, kind: str, project: str, **parameters) -> list:
        """Containers, networks or volumes with the project's label."""
        filters = json.dumps({"label": [f"com.docker.compose.project={project}"]})
        query = urllib.parse.urlencode({"filters": filters, **parameters})
        found = self.get(f"/{kind}?{query}")
        return found["Volumes"] or [] if kind == "volumes" else found

    def inspect(self, container: str) -> dict:
        return self.get(f"/containers/{container}/json")

    def logs(self, container: str) -> str:
        return _text(request(self.socket, "GET", f"/containers/{container}/logs?stdout=1&stderr=1"))

    def timed_logs(self, container: str, since: float) -> list:
        """Pairs of moment and line, of the log since then."""
        raw = request(self.socket, "GET", f"/containers/{container}/logs?stdout=1&stderr=1&timestamps=1")
        lines = [line.partition(" ") for line in _text(raw).splitlines()]
        return [(moment(at), text) for at, _, text in lines if moment(at) >= since]

    def execute(self, container: str, *command: str) -> str:
        created = self.post(f"/containers/{container}/exec",
                            {"Cmd": list(command), "AttachStdout": True, "AttachStderr": True})
        return _text(request(self.socket, "POST", f"/exec/{created['Id']}/start", {"Detach": False, "Tty": False}))

    def remove_project(self, project: str):
        for container in self.of_project("containers/json", project, all=1):
            try:
                self.delete(f"/containers/{container['Id']}?force=1&v=1")
            except Refused:
                pass  # its removal is under way
        for network in self.of_project("networks", project):
            self.delete(f"/networks/{network['Id']}")
        for volume in self.of_project("volumes", project):
            self.delete(f"/volumes/{volume['Name']}?force=1")
        for image in self.get("/images/json"):
            for tag in image["RepoTags"] or []:
                if tag.startswith(f"stackd/kept:{project}.r"):
                    self.delete(f"/images/{tag}")
