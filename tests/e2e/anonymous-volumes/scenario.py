from small import loop
from world import require


def stack(size: int) -> str:
    return f"""
services:
  postgres:
    image: ${{POSTGRES_IMAGE}}
    environment: {{POSTGRES_USER: nroxy, POSTGRES_PASSWORD: secret, SIZE: '{size}'}}
    healthcheck: {{test: [CMD, pg_isready, -h, 127.0.0.1], interval: 1s, start_period: 30s}}
  cache:{loop()}
    environment: {{SIZE: '{size}'}}
    volumes: [/cache]
"""


def mounts(world, service) -> dict:
    return {mount["Destination"]: mount["Name"] for mount in world.container(service)["Mounts"]}


def run(world):
    world.use_stack(stack(1))
    world.up()
    world.query("create table notes (text text); insert into notes values ('kept')")
    world.engine.execute(world.name("cache"), "sh", "-c", "echo kept > /cache/note")
    before = {service: (world.ids()[world.name(service)], mounts(world, service)) for service in ("postgres", "cache")}

    world.use_stack(stack(2))
    world.order("deploy")
    for service, (old, volumes) in before.items():
        require(world.ids()[world.name(service)] != old, f"{service} was not replaced")
        require(mounts(world, service) == volumes, f"{service} has other volumes: {mounts(world, service)}")
    world.until_all_ready()
    require(world.query("select text from notes") == "kept", "the database lost its rows")
    note = world.engine.execute(world.name("cache"), "cat", "/cache/note").strip()
    require(note == "kept", f"the cache holds {note!r}")

    # Down is an end: what comes up afterwards begins anew, as with docker compose.
    world.order("down")
    world.until(lambda: not world.ids(), 30, "down left containers")
    world.order("up")
    require(mounts(world, "cache") != before["cache"][1], "what was taken down came back with its old volume")
