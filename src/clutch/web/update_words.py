"""Updates in words for admins.

The operator's tool writes its reports in English, for it works without the site's catalogues. What
it always words alike is said here in the reader's language; the rest is shown as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from clutch.kernel.refusals import N_
from clutch.web.reader import Reader

ACTS: Final = {
    "install": N_("Installation"),
    "adopt": N_("Adoption"),
    "update": N_("Update"),
    "rollback": N_("Rollback"),
    "restart": N_("Restart"),
    "restore": N_("Restore"),
}
DONE, REFUSED, ROLLED_BACK, NEEDS_PERSON = "done", "refused", "rolled-back", "needs-person"
UNREADABLE, UNKNOWN = "unreadable", "unknown"
# By the exit status of the command.
OUTCOMES: Final = {0: DONE, 2: REFUSED, 3: ROLLED_BACK, 4: NEEDS_PERSON}
WORDS: Final = {
    DONE: N_("Done"),
    REFUSED: N_("Refused"),
    ROLLED_BACK: N_("Rolled back"),
    NEEDS_PERSON: N_("Needs a person"),
    UNREADABLE: N_("Report unreadable"),
    UNKNOWN: N_("Outcome unknown"),
}
TONES: Final = {DONE: "good", NEEDS_PERSON: "wait", UNREADABLE: "dim", UNKNOWN: "dim"}
STANDING: Final = {
    REFUSED: N_("Nothing was changed: the site goes on as it was."),
    ROLLED_BACK: N_("The site is back where it was, and nothing that was accepted is lost."),
    NEEDS_PERSON: N_("The site may have stood still since then: look at it now."),
    UNREADABLE: N_(
        "This file is damaged, or a newer release wrote it. Read the report as text on the server."
    ),
    UNKNOWN: N_("A newer release ended it in a way that this one does not know."),
}
NOT_KEPT: Final = N_(
    "Updates are not kept here, because this site was not made by clutch install; make one with "
    "clutch install DIR, as the page on operating describes."
)

# Each as the operator's tool writes it, {facts} aside; a test compares them with its source.
FIXED: Final = (
    # steps
    N_("Look at the site, its disk and its clock"),
    N_("Look at the old site, its disk, its database"),
    N_("Look at the settings"),
    N_("Fetch the release"),
    N_("Install its packages from the lock"),
    N_("Look up every import, setting and template"),
    N_("Try it out on a copy of the data"),
    N_("Try it out on data of its own"),
    N_("Start it beside the one that runs"),
    N_("Let requests finish; new ones wait"),
    N_("Copy the data"),
    N_("Bring the data to its schema, start its processes"),
    N_("Ask it what the public will ask"),
    N_("Change over"),
    N_("Let the public in"),
    N_("Put the operator's tool in place, clear away"),
    N_("Put it in place"),
    N_("Let the old site finish its requests and end"),
    N_("Bring the copy to its schema, see that it answers"),
    N_("Have pm2 run the new one by the old one's name"),
    N_("Have pm2 remember it"),
    N_("Restore it beside the data, see that it is whole"),
    N_("ready after {seconds} s"),
    # causes
    N_("The release ended {times} times within {seconds} s"),
    N_("It was interrupted (Ctrl-C)."),
    N_("It was cut off: the power went, somebody killed it, or the disk was full."),
    N_("The site does not run: nobody holds its socket."),
    N_("The holder of the site's socket ended during the change."),
    N_(
        "The site would stand still for some {forecast} s while its data is copied and migrated, "
        "more than {limit} s."
    ),
    N_("{ref} is older than what runs: the data may know more than it does."),
    N_("The repository has no branch, tag or commit {ref}."),
    N_("The release has no requirements.lock."),
    N_("The release needs Python {needs}; this is {here}."),
    N_("The package {package} can't be had for this Python and machine."),
    N_("A package is not the one that the lock means (wrong hash): {package}."),
    N_(
        "Too little room under {folder}: {needed} MB are needed (three times the data, the "
        "release, 500 MB to spare), {free} MB are free."
    ),
    N_("Its code does not hold together"),
    N_("Its clutch_ops is broken"),
    N_("The settings, the templates or the texts are wrong"),
    N_("{path}:{line}: it needs the package {package}, which is not declared"),
    N_("{path}:{line}: it needs the package {package}, which is declared and damaged"),
    N_("{path}:{line}: {module} has no {name}"),
    N_("{path}: importing it fails: {kind}: {error}"),
    N_("{where} the release does not work: {error}."),
    N_("On a copy of this site's data"),
    N_("Without {packages}"),
    N_("The release does not work on the data: {error}."),
    N_("The new release does not work on the real data: {error}."),
    N_("its migration damages the data: {fault}"),
    N_("the table {table} with {count} rows is gone"),
    N_("{lost} of {count} rows of the table {table} are gone"),
    N_("the column {column} of the table {table} was filled and is empty now"),
    N_("the log of {stream} has a gap"),
    N_("it ended with {status} {moment}: {line}"),
    N_("it hangs {moment}: nothing within {seconds} s"),
    N_("while it imports itself"),
    N_("while it migrates the data or starts"),
    N_("it took too long."),
    N_("it ended with status {status}: {line}"),
    N_("{count} answers had a status of 500 or above"),
    N_("{path} answers {status} in the language {language}"),
    N_("the WebSocket at /live opens and says nothing"),
    N_("nobody can log in: {path} answers {status}"),
    N_("nobody can log in: {path} has no form for it"),
    N_("no account can be made on it ({why})"),
    N_("making an account on it takes more than {seconds} s"),
    N_("{path} is empty"),
    N_("it takes more than {seconds} s"),
    N_("a tournament can't be played on it ({why})"),
    N_("The change stopped at “{step}”: {why}"),
    N_("The site that runs is not well: {error}."),
    N_(
        "The release before can't read the data as it is now (schema {schema}). Going "
        "back to the data of that time would lose rows: {rows}."
    ),
    N_("The clock is wrong, or was: {what} is {far} ahead of it."),
    N_("The repository {address} can't be read: {reason}."),
    N_("there is no network, or its server does not answer"),
    N_("it wants a login that this user does not have"),
    N_("there is none at this address"),
    N_("The system refused it: {why} ({file})."),
    # what to do
    N_("Should it disappoint: {command} rollback"),
    N_("To go back: {command} rollback"),
    N_("If that is what you want: {command} rollback --discard"),
    N_("At a quiet hour: {command} update --pause {seconds}"),
    N_("Start the site: {command}"),
    N_("Start it ({command}), then type this again."),
    N_("Start it ({command}), then type this again. Where it does not start: --even-if-ill"),
    N_("Tell whoever made the newer release what was wrong with it."),
    N_("Tell whoever made it."),
    N_("Don't install it. Tell whoever made the release, or look at your package index."),
    N_("See that the package index can be reached; else tell whoever made the release."),
    N_("Type it again when you want it."),
    N_("Make room, then type this again."),
    N_("Make room on the disk, then type this again."),
    N_("Mend that, then type this again."),
    N_(
        "Mend that first; an update could not tell its own faults from this one. To update all "
        "the same: --even-if-ill"
    ),
    N_("Nothing; wait for a release in which that is mended."),
    N_(
        "What it said stands in the details of the report. Try again, or wait for "
        "a release in which that is mended."
    ),
    N_("Mend {file} when it is a setting; else wait for another release."),
    N_("See that it can be reached from here, then type this again."),
    N_("Name the right one: {command}"),
    N_("Set it ({command}). When it is right now: {other}"),
)


def in_words_of(reader: Reader, text: str) -> str | None:
    """What the tool wrote, in the reader's language; None when only English can be had.

    Where a sentence goes on after a colon with what a program said, that much stays as it is.
    """
    if reader.language == "en":
        return text
    head, colon, rest = text.partition(": ")
    told = _fixed(reader, text) or _fixed(reader, text.removesuffix("."), ".")
    begun = _fixed(reader, head) if colon and not told else None
    return f"{begun}: {in_words_of(reader, rest) or rest}" if begun else told


def _fixed(reader: Reader, text: str, end: str = "") -> str | None:
    for fixed, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            facts = found.groupdict()
            known = {name: in_words_of(reader, fact) or fact for name, fact in facts.items()}
            return reader.gettext(fixed, **known) + end
    return None


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((fixed, _pattern_of(fixed)) for fixed in FIXED)


def _pattern_of(fixed: str) -> re.Pattern[str]:
    literals = re.split(r"\{(\w+)\}", fixed)
    parts = (f"(?P<{one}>.+?)" if at % 2 else re.escape(one) for at, one in enumerate(literals))
    return re.compile("".join(parts))
