"""What achievements refuse, and what to do about it."""

from __future__ import annotations

from clutch.kernel.refusals import N_, Kind, NotFound, Refusal


class AchievementMissing(NotFound):
    """No achievement has that id or key."""

    code = "achievement-missing"
    sentence = N_("There is no such achievement. Look for it in the list of all.")


class NotYourAchievement(Refusal):
    """Another organizer made it."""

    code = "not-your-achievement"
    kind = Kind.FORBIDDEN
    sentence = N_("Only who made this achievement and admins can change it.")


class AchievementRetired(Refusal):
    """It was retired: what it took and who holds it stays as it is."""

    code = "achievement-retired"
    sentence = N_("This achievement was retired. Make a new one instead.")


class EverywhereRefused(Refusal):
    """Only admins may count everybody's tournaments."""

    code = "achievement-everywhere-refused"
    kind = Kind.FORBIDDEN
    field = "everywhere"
    sentence = N_("Only admins can count all tournaments of the site. Count your own ones.")


class TooManyAchievements(Refusal):
    """The owner has as many living ones as there may be."""

    code = "too-many-achievements"
    sentence = N_("You have {limit} achievements of your own, and there can't be more. Retire one.")


class TargetRefused(Refusal):
    """The number to reach makes no sense for what is counted."""

    code = "achievement-target-refused"
    kind = Kind.INVALID
    field = "target"
    sentence = N_("The number to reach is from {least} to {most}.")


class TiersRefused(Refusal):
    """There are no tiers, too many, or one is no higher than the one before it."""

    code = "achievement-tiers-refused"
    kind = Kind.INVALID
    field = "target"
    sentence = N_("Give one to {most} numbers to reach, each higher than the one before.")


class WordsMissing(Refusal):
    """No language has both a name and a text."""

    code = "achievement-words-missing"
    kind = Kind.INVALID
    sentence = N_("Write a name and what has to be done, both in the same language.")


class WordsTooLong(Refusal):
    """A name or text is longer than there is room for."""

    code = "achievement-words-too-long"
    kind = Kind.INVALID
    sentence = N_("This has {length} characters; {limit} fit. Say it more briefly.")
