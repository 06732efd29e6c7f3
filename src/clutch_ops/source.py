"""Where releases come from: a mirror of the project's git repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from clutch_ops import durable, terminal
from clutch_ops.arguments import clutch
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused
from clutch_ops.version import release_of

SECONDS = 300
NO_ADDRESS = re.compile("//[^/@]*@")
_ID = re.compile("[0-9a-f]{7,40}")
AGAIN = "See that it can be reached from here, then type this again."
# What git says of a network that is not there, of a login that is missing, of a wrong address.
_OFFLINE = re.compile(
    "could not resolve host|network is unreachable|connection (timed out|refused|reset)"
    "|failed to connect|couldn't connect|no route to host",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    "authentication failed|permission denied|could not read (username|password)"
    "|terminal prompts disabled|host key verification|error: 40[13]",
    re.IGNORECASE,
)
_NOWHERE = re.compile(
    "not found|does not exist|does not appear to be a git repository|not a git repository",
    re.IGNORECASE,
)


def fetch(layout: Layout) -> None:
    """Bring the mirror up to date.

    Raises:
        Refused: the repository can't be reached.
    """
    source, root = layout.facts["source"], layout.root
    refuse_dirty(source)
    if not (layout.mirror / "HEAD").exists():
        shutil.rmtree(layout.mirror, ignore_errors=True)
        _git(["clone", "--quiet", "--mirror", "--", source, str(layout.mirror)], source, root)
    else:
        _git(["-C", str(layout.mirror), "remote", "set-url", "origin", source], source)
        _git(
            ["-C", str(layout.mirror), "fetch", "--quiet", "--prune", "--force", "origin"],
            source,
            root,
        )


def check(address: str, ref: str | None, root: Path) -> None:
    """See that a repository can be read, and has the ref, without fetching anything of it.

    Raises:
        Refused: it can't, or has not.
    """
    refuse_dirty(address)
    heads = _git(["ls-remote", "--", address], address, root).split()
    wanted = ref or "HEAD"
    names = {wanted, f"refs/heads/{wanted}", f"refs/tags/{wanted}"}
    # A commit's own id can only be looked up in what was fetched.
    if not names & set(heads) and _ID.fullmatch(wanted) is None:
        raise Refused(f"The repository has no branch, tag or commit {wanted!r}.", "Name another.")


def resolve(layout: Layout, ref: str) -> str:
    """The commit that a branch, a tag or a commit's own id names.

    Raises:
        Refused: there is none of that name.
    """
    try:
        return _git(
            ["-C", str(layout.mirror), "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"], ref
        )
    except Refused:
        known = _git(
            ["-C", str(layout.mirror), "for-each-ref", "--format=%(refname:short)", "--count=8"],
            ref,
        )
        raise Refused(
            f"The repository has no branch, tag or commit {ref!r}.",
            f"Name one that it has, such as: {', '.join(known.split())}.",
        ) from None


def is_older(layout: Layout, commit: str, current: str) -> bool:
    """Whether `commit` is an ancestor of `current`: going there would be going back."""
    asked = subprocess.run(
        ["git", "-C", layout.mirror, "merge-base", "--is-ancestor", commit, current],
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0 and commit != current


def newest(layout: Layout) -> tuple[float, str]:
    """When the newest fetched commit was made, in seconds of the epoch, and which ref has it."""
    wish = ["for-each-ref", "--sort=-committerdate", "--count=1"]
    form = "--format=%(committerdate:unix) %(refname:short)"
    try:
        at, _, name = _git(["-C", str(layout.mirror), *wish, form], "").partition(" ")
        return float(at), name
    except (Refused, ValueError):
        return 0.0, ""


def export(layout: Layout, commit: str) -> Path:
    """The commit's files as a release's folder; a whole one that is there is taken as it is."""
    release = layout.releases / commit[:12]
    if (release / "RELEASE.json").exists():
        return release
    shutil.rmtree(release, ignore_errors=True)
    draft = layout.releases / f".{commit[:12]}.new"
    shutil.rmtree(draft, ignore_errors=True)
    index = layout.run / "index"
    index.unlink(missing_ok=True)
    inside = {"GIT_INDEX_FILE": str(index)}
    draft.mkdir()
    tree = [f"--git-dir={layout.mirror}", f"--work-tree={draft}"]
    _git([*tree, "read-tree", commit], commit, None, **inside)
    _git([*tree, "checkout-index", "--all"], commit, None, **inside)
    index.unlink(missing_ok=True)
    subject = _git(["-C", str(layout.mirror), "log", "-1", "--format=%s", commit], commit)
    durable.write_json(
        draft / "RELEASE.json",
        {
            "commit": commit,
            "version": _version_of(draft, commit),
            "subject": subject,
            "made_at": datetime.now(UTC).isoformat(),
        },
    )
    # Once it has its name it counts as whole, so what git wrote has to be on the disk before.
    os.sync()
    draft.rename(release)
    durable.sync(layout.releases)
    return release


def borrow(layout: Layout, checkout: Path) -> str:
    """The commit that a checkout has, brought into the mirror when nobody has published it."""
    commit = _git(["-C", str(checkout), "rev-parse", "HEAD"], str(checkout))
    mirror = ["-C", str(layout.mirror)]
    _git([*mirror, "fetch", "--quiet", "--", str(checkout), "HEAD"], str(checkout))
    return commit


def upstream(checkout: Path) -> tuple[str, str] | None:
    """The address and the branch that `git pull` takes in a checkout; None when it has none."""
    try:
        tracked = ["rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}"]
        remote, _, branch = _git(["-C", str(checkout), *tracked], "").partition("/")
        return _git(["-C", str(checkout), "remote", "get-url", remote], ""), branch
    except Refused:
        return None


def refuse_dirty(source: str) -> None:
    """A checkout with changes that are not committed is not what would be installed.

    Raises:
        Refused: there are some.
    """
    folder = Path(source)
    if not folder.is_dir() or not (folder / ".git").exists():
        return
    changed = _git(["-C", source, "status", "--porcelain", "--untracked-files=no"], source)
    if changed:
        files = terminal.plural(len(changed.splitlines()), "file")
        raise Refused(
            f"The checkout {source} has changes in {files}, not committed.",
            "Commit them, or put them aside with: git stash. Releases are made of commits.",
        )


def _version_of(folder: Path, commit: str) -> str:
    try:
        return release_of(folder)
    except (OSError, LookupError, SyntaxError) as error:
        raise Refused(
            f"The commit {commit[:12]} is no release of Clutch: {error}.", "Name another one."
        ) from None


def _git(arguments: list[str], about: str, root: Path | None = None, **environment: str) -> str:
    """Have git do something about an address or a commit; `root` is the site that fetches."""
    try:
        asked = subprocess.run(
            ["git", *arguments],
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise Refused("git is not installed.", "apt-get install git") from None
    except subprocess.TimeoutExpired:
        raise Refused(
            f"git did not answer within {SECONDS} s about {NO_ADDRESS.sub('//', about)}.",
            "See that the repository can be reached, then type this again.",
        ) from None
    if asked.returncode:
        raise _refused(asked.stderr, about, root)
    return asked.stdout.strip()


def _refused(said: str, about: str, root: Path | None) -> Refused:
    """What git says in several lines, in one sentence; all of it is in the details."""
    said, about = (NO_ADDRESS.sub("//", text.strip()) for text in (said, about))
    if _OFFLINE.search(said):
        reason, advice = "there is no network, or its server does not answer", AGAIN
    elif _CLOSED.search(said):
        key = "Give this user a key or a password that git need not ask for, or another address"
        reason, advice = "it wants a login that this user does not have", f"{key}: {_from(root)}"
    elif _NOWHERE.search(said):
        reason, advice = "there is none at this address", f"Name the right one: {_from(root)}"
    else:
        lines = [line for line in said.splitlines() if line.strip()] or ["git gives no reason"]
        reason, advice = re.sub(r"^(fatal|error): ", "", lines[0]).rstrip("."), AGAIN
    return Refused(f"The repository {about} can't be read: {reason}.", advice, said)


def _from(root: Path | None) -> str:
    """How a site is told of another source."""
    release = root and root / "current" / "release" / "bin" / "clutch"
    typed = release if release and release.exists() else clutch()
    return f"{typed} install {root or 'DIR'} --from ADDRESS"
