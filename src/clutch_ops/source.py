"""Where releases come from: a mirror of the project's git repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from clutch_ops import durable
from clutch_ops.layout import Layout
from clutch_ops.refusals import Refused
from clutch_ops.version import release_of

SECONDS = 300
NO_ADDRESS = re.compile("//[^/@]*@")


def fetch(layout: Layout) -> None:
    """Bring the mirror up to date.

    Raises:
        Refused: the repository can't be reached.
    """
    source = layout.facts["source"]
    refuse_dirty(source)
    if not (layout.mirror / "HEAD").exists():
        shutil.rmtree(layout.mirror, ignore_errors=True)
        _git(["clone", "--quiet", "--mirror", "--", source, str(layout.mirror)], source)
    else:
        _git(["-C", str(layout.mirror), "remote", "set-url", "origin", source], source)
        _git(["-C", str(layout.mirror), "fetch", "--quiet", "--prune", "--force", "origin"], source)


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
    _git([*tree, "read-tree", commit], commit, **inside)
    _git([*tree, "checkout-index", "--all"], commit, **inside)
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
        count = len(changed.splitlines())
        raise Refused(
            f"The checkout {source} has changes in {count} files that are not committed.",
            "Commit them, or put them aside with: git stash. Releases are made of commits.",
        )


def _version_of(folder: Path, commit: str) -> str:
    try:
        return release_of(folder)
    except (OSError, LookupError, SyntaxError) as error:
        raise Refused(
            f"The commit {commit[:12]} is no release of Clutch: {error}.", "Name another one."
        ) from None


def _git(arguments: list[str], about: str, **environment: str) -> str:
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
        said = NO_ADDRESS.sub("//", asked.stderr.strip()) or f"status {asked.returncode}"
        raise Refused(
            f"The repository can't be read: {said}",
            "See that it can be reached from here, then type this again.",
        )
    return asked.stdout.strip()
