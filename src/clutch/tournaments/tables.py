"""The tournaments' tables. Rows are what the log says, kept ready for reading."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from clutch.accounts.names import CODE_POINT_LIMIT, KEY_LIMIT
from clutch.kernel.columns import Id, UtcDateTime, metadata

tournament = Table(
    "tournament",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("owner_id", Id, ForeignKey("account.id"), nullable=False),
    Column("name", String(CODE_POINT_LIMIT), nullable=False),
    Column("name_folded", String(KEY_LIMIT), nullable=False),  # for searching in any case
    Column("game", String(60), nullable=False),
    Column("status", String(16), nullable=False),
    Column("visibility", String(8), nullable=False),
    Column("format", String(24), nullable=False),
    Column("format_settings", Text, nullable=False),  # JSON: models.FormatSettings
    Column("played_by", String(4), nullable=False),  # solo | team
    Column("roster_min", SmallInteger, nullable=False),
    Column("roster_max", SmallInteger, nullable=False),
    Column("max_participants", SmallInteger, nullable=False),
    Column("starts_at", UtcDateTime),
    Column("zone", String(64), nullable=False),
    Column(
        "report_minutes", Integer, nullable=False
    ),  # an unanswered report confirms itself after this
    Column("description", Text, nullable=False),
    Column("rules", Text, nullable=False),  # Markdown as typed; sanitised where it is shown
    Column("cancel_reason", Text),
    Column("draw_seed", BigInteger),  # of the random seeding, where it was random
    Column("version", Integer, nullable=False),
    Column("seeding_version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),  # completed or cancelled
    Index("ix_tournament_status_starts_at", "status", "starts_at"),
    Index("ix_tournament_owner_id", "owner_id"),
)

co_organizer = Table(
    "co_organizer",
    metadata,
    Column("tournament_id", String(8), ForeignKey("tournament.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True),
    Column("added_at", UtcDateTime, nullable=False),
    Index("ix_co_organizer_account_id", "account_id"),
)

registration = Table(
    "registration",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("tournament_id", String(8), ForeignKey("tournament.id"), nullable=False),
    Column(
        "account_id", Id, ForeignKey("account.id"), nullable=False
    ),  # who registered: player or captain
    Column("team_id", Id, ForeignKey("team.id")),
    # Display name, free inside a tournament; NULL once erased.
    Column("name", String(CODE_POINT_LIMIT)),
    Column("status", String(12), nullable=False),  # models.RegistrationStatus
    Column("checked_in_at", UtcDateTime),
    Column("reason", Text),  # why an organizer removed it
    Column("version", Integer, nullable=False),
    Column("registered_at", UtcDateTime, nullable=False),
    Index("ix_registration_tournament_id_status", "tournament_id", "status", "id"),
    Index("ix_registration_account_id", "account_id"),
    Index("ix_registration_team_id", "team_id"),
)

# Who would play for a registration; an account stands in one living registration at most.
registration_player = Table(
    "registration_player",
    metadata,
    Column("registration_id", Id, ForeignKey("registration.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True),
    Index("ix_registration_player_account_id", "account_id"),
)

participant = Table(
    "participant",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("tournament_id", String(8), ForeignKey("tournament.id"), nullable=False),
    Column("registration_id", Id, ForeignKey("registration.id"), nullable=False),
    Column("account_id", Id, ForeignKey("account.id")),  # solo: whose name leads to the profile
    Column("team_id", Id, ForeignKey("team.id")),
    # Snapshot; NULL once the player is erased: "deleted player".
    Column("name", String(CODE_POINT_LIMIT)),
    Column("tag", String(8)),
    Column("colour", String(7)),
    Column("seed", SmallInteger),
    Column("disqualified", Boolean, nullable=False),
    Column("disqualified_reason", Text),
    UniqueConstraint("registration_id"),
    Index("ix_participant_tournament_id_seed", "tournament_id", "seed"),
    Index("ix_participant_team_id", "team_id"),
    Index("ix_participant_account_id", "account_id"),
    sqlite_autoincrement=True,
)

participant_player = Table(
    "participant_player",
    metadata,
    Column("participant_id", Id, ForeignKey("participant.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("account.id"), primary_key=True),
    Column("name", String(CODE_POINT_LIMIT)),  # snapshot; NULL once erased
    Column("is_captain", Boolean, nullable=False),
    Index("ix_participant_player_account_id", "account_id"),
)

match = Table(
    "match",
    metadata,
    Column("tournament_id", String(8), ForeignKey("tournament.id"), primary_key=True),
    Column("id", String(12), primary_key=True),  # U2.1
    Column("number", SmallInteger, nullable=False),  # order of play, from 1
    Column("bracket", String(12), nullable=False),
    Column("round", SmallInteger, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("best_of", SmallInteger),
    Column("status", String(10), nullable=False),
    Column(
        "opponents", Text, nullable=False
    ),  # JSON: the engine's two opponents with their sources
    Column("participant_a", Id, ForeignKey("participant.id")),
    Column("participant_b", Id, ForeignKey("participant.id")),
    Column("outcome", String(16)),
    Column("winner_id", Id, ForeignKey("participant.id")),
    Column("score_a", Integer),
    Column("score_b", Integer),
    Column("games", Text),  # JSON list of games with their scores
    Column("confirmed_how", String(10)),  # opponent | organizer | deadline | rule
    Column("starts_at", UtcDateTime),
    Column("opened_at", UtcDateTime),
    Column("decided_at", UtcDateTime),
    Column("corrected", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_match_participant_a", "participant_a"),
    Index("ix_match_participant_b", "participant_b"),
    Index("ix_match_tournament_id_status", "tournament_id", "status"),
    Index("ix_match_decided_at", "decided_at"),
)

# One side's claim, waiting beside the match; gone from here once that is decided (see the log).
report = Table(
    "report",
    metadata,
    Column("tournament_id", String(8), primary_key=True),
    Column("match_id", String(12), primary_key=True),
    Column("side", SmallInteger, primary_key=True),  # 0 | 1
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("result", Text, nullable=False),  # JSON
    Column("reported_at", UtcDateTime, nullable=False),
    Column("confirms_at", UtcDateTime),
    ForeignKeyConstraint(["tournament_id", "match_id"], ["match.tournament_id", "match.id"]),
)

placement = Table(
    "placement",
    metadata,
    Column("tournament_id", String(8), ForeignKey("tournament.id"), primary_key=True),
    Column("participant_id", Id, ForeignKey("participant.id"), primary_key=True),
    Column("rank", SmallInteger, nullable=False),
    Column("to", SmallInteger, nullable=False),
    Index("ix_placement_participant_id", "participant_id"),
)
