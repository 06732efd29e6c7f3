"""Capabilities in words for admins: what each is, what it means as it stands, what to do."""

from __future__ import annotations

from typing import Final

from clutch.kernel.capabilities import Capability, State
from clutch.kernel.projector import FAILED, UNREADABLE
from clutch.kernel.refusals import N_

NAMES: Final = {
    "redis": N_("Redis"),
    "live": N_("Live updates"),
    "statistics": N_("Statistics"),
    "achievements": N_("Achievements"),
    "mail": N_("Mail"),
    "notices": N_("Notes to players"),
    "metrics": N_("Figures for monitoring"),
}
STATES: Final = {
    State.OFF: N_("Off"),
    State.ABSENT: N_("Not installed"),
    State.DOWN: N_("Down"),
    State.PROBING: N_("Being checked"),
    State.UP: N_("Works"),
}
TONES: Final = {State.DOWN: "bad", State.PROBING: "wait", State.ABSENT: "wait", State.UP: "good"}

_ALONE = N_(
    "Each process draws its pages itself and looks for news five times a second. Nothing is lost."
)
_BASIC = N_("Profiles show the basic numbers; ratings, form and streaks are missing or old.")
_UNLOCKED = N_("Nothing new is unlocked.")
_UNTOLD = N_("Open pages don't tell players of their own matches; everything else goes on.")
_WAITS = N_("Letters wait; none is lost.")
_EFFECTS: Final = {
    ("redis", State.OFF): _ALONE,
    ("redis", State.ABSENT): _ALONE,
    ("redis", State.DOWN): _ALONE,
    ("redis", State.PROBING): _ALONE,
    ("live", State.ABSENT): N_(
        "Live updates come by Server-Sent Events or by polling, a little later than by WebSocket."
    ),
    ("live", State.DOWN): N_("Open pages hear of nothing; who loads a page sees everything."),
    ("statistics", State.OFF): _BASIC,
    ("statistics", State.ABSENT): _BASIC,
    ("statistics", State.DOWN): _BASIC,
    ("statistics", State.PROBING): _BASIC,
    ("achievements", State.OFF): _UNLOCKED,
    ("achievements", State.DOWN): _UNLOCKED,
    ("achievements", State.PROBING): _UNLOCKED,
    ("notices", State.DOWN): _UNTOLD,
    ("notices", State.PROBING): _UNTOLD,
    ("metrics", State.ABSENT): N_("/metrics answers 501; everything else goes on."),
    ("mail", State.OFF): N_(
        "The site sends no mail: for a new password an admin makes a one-time link."
    ),
    ("mail", State.DOWN): _WAITS,
    ("mail", State.PROBING): _WAITS,
}
# Of followers of the log, where their sentence says more than their state.
_BY_REASON: Final = {
    FAILED: N_(
        "It is tried again by itself and catches up. If it stays so, the server's log has the "
        "whole story under {search}."
    ),
    UNREADABLE: N_(
        "The server's log has what the database says. What is gone or damaged there comes back "
        "with a backup: {command}"
    ),
}
_COMES_BACK = N_(
    "Nothing at first: it is started again by itself. If it stays so, see the server's log."
)
_BUILDS = N_("Nothing: it is worked out anew from the log, and then it is whole again.")
_ADVICE: Final = {
    ("redis", State.OFF): N_("Nothing, if you want it so. To use one, set {setting} and restart."),
    ("redis", State.DOWN): N_(
        "See that it runs and that its address and password are right. It is used again by itself "
        "within five seconds of its return."
    ),
    # Without an address it would be off.
    ("redis", State.ABSENT): N_(
        "Its address is set, so it seems wanted: install the extra {extra} and restart, or remove "
        "the address."
    ),
    ("live", State.DOWN): N_("See that the database runs; /testdb tells. It returns by itself."),
    ("mail", State.OFF): N_("Nothing, if you want it so. To send mail, set {setting} and restart."),
    ("mail", State.DOWN): N_(
        "See that the mail server runs and that the login is right. Sending is tried again by "
        "itself."
    ),
    ("statistics", State.ABSENT): N_(
        "Nothing, if you want it so: with {off} /healthz warns of it no more. To have it, install "
        "the extra {extra} and restart."
    ),
    ("statistics", State.DOWN): _COMES_BACK,
    ("achievements", State.DOWN): _COMES_BACK,
    ("notices", State.DOWN): _COMES_BACK,
    ("statistics", State.PROBING): _BUILDS,
    ("achievements", State.PROBING): _BUILDS,
    ("notices", State.PROBING): _BUILDS,
}
_BY_STATE: Final = {
    State.OFF: N_("Nothing, if you want it so. To have it, set {setting} and restart."),
    State.ABSENT: N_(
        "Nothing, if you want it so. To have it, install the extra {extra} and restart."
    ),
    State.PROBING: N_("Nothing: this takes a few seconds."),
    State.UP: N_("Nothing."),
}
_SETTINGS: Final = {
    "redis": "REDIS_URL",
    "mail": "CLUTCH_MAIL_HOST",
    "statistics": "CLUTCH_STATISTICS=on",
    "achievements": "CLUTCH_ACHIEVEMENTS=on",
}
_WORKS = N_("Everything is as it should be.")


def effect_of(one: Capability) -> str:
    """What its state means for people, as a text to be translated."""
    return _EFFECTS.get((one.name, one.state), _WORKS)


def advice_of(one: Capability) -> tuple[str, dict[str, str]]:
    """What to do about it: a text to be translated, and its facts."""
    text = _BY_REASON.get(one.sentence) or _ADVICE.get((one.name, one.state))
    text = text or _BY_STATE[one.state]
    facts = {
        "setting": _SETTINGS.get(one.name, ""),
        "off": "CLUTCH_STATISTICS=off",
        "extra": one.name,
        "search": "projection failed",
        "command": "clutch restore",
    }
    return text, {name: value for name, value in facts.items() if f"{{{name}}}" in text}
