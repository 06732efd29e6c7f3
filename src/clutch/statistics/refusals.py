"""What statistics refuse."""

from __future__ import annotations

from clutch.kernel.refusals import N_, Kind, Refusal


class RatingsUnavailable(Refusal):
    """Something was to be done by ratings while nobody can say what they are."""

    code = "ratings-unavailable"
    sentence = N_("Ratings can't be read now. Set the order by hand or by chance, or try later.")
    kind = Kind.UNAVAILABLE
