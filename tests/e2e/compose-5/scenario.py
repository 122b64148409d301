import hashlib
import json

from small import loop
from world import require

VERSION = "5.1.0"


def stack(environment: str = "") -> str:
    # The short form of a bind is what the two dialects spell differently.
    return f"""
services:
  web:{loop()}
    volumes: [./site:/site]
{environment}"""


def hash_of(world, environment: dict) -> str:
    """As Compose 5 takes it: create_host_path is not shown when it is true."""
    service = {"command": world.container("web")["Config"]["Cmd"], "entrypoint": None}
    if environment:
        service["environment"] = environment
    service |= {"image": world.images["BUSYBOX_IMAGE"], "networks": {"default": None},
                "volumes": [{"type": "bind", "source": str(world.folder / "site"), "target": "/site", "bind": {}}]}
    return hashlib.sha256(json.dumps(service, separators=(",", ":")).encode()).hexdigest()


def run(world):
    world.use_stack(stack())
    world.compose("create")
    # There is no Compose 5 here: what it makes is this, with the labels that it would have written.
    made = world.container("web")
    labels = made["Config"]["Labels"]
    require(labels["com.docker.compose.config-hash"] != hash_of(world, {}), "the dialects do not differ")
    labels |= {"com.docker.compose.version": VERSION, "com.docker.compose.config-hash": hash_of(world, {})}
    world.engine.delete(f"/containers/{made['Id']}")
    network = f"{world.project}_default"
    labels_of_network = world.engine.get(f"/networks/{network}")["Labels"] | {"com.docker.compose.version": VERSION}
    world.engine.delete(f"/networks/{network}")
    world.engine.post("/networks/create", {"Name": network, "Labels": labels_of_network})
    id = world.engine.post(f"/containers/create?name={world.name('web')}", {
        **made["Config"], "Hostname": "", "HostConfig": made["HostConfig"],
        "NetworkingConfig": {"EndpointsConfig": {network: {"Aliases": [world.name("web"), "web"]}}}})["Id"]
    world.engine.post(f"/containers/{id}/start")

    world.start_stackd()
    report = json.loads(world.order("--json", "adopt"))
    require(report["kept"] == [world.name("web")] and not report["differing"], f"adopt says {report}")
    require("nothing to do" in world.order("deploy"), "the dialect counts as a change")
    require(world.ids() == {world.name("web"): id}, "the container was replaced")

    world.use_stack(stack("    environment: {SIZE: '2'}\n"))
    world.order("deploy")
    labels = world.container("web")["Config"]["Labels"]
    require(world.container("web")["Id"] != id, "a change replaced nothing")
    require(labels["com.docker.compose.version"] == VERSION, f"the label says {labels['com.docker.compose.version']}")
    require(labels["com.docker.compose.config-hash"] == hash_of(world, {"SIZE": "2"}), "the hash is of another dialect")
