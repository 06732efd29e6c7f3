"""Head to head: everybody whom a player or team met, and one of them with all matches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from clutch.accounts.models import AccountId
from clutch.accounts.names import clean_name, name_keys
from clutch.accounts.queries import get_player
from clutch.bootstrap import Site
from clutch.kernel.refusals import NotFound
from clutch.statistics import queries
from clutch.statistics.models import Holder, Mode
from clutch.teams.models import TeamId
from clutch.teams.queries import get_team
from clutch.tournaments.records import MatchPage, Whose, matches_of
from clutch.web.views.statistics import Met, met_by, told

PER_PAGE = 25
LONGEST_SEARCH = 64


@dataclass(frozen=True, slots=True)
class Opponents:
    """One page of those who were met, the most often met first."""

    items: list[Met]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True, slots=True)
class Pair:
    """A holder and one opponent. `met` None: what the matches add up to can't be told now."""

    name: str | None
    met: Met | None
    matches: MatchPage


def opponents_of(holder: Holder, search: str, page: int) -> Callable[[Connection], Opponents]:
    """Reads those who were met; `search` finds parts of names, in any case."""
    wanted = name_keys(clean_name(search[:LONGEST_SEARCH])).folded

    def read(conn: Connection) -> Opponents:
        every = met_by(conn, holder.mode, queries.opponents_of(conn, holder))
        found = [one for one in every if wanted in _folded(one)] if wanted else every
        number = min(max(1, page), max(1, -(-len(found) // PER_PAGE)))
        shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
        return Opponents(shown, len(found), number)

    return read


def pair_of(site: Site, holder: Holder, other_id: int, page: int = 1) -> Pair:
    """A holder and an opponent, with a page of the matches between them.

    Raises:
        NotFound: nobody is their own opponent.
        PlayerMissing, TeamMissing: there is no such opponent.
    """
    if holder.mode is not Mode.ROSTER and holder.id == other_id:
        raise NotFound
    with site.database.read() as conn:
        name = _name_of(conn, holder.mode, other_id)
        against = _whose(Mode.SOLO if holder.mode is Mode.SOLO else Mode.TEAM, other_id)
        matches = matches_of(conn, _whose(holder.mode, holder.id), page, against=against)
    tally = told(site, lambda conn: queries.against(conn, holder, other_id))
    met = None if tally is None else Met(other_id, name, holder.mode is not Mode.SOLO, tally)
    return Pair(name, met, matches)


def _folded(met: Met) -> str:
    return "" if met.name is None else name_keys(met.name).folded


def _name_of(conn: Connection, mode: Mode, other_id: int) -> str | None:
    if mode is Mode.SOLO:
        return get_player(conn, AccountId(other_id)).name
    return get_team(conn, TeamId(other_id)).name


def _whose(mode: Mode, holder_id: int) -> Whose:
    if mode is Mode.TEAM:
        return Whose(team_id=TeamId(holder_id))
    return Whose(account_id=AccountId(holder_id))
