from small import loop
from world import require

STACK = f"""
services:
  first:{loop()}
    networks: {{inner: {{}}}}
  web:{loop()}
    KEYS
    depends_on: [first]
networks:
  inner: {{ipam: {{config: [{{subnet: SUBNET}}]}}}}
x-stackd: {{deadline: 20s}}
"""


def refused(world, words: list, keys: str, subnet: str = "10.77.31.0/24"):
    world.use_stack(STACK.replace("KEYS", keys).replace("SUBNET", subnet))
    done = world.ctl("deploy")
    told = done.stdout + done.stderr
    require(done.returncode == 1, f"deploy ended with {done.returncode}:\n{told}")
    for word in words:
        require(word in told, f"{word!r} is not told:\n{told}")
    world.order("down")


def run(world):
    world.start_stackd()
    first = world.name("first")
    refused(world, ["address 10.77.31.2 of network inner is taken by container " + first, "ip_range"],
            "networks: {inner: {ipv4_address: 10.77.31.2}}")

    made = world.engine.post("/containers/create?name=e2e-holder", {
        "Image": world.environment["BUSYBOX_IMAGE"], "Cmd": ["sleep", "600"]})["Id"]
    network = world.engine.post("/networks/create", {
        "Name": "e2e-range", "IPAM": {"Config": [{"Subnet": "10.77.40.0/22"}]}})["Id"]
    try:
        refused(world, ["the name e2e-holder is taken by a container of no project"], "container_name: e2e-holder")
        refused(world, ["subnet 10.77.41.0/24 overlaps with 10.77.40.0/22 of network e2e-range"], "",
                "10.77.41.0/24")
    finally:
        world.engine.delete(f"/containers/{made}?force=1")
        world.engine.delete(f"/networks/{network}")
