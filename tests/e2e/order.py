"""The order that the nroxy stack must keep at every start, told from the engine's own times."""

from engine import moment
from world import require

DEPENDENTS = ("web", "worker", "bot")


def database_ready_at(world) -> float:
    """When Postgres, in its last start, said that it accepts connections; over TCP, not only on the socket."""
    state = world.container("postgres")["State"]
    logs = world.engine.timed_logs(world.name("postgres"), moment(state["StartedAt"]))
    times = [at for at, line in logs if "ready to accept connections" in line]
    require(times, "postgres never said that it accepts connections")
    return times[-1]


def require_order(world, migrated_before: float = 0):
    """With migrated_before: migrate had run before that moment and must not have run again."""
    ready = database_ready_at(world)
    if migrated_before:
        require(world.started("migrate") < migrated_before, "migrate ran again")
    else:
        require(world.started("migrate") >= ready, "migrate started before postgres accepted connections")
        require(world.container("migrate")["State"]["ExitCode"] == 0, "migrate failed")
    for service in DEPENDENTS:
        require(world.started(service) >= ready, f"{service} started before postgres accepted connections")
        require(world.started(service) >= world.finished("migrate"), f"{service} started before migrate had ended")
    require(world.started("caddy") > world.started("web"), "caddy started before web")


def require_one_bot(world):
    require(world.query("select count(*) from bot_overlaps") == "0", "two bots polled at the same time")
