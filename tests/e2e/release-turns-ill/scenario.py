from release import failed_release

TIMES = "interval: 30s, timeout: 5s, retries: 3, start_period: 10s"
SLOW = f"""
services:
  web: {{healthcheck: {{{TIMES}}}}}
"""
# It turns ill once a check has found it well, however long that takes.
BROKEN = f"""
services:
  web:
    healthcheck: {{test: "python3 -m nroxy check-web && touch /tmp/found-well", {TIMES}}}
    environment: {{NROXY_FAULTS: "1"}}
    entrypoint:
      - sh
      - -c
      - |
        ask() {{ python3 -c "import sys, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:3000' + sys.argv[2], method=sys.argv[1]))" "$$@"; }}
        (until [ -e /tmp/found-well ]; do sleep 0.1; done; ask POST '/faults/health?status=500') &
        exec python3 -m nroxy web
"""


def run(world):
    failed_release(world, BROKEN, "after it was ready", first=SLOW)
