"""Small stacks of busybox services for scenarios that need no application."""


def loop(body: str = "") -> str:
    """A service's keys: it runs until told to stop, and stops at once."""
    return f"""
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "trap 'exit 0' TERM; {body} while :; do sleep 0.1; done"]
"""


# A database that is ready a moment after it started, a migration, a web that needs both; no word about
# restarting anywhere, as in most files.
CHAIN = f"""
services:
  db:{loop("rm -f /tmp/ready; sleep 1; touch /tmp/ready;")}
    healthcheck: {{test: [CMD, test, -e, /tmp/ready], interval: 30s, start_period: 10s}}
  migrate:
    image: ${{BUSYBOX_IMAGE}}
    command: [sh, -c, "echo migrated"]
    depends_on: {{db: {{condition: service_healthy}}}}
  web:{loop()}
    depends_on:
      db: {{condition: service_healthy}}
      migrate: {{condition: service_completed_successfully}}
"""

# The same, and a bot that waits for the migration alone.
BEHIND_A_JOB = CHAIN + f"""
  bot:{loop()}
    depends_on: {{migrate: {{condition: service_completed_successfully}}}}
"""
