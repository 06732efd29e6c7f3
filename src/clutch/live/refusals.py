"""What live updates refuse, and what to do about it."""

from __future__ import annotations

from clutch.kernel.refusals import N_, Kind, NotFound, Refusal


class StreamUnknown(NotFound):
    """No such stream, or none that this listener may know of."""

    code = "stream-unknown"
    sentence = N_("There is nothing to follow here, or it is not open to you.")


class TooManyStreams(Refusal):
    """The listener follows as many streams as one connection can."""

    code = "too-many-streams"
    sentence = N_("A connection follows at most {limit} streams. Unsubscribe from some first.")


class TooManyConnections(Refusal):
    """The account or the network address has too many connections open."""

    code = "too-many-connections"
    kind = Kind.TOO_MANY
    sentence = N_("Too many live connections are open ({limit}). Close a few pages and try again.")
    retry_after = 30


class TooManyOpenings(Refusal):
    """The network address opens connections, or polls, more often than the site answers."""

    code = "too-many-openings"
    kind = Kind.TOO_MANY
    sentence = N_("Too many live connections are opened at once. Try again in a moment.")
    retry_after = 5


class ProcessFull(Refusal):
    """The process has as many live connections as its open-file limit allows."""

    code = "live-full"
    kind = Kind.UNAVAILABLE
    sentence = N_("As many live connections are open as the site can hold. Try again in a while.")
    retry_after = 30


class TooManyMessages(Refusal):
    """The client says more than the site listens to; the connection ends."""

    code = "too-many-messages"
    kind = Kind.TOO_MANY
    sentence = N_("Too many messages came at once. Connect again in a moment.")


class MessageUnreadable(Refusal):
    """The message is none of the protocol's."""

    code = "message-unreadable"
    kind = Kind.INVALID
    sentence = N_("This message can't be read. The protocol is described in docs/live.md.")


class AddressUnreadable(Refusal):
    """The streams in the address, or the Last-Event-ID, can't be read."""

    code = "address-unreadable"
    kind = Kind.INVALID
    sentence = N_(
        "This address can't be read. It is written like "
        "/live/events?follow=site@17&epoch=q8txv9spf4hn: see docs/live.md."
    )


class UpgradeRequired(Refusal):
    """Somebody asked for the WebSocket in plain HTTP, or a proxy on the way made it so."""

    code = "upgrade-required"
    kind = Kind.UPGRADE
    sentence = N_("Only WebSockets are answered here. Over plain HTTP, use /live/events.")


class SessionEnded(Refusal):
    """The login that this connection came with has ended: logged out, banned, password changed."""

    code = "session-ended"
    kind = Kind.LOGIN
    sentence = N_("Your session has ended. Log in again to go on.")


class TooSlow(Refusal):
    """The client has read nothing for a minute."""

    code = "too-slow"
    kind = Kind.BUSY
    sentence = N_("Nothing was read for a minute, so the connection ends. Connect again.")


class Closing(Refusal):
    """This process of the site ends; another one, or the next, takes over."""

    code = "closing"
    kind = Kind.UNAVAILABLE
    sentence = N_("The site restarts. The page connects again by itself.")
