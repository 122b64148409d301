from release import failed_release

BROKEN = """
services:
  worker: {entrypoint: [sh, -c, "echo no such queue; exit 3"]}
"""


def run(world):
    failed_release(world, BROKEN, "worker-1 is crash-looping", "no such queue",
                   untouched=("postgres", "web", "bot", "caddy"))
