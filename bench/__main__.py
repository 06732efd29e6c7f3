"""`python -m bench [--only SUITE] [--json]`: measure, and hold it against the goals.

The exit status is 1 when a goal is missed. Close other programs first: figures in milliseconds and
in requests a second are those of this machine as it is now.
"""

from __future__ import annotations

import argparse
import sys

from bench import engine, http, live, statistics, table
from clutch.kernel import logs

SUITES = {
    "engine": engine.rows,
    "http": http.rows,
    "live": live.rows,
    "statistics": statistics.rows,
}


def main() -> int:
    """Run the suites and print what came out."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=SUITES, help="one suite instead of all")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    asked = parser.parse_args()
    logs.configure("warning")
    wanted = [asked.only] if asked.only else list(SUITES)
    rows = [row for name in wanted for row in SUITES[name]()]
    print(table.json(rows) if asked.json else table.text(rows))
    return int(any(row.is_met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
