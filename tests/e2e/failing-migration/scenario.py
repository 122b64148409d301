from world import require

OVERRIDE = """
services:
  migrate:
    entrypoint: [sh, -c, "echo looking at the schema; echo column note does not exist >&2; exit 4"]
"""


def run(world):
    world.use_nroxy(OVERRIDE)
    world.start_stackd()
    done = world.ctl("up")
    require(done.returncode == 1, f"up ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    world.until(lambda: world.state("migrate") == "job_failed", 10, "migrate is not job_failed")
    for service in ("web", "worker", "bot", "caddy"):
        require(not world.is_running(service), f"{service} runs although migrate failed")
    require(world.is_ready("postgres"), "postgres did not keep running")
    why = world.order("why", "web")
    require("migrate" in why and "column note does not exist" in why, f"why says:\n{why}")
    world.stays(lambda: world.state("migrate") == "job_failed", 5, "migrate was run again by itself")
