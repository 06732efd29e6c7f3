"""Run one scenario: `python -m tests.faults F11 --seed 1`. The exit status is 0 only if it holds.

`mutations` instead of a scenario: seed every fault of the checkers over many seeds, and say which
ones nobody noticed.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

import structlog

from tests.faults import (
    f01,
    f02,
    f03,
    f04,
    f05,
    f06,
    f07,
    f08,
    f09,
    f10,
    f11,
    f12,
    f13,
    f14,
    record,
)
from tests.faults.mutations_updates import MUTATIONS, unnoticed
from tests.faults.record import Outcome
from tests.faults.round import Options, Report

ALL = (f01, f02, f03, f04, f05, f06, f07, f08, f09, f10, f11, f12, f13, f14)
SCENARIOS = {module.__name__.rpartition(".")[2].upper(): module.run for module in ALL}
# On SQLite where nothing else is said; `all` runs them on PostgreSQL, too.
EITHER = ("F08", "F12", "F13", "F14")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("scenario", choices=[*SCENARIOS, "all", "mutations"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="less load, and only the main thing")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="")
    parser.add_argument(
        "--part", type=float, default=1.0, help="this part of the load, such as 0.3"
    )
    parser.add_argument(
        "--seconds", type=float, default=0.0, help="go on so long in a short round, where it can"
    )
    parser.add_argument(
        "--record", type=Path, help="write the table of this round into a page, between its marks"
    )
    asked = parser.parse_args()
    # What our own looks at the database log is of no interest here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if asked.scenario == "mutations":
        return _seed_faults()
    options = Options(asked.seed, asked.short, asked.database, asked.part, asked.seconds)
    rounds = _all(options) if asked.scenario == "all" else [(asked.scenario, options)]
    outcomes: list[Outcome] = []
    for name, chosen in rounds:
        outcomes.append(run(name, chosen))
        if asked.record:
            record.write(asked.record, outcomes, options)
    return int(not all(one.held for one in outcomes))


def _all(options: Options) -> list[tuple[str, Options]]:
    """Every scenario; in full, those that leave the choice on both databases."""
    rounds = [(name, options) for name in SCENARIOS]
    if options.short or options.database:
        return rounds
    return [*rounds, *((name, replace(options, database="postgres")) for name in EITHER)]


def run(name: str, options: Options) -> Outcome:
    """One scenario with its report; how it went."""
    scenario, report, began = SCENARIOS[name], Report(), time.monotonic()
    title = (sys.modules[scenario.__module__].__doc__ or "").partition(": ")[2].partition("\n")[0]
    more = (" --short" * options.short) + f" --part {options.part:g}" * (options.part < 1)
    more += f" --database {options.database}" if options.database else ""
    print(f"{name} --seed {options.seed}{more}  {title}", flush=True)
    try:
        scenario(options, report)
    except Exception as error:  # noqa: BLE001 - the others are run all the same, and it is no success
        traceback.print_exc()
        report.faults.append(f"it could not be carried out: {type(error).__name__}: {error}")
    print(report.text(), flush=True)
    shown = f"{name}, PostgreSQL" if options.database == "postgres" else name
    outcome = Outcome(shown, title, report, time.monotonic() - began)
    word = "holds" if outcome.held else "BROKEN"
    print(f"{name} {word} ({outcome.seconds:.0f} s)", flush=True)
    return outcome


def _seed_faults() -> int:
    missed = unnoticed(range(1, 21))
    for checker, faults in MUTATIONS.items():
        print(f"{checker}: {', '.join(faults)}")
    seeded = sum(map(len, MUTATIONS.values()))
    print(f"{seeded} faults, 20 seeds each; unnoticed: {missed or 'none'}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
