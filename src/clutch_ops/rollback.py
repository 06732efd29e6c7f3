"""`clutch rollback`: back to the release before, offline, and honest about the data."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

from clutch_ops import arguments as typed
from clutch_ops import (
    committed,
    databases,
    environments,
    identity,
    inspection,
    preflight,
    recover,
    source,
)
from clutch_ops.journal import only_one
from clutch_ops.layout import Binding, Layout, name_of, release_facts
from clutch_ops.prune import prune
from clutch_ops.refusals import NeedsPerson, Refused
from clutch_ops.report import Steps, begin, conclude
from clutch_ops.switch import Plan, change_over
from clutch_ops.update import try_out

TOLD = 6
STEPS_BESIDE, STEPS_FROZEN = 7, 9


def rollback(root: Path, arguments: Sequence[str]) -> int:
    """Go back to the release that ran before; the data stays unless --discard is typed."""
    words = typed.Words("rollback", rollback.__doc__)
    words.add_argument(
        "--discard",
        action="store_true",
        help="take the data of that time, too: what came after it is lost",
    )
    words.add_argument(
        "--because", default="", metavar="TEXT", help="why, for the report; the holder says so"
    )
    wanted = words.parse_args(arguments)
    layout = Layout(root)
    preflight.check_owner(layout)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with only_one(layout, "rollback"):
        recover.tidy(layout)
        return _roll_back(layout, wanted.discard, wanted.because)


def _roll_back(layout: Layout, discard: bool, because: str) -> int:
    now = committed.check(layout)
    then = _before(layout, now)
    what = f"Rollback {name_of(now.release)} -> {name_of(then.release)}"
    what += f" ({because})" if because else ""
    count = STEPS_FROZEN if discard else STEPS_BESIDE
    facts = {"from": name_of(now.release), "to": name_of(then.release)}
    steps = begin(layout, "rollback", what, count, facts)
    steps.facts |= {"because": because} if because else {}

    def work() -> str:
        try:
            return _go(layout, now, then, discard, steps)
        except Refused as refused:
            raise (_call_for_help(layout, because, refused) if because else refused) from None

    return conclude(layout, steps, work)


def _call_for_help(layout: Layout, because: str, refused: Refused) -> NeedsPerson:
    """Nobody has typed this who would read it: the release goes on ending until somebody comes."""
    return NeedsPerson(
        f"{because}, and it can't be taken back without you. {refused.reason}",
        refused.advice or f"{layout.launcher} logs --level warning",
        refused.details,
    )


def _go(layout: Layout, now: Binding, then: Binding, discard: bool, steps: Steps) -> str:
    if not discard:
        identity.check(layout, now)
    preflight.check_room(layout, databases.store_of(layout, now))
    accepts = None if discard else _accepted(layout, now, then)
    with steps.step("environment", "Install its packages from the lock"):
        environments.renew(layout, then.release)
    trial = try_out(layout, then if discard else now, then.release, steps, accepts)
    copied = then if discard else None
    seconds = 3 * trial.preparing + 10
    plan = Plan(now, then.release, copied, accepts, seconds=seconds)
    left = change_over(layout, plan, steps)
    prune(layout)
    return left or "Tell whoever made the newer release what was wrong with it."


def _before(layout: Layout, now: Binding) -> Binding:
    """The newest older binding to a release that is not newer than this one.

    After one rollback another goes further back, not forth to what was left.

    Raises:
        Refused: there is none.
    """
    made = [one for one in layout.bindings_committed() if one.number < now.number]
    others = [one for one in made if one.release != now.release and not _follows(layout, one, now)]
    if not others:
        raise Refused(
            "There is no release before this one to go back to.", f"{layout.launcher} update"
        )
    return others[-1]


def _follows(layout: Layout, one: Binding, now: Binding) -> bool:
    """Whether one binding's release was made out of the other's."""
    commit, base = (str(release_facts(each.release).get("commit")) for each in (one, now))
    return source.is_older(layout, base, commit)


def _accepted(layout: Layout, now: Binding, then: Binding) -> str | None:
    """The newer schema that the older release is to run on, or None when it knows the schema.

    Raises:
        Refused: it can't run on the data as it is now; what going back would lose is told.
    """
    known, newer = inspection.schemas(then.release), inspection.schemas(now.release)
    schema = databases.store_of(layout, now).value(databases.SCHEMA) or ""
    if schema in known:
        return None
    since = {number: phase for number, phase in newer.items() if number not in known}
    if set(since.values()) == {"expand"}:
        return schema
    raise Refused(
        f"The release before can't read the data as it is now (schema {schema}). Going back to the "
        f"data of that time would lose rows: {_loss(layout, now, then)}.",
        f"If that is what you want: {layout.launcher} rollback --discard",
    )


def _loss(layout: Layout, now: Binding, then: Binding) -> str:
    after, before = (databases.counts(databases.store_of(layout, one)) for one in (now, then))
    grown = {name: count - before.get(name, 0) for name, count in after.items()}
    largest = sorted(grown.items(), key=lambda pair: -pair[1])
    told = [f"{count} of {name}" for name, count in largest[:TOLD] if count > 0]
    return ", ".join(told) or "none that were counted"
