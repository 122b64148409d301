"""A real registry in the engine's own network, and images for it."""

import base64
import json
import shutil
import subprocess
import urllib.parse

from engine import request
from world import Skipped, require

ADDRESS = "127.0.0.1:5000"  # an engine talks plain HTTP to loopback
USER, PASSWORD = "shop", "let me in"


def _bcrypt(password: str) -> str:
    """As htpasswd -B has it, by the C library."""
    return subprocess.run(["perl", "-e", "print crypt($ARGV[0], q($2y$05$abcdefghijklmnopqrstuu))", password],
                          check=True, capture_output=True, text=True).stdout


class Registry:
    """Answers only who logs in as USER. `world`'s stackd knows the login once `log_in` was called."""

    def __init__(self, world):
        program = shutil.which("docker-registry")
        if program is None:
            raise Skipped("there is no docker-registry")
        self.world = world
        self.folder = world.home / "registry"
        self.folder.mkdir()
        (self.folder / "users").write_text(f"{USER}:{_bcrypt(PASSWORD)}\n")
        (self.folder / "config.yml").write_text(json.dumps({
            "version": "0.1", "log": {"level": "error"}, "http": {"addr": ADDRESS},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "data")}},
            "auth": {"htpasswd": {"realm": "shop", "path": str(self.folder / "users")}}}))
        self._program = program
        self._base = world.engine.get(f"/images/{world.images['BUSYBOX_IMAGE']}/json")["Id"]
        self._process = None
        self.start()

    def start(self):
        self._process = self.world.engine.spawn(self._program, "serve", str(self.folder / "config.yml"),
                                               stderr=subprocess.DEVNULL)
        asked = lambda: self.world.engine.curl("-o", "/dev/null", f"http://{ADDRESS}/v2/").returncode == 0
        self.world.until(asked, 20, "the registry does not answer")

    def stop(self):
        self._process.kill()
        self._process.wait()

    def log_in(self):
        """What `docker login` leaves."""
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        folder = self.world.home / ".docker"
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps({"auths": {ADDRESS: {"auth": login}}}))

    def push(self, name: str, tag: str, version: str) -> str:
        """An image that differs from others by VERSION in its environment, under the registry's name and tag on
        the engine and in the registry; its id."""
        engine = self.world.engine
        made = engine.post("/containers/create", {"Image": self._base})["Id"]
        query = urllib.parse.urlencode({"container": made, "repo": f"{ADDRESS}/{name}", "tag": tag,
                                        "changes": f"ENV VERSION={version}"})
        image = engine.post(f"/commit?{query}")["Id"]
        engine.delete(f"/containers/{made}")
        login = base64.urlsafe_b64encode(json.dumps(
            {"username": USER, "password": PASSWORD, "serveraddress": ADDRESS}).encode()).decode()
        said = request(engine.socket, "POST", f"/images/{ADDRESS}/{name}/push?tag={tag}",
                       headers={"X-Registry-Auth": login}).decode()
        require('"error"' not in said, f"push: {said}")
        return image
