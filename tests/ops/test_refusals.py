"""Bad input: a sentence that says what is wrong, and what to type; nothing is changed."""

from __future__ import annotations

import pytest

from tests.ops.sites import Site, git

pytestmark = pytest.mark.long


def refused(site: Site, *arguments: str) -> str:
    before = site.current
    done = site.clutch(*arguments)
    assert done.status == 2, done.said
    assert site.current == before
    return done.said


def test_a_site_that_does_not_run_is_not_updated(site: Site) -> None:
    assert "The site does not run: nobody holds its socket." in refused(site, "update")


def test_a_ref_that_is_not_there_is_named_with_those_that_are(site: Site) -> None:
    site.serve()
    said = refused(site, "update", "--to", "no-such-branch")
    assert "no branch, tag or commit 'no-such-branch'" in said
    assert "main" in said


def test_a_checkout_with_changes_is_refused(site: Site) -> None:
    site.serve()
    (site.repository / "pyproject.toml").write_text("changed", encoding="utf-8")
    assert "has changes in 1 files that are not committed" in refused(site, "update")


def test_an_older_commit_is_no_update(site: Site) -> None:
    site.serve()
    first = git(site.repository, "rev-parse", "HEAD")
    site.newer("0.1.1")
    assert site.clutch("update").status == 0
    assert "is older than what runs" in refused(site, "update", "--to", first)


def test_a_repository_that_is_gone_is_said(site: Site) -> None:
    site.serve()
    site.repository.rename(site.repository.with_name("elsewhere"))
    assert "The repository can't be read" in refused(site, "update")


def test_a_half_written_settings_file_stops_a_restart_and_not_the_site(site: Site) -> None:
    site.serve()
    site.set(CLUTCH_WORKERS="tw")
    assert "CLUTCH_WORKERS=tw" in refused(site, "restart")
    assert site.answers()


def test_a_current_that_somebody_edited_needs_a_person(site: Site) -> None:
    (site.root / "current").unlink()
    (site.root / "current").symlink_to("data/gen-1")
    done = site.clutch("update")
    assert done.status == 4
    assert "somebody edited it" in done.said
    assert f"ln -sfn bindings/1 {site.root / 'current'}" in done.said


def test_there_is_nothing_to_roll_back_to_at_first(site: Site) -> None:
    assert "There is no release before this one" in refused(site, "rollback")


def test_what_nobody_knows_is_told_in_one_sentence(site: Site) -> None:
    said = refused(site, "update", "--twice")
    assert said.startswith("clutch update: unrecognized arguments: --twice.")
