"""Tournaments: registrations, participants, matches, reports, placements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from clutch.kernel.columns import Id, UtcDateTime

revision = "0004"
down_revision = "0003"
phase = "expand"


def upgrade() -> None:
    _tournament()
    _co_organizer()
    _registration()
    _registration_player()
    _participant()
    _participant_player()
    _match()
    _report()
    _placement()


def _tournament() -> None:
    op.create_table(
        "tournament",
        sa.Column("id", sa.String(8), primary_key=True),
        sa.Column("owner_id", Id, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("name_folded", sa.String(160), nullable=False),
        sa.Column("game", sa.String(60), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("visibility", sa.String(8), nullable=False),
        sa.Column("format", sa.String(24), nullable=False),
        sa.Column("format_settings", sa.Text, nullable=False),
        sa.Column("played_by", sa.String(4), nullable=False),
        sa.Column("roster_min", sa.SmallInteger, nullable=False),
        sa.Column("roster_max", sa.SmallInteger, nullable=False),
        sa.Column("max_participants", sa.SmallInteger, nullable=False),
        sa.Column("starts_at", UtcDateTime),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("report_minutes", sa.Integer, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("cancel_reason", sa.Text),
        sa.Column("draw_seed", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seeding_version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("ended_at", UtcDateTime),
    )
    op.create_index("ix_tournament_status_starts_at", "tournament", ["status", "starts_at"])
    op.create_index("ix_tournament_owner_id", "tournament", ["owner_id"])


def _co_organizer() -> None:
    op.create_table(
        "co_organizer",
        sa.Column("tournament_id", sa.String(8), sa.ForeignKey("tournament.id"), primary_key=True),
        sa.Column("account_id", Id, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("added_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_co_organizer_account_id", "co_organizer", ["account_id"])


def _registration() -> None:
    op.create_table(
        "registration",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("tournament_id", sa.String(8), sa.ForeignKey("tournament.id"), nullable=False),
        sa.Column("account_id", Id, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("team_id", Id, sa.ForeignKey("team.id")),
        sa.Column("name", sa.String(128)),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("checked_in_at", UtcDateTime),
        sa.Column("reason", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
    )
    op.create_index(
        "ix_registration_tournament_id_status", "registration", ["tournament_id", "status", "id"]
    )
    op.create_index("ix_registration_account_id", "registration", ["account_id"])
    op.create_index("ix_registration_team_id", "registration", ["team_id"])


def _registration_player() -> None:
    op.create_table(
        "registration_player",
        sa.Column("registration_id", Id, sa.ForeignKey("registration.id"), primary_key=True),
        sa.Column("account_id", Id, sa.ForeignKey("account.id"), primary_key=True),
    )
    op.create_index("ix_registration_player_account_id", "registration_player", ["account_id"])


def _participant() -> None:
    op.create_table(
        "participant",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("tournament_id", sa.String(8), sa.ForeignKey("tournament.id"), nullable=False),
        sa.Column("registration_id", Id, sa.ForeignKey("registration.id"), nullable=False),
        sa.Column("account_id", Id, sa.ForeignKey("account.id")),
        sa.Column("team_id", Id, sa.ForeignKey("team.id")),
        sa.Column("name", sa.String(128)),
        sa.Column("tag", sa.String(8)),
        sa.Column("colour", sa.String(7)),
        sa.Column("seed", sa.SmallInteger),
        sa.Column("disqualified", sa.Boolean, nullable=False),
        sa.Column("disqualified_reason", sa.Text),
        sa.UniqueConstraint("registration_id", name="uq_participant_registration_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_participant_tournament_id_seed", "participant", ["tournament_id", "seed"])
    op.create_index("ix_participant_team_id", "participant", ["team_id"])
    op.create_index("ix_participant_account_id", "participant", ["account_id"])


def _participant_player() -> None:
    op.create_table(
        "participant_player",
        sa.Column("participant_id", Id, sa.ForeignKey("participant.id"), primary_key=True),
        sa.Column("account_id", Id, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("name", sa.String(128)),
        sa.Column("is_captain", sa.Boolean, nullable=False),
    )
    op.create_index("ix_participant_player_account_id", "participant_player", ["account_id"])


def _match() -> None:
    op.create_table(
        "match",
        sa.Column("tournament_id", sa.String(8), sa.ForeignKey("tournament.id"), primary_key=True),
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("bracket", sa.String(12), nullable=False),
        sa.Column("round", sa.SmallInteger, nullable=False),
        sa.Column("place", sa.SmallInteger, nullable=False),
        sa.Column("best_of", sa.SmallInteger),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("opponents", sa.Text, nullable=False),
        sa.Column("participant_a", Id, sa.ForeignKey("participant.id")),
        sa.Column("participant_b", Id, sa.ForeignKey("participant.id")),
        sa.Column("outcome", sa.String(16)),
        sa.Column("winner_id", Id, sa.ForeignKey("participant.id")),
        sa.Column("score_a", sa.Integer),
        sa.Column("score_b", sa.Integer),
        sa.Column("games", sa.Text),
        sa.Column("confirmed_how", sa.String(10)),
        sa.Column("starts_at", UtcDateTime),
        sa.Column("opened_at", UtcDateTime),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("corrected", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_match_participant_a", "match", ["participant_a"])
    op.create_index("ix_match_participant_b", "match", ["participant_b"])
    op.create_index("ix_match_tournament_id_status", "match", ["tournament_id", "status"])
    op.create_index("ix_match_decided_at", "match", ["decided_at"])


def _report() -> None:
    op.create_table(
        "report",
        sa.Column("tournament_id", sa.String(8), primary_key=True),
        sa.Column("match_id", sa.String(12), primary_key=True),
        sa.Column("side", sa.SmallInteger, primary_key=True),
        sa.Column("account_id", Id, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("reported_at", UtcDateTime, nullable=False),
        sa.Column("confirms_at", UtcDateTime),
        sa.ForeignKeyConstraint(["tournament_id", "match_id"], ["match.tournament_id", "match.id"]),
    )


def _placement() -> None:
    op.create_table(
        "placement",
        sa.Column("tournament_id", sa.String(8), sa.ForeignKey("tournament.id"), primary_key=True),
        sa.Column("participant_id", Id, sa.ForeignKey("participant.id"), primary_key=True),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("to", sa.SmallInteger, nullable=False),
    )
    op.create_index("ix_placement_participant_id", "placement", ["participant_id"])
