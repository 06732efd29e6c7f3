"""Updates as admins read them: what the operator's tool reported, also where it is damaged."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from clutch.accounts.models import Role, Scope
from clutch.bootstrap import Site
from clutch.kernel.settings import Settings
from clutch.web.update_words import FIXED, NOT_KEPT
from clutch_ops import report
from clutch_ops.journal import Journal
from clutch_ops.layout import Layout
from clutch_ops.refusals import NeedsPerson, Refused, RolledBack
from clutch_ops.report import Steps, conclude
from tests.accounts.conftest import People
from tests.fixtures.browsing import Api, Browser
from tests.fixtures.site import on_sqlite

pytestmark = on_sqlite
OLD, NEW = "0.4.0 (3f9c1a2)", "0.5.0 (77d0b5e)"
FETCH, TRY = "Fetch the release", "Try it out on a copy of the data"
GATE = "Ask it what the public will ask"
ENGLISH = "The new release did not get through 'prepare': it took too long."
TOOL = Path(report.__file__).parent


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A site that `clutch install` has made, as far as reports go."""
    made = Layout(tmp_path / "site")
    made.make()
    (made.root / "site.json").write_text("{}")
    return made


@pytest.fixture
def sqlite_settings(layout: Layout, prepared_sqlite: Path) -> Settings:
    home = layout.generations / "gen-1"
    layout.make_generation(home)
    shutil.copy(prepared_sqlite, home / "clutch.db")
    return Settings(home=home)


@pytest.fixture
def people(site: Site) -> People:
    return People(site)


@pytest.fixture
def admin(make_client: Callable[..., Browser], people: People) -> Callable[..., Browser]:
    """An admin's browser, in a language."""
    session = people.session(people.person("Olga", Role.ADMIN))
    return lambda language="en": make_client(language).log_in(session)


@pytest.fixture
def admin_api(api: Api, people: People) -> Api:
    return api.by(people.token(people.person("Oleg", Role.ADMIN), Scope.ADMIN))


def act(layout: Layout, name: str = "update", error: Refused | None = None, **facts: object) -> str:
    """An act of the real tool, which ends well or by this; the id of its report."""
    steps = Steps(name, "What it is", 2, Journal.begin(layout, name))
    steps.facts |= facts or {"from": OLD, "to": NEW}

    def work() -> str:
        with steps.step("fetch", FETCH):
            pass
        with steps.step("gate", GATE) as step:
            step.note = "ready after 1.3 s"
            if error:
                raise error
        return "Should it disappoint: /srv/clutch/bin/clutch rollback"

    conclude(layout, steps, work)
    return steps.journal.path.stem


def test_updates_stand_newest_first_with_their_releases_and_how_they_ended(
    admin: Callable[..., Browser], layout: Layout
) -> None:
    act(layout, "install", to=OLD)
    act(layout, error=Refused("No."))
    act(layout, error=RolledBack("No."))
    act(layout, "rollback", NeedsPerson("No."))
    newest = act(layout)
    page = admin().get("/admin/updates")
    listed = [href for _, href in page.links if href.startswith("/admin/updates/")]
    assert listed[0].endswith(newest)
    assert listed == sorted(listed, reverse=True)
    order = ["Done", "Needs a person", "Rolled back", "Refused", "Done"]
    found = re.findall("Done|Needs a person|Rolled back|Refused", page.text)
    assert found == order
    assert f"{OLD} →to {NEW}" in page.text
    assert f"Installation {OLD}" in page.text


def test_a_long_list_has_pages(admin: Callable[..., Browser], layout: Layout) -> None:
    for number in range(21):
        write(layout, f"20260102T0304{number:02}.000000Z-update", {"status": 0, "seconds": number})
    browser = admin()
    first, last = browser.get("/admin/updates"), browser.get("/admin/updates?page=2")
    assert "Page 1 of 2" in first.text
    assert first.html.count("/admin/updates/2026") == 20
    assert "20260102T030400.000000Z-update" in last.html
    assert browser.get("/admin/updates?page=3").status == 200


def test_a_report_tells_each_step_the_cause_and_what_to_do(
    admin: Callable[..., Browser], layout: Layout
) -> None:
    error = Refused(ENGLISH, "Tell whoever made it.", "Traceback of it")
    one = act(layout, error=error)
    page = admin().get(f"/admin/updates/{one}")
    for words in (
        "Nothing was changed: the site goes on as it was.",
        f"It ended at the step “{GATE}”.",
        ENGLISH,
        "Tell whoever made it.",
        f"{FETCH} 0 s",
        "Traceback of it",
        f"As text on the server: {layout.reports / one}.txt",
    ):
        assert words in page.text, words


def test_in_russian_only_what_has_no_fixed_words_stays_english_and_says_so(
    admin: Callable[..., Browser], layout: Layout
) -> None:
    russian = admin("ru")
    bad = act(
        layout, "rollback", RolledBack(ENGLISH), because="The release ended 4 times within 60 s"
    )
    page = russian.get(f"/admin/updates/{bad}")
    assert "на шаге «Спросить у неё то, что спросят посетители»" in page.text
    assert "Версия завершилась сама собой (раз: 4) за 60 с" in page.text
    assert "готова через 1.3 с" in page.text
    foreign = re.findall(r'<\w+ lang="en">([^<]*)<', page.html)
    assert [text.replace("&#39;", "'") for text in foreign] == [ENGLISH]
    good = russian.get(f"/admin/updates/{act(layout)}")
    assert "Если разочарует: /srv/clutch/bin/clutch rollback" in good.text
    assert '<span lang="en">' not in good.html


CODE = "Its code does not hold together: a.py:3: it needs the package x, which is not declared."
CODE_RU = "В её коде есть ошибка: a.py:3: нужен пакет x, которого нет в зависимостях."
DATA = "its migration damages the data: 2 of 9 rows of the table team are gone"
DATA_RU = "её миграция портит данные: из таблицы team пропало строк: 2 из 9"
STOPPED = "The change stopped at “Let requests finish; new ones wait”: it took too long."


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (CODE, CODE_RU),
        (f"The release does not work on the data: {DATA}.", f"версия не работает: {DATA_RU}."),
        (STOPPED, "это длилось слишком долго."),
    ],
)
def test_causes_are_told_in_russian_with_the_causes_in_them(
    admin: Callable[..., Browser], layout: Layout, said: str, meant: str
) -> None:
    one = act(layout, error=Refused(said, "Nothing; wait for a release in which that is mended."))
    page = admin("ru").get(f"/admin/updates/{one}")
    assert meant in page.text
    assert "Ничего; дождитесь версии, в которой это исправлено." in page.text
    assert '<p lang="en">' not in page.html


DAMAGED = (
    "",
    '{"status": 0, "seco',
    "[]",
    '{"status": "fine", "seconds": 1}',
    '{"status": 0, "seconds": -1}',
    '{"status": 0, "seconds": 1e999}',
    '{"status": 0, "seconds": 1, "steps": [3]}',
    '{"status": 0, "seconds": 1, "reason": "\\ud800"}',
    "\0\udcff",
)


def test_a_damaged_report_is_said_to_be_damaged_and_the_others_are_there(
    admin: Callable[..., Browser], admin_api: Api, layout: Layout
) -> None:
    whole = act(layout)
    names = [f"20260102T0304{number:02}.000000Z-update" for number in range(len(DAMAGED))]
    for name, text in zip(names, DAMAGED, strict=True):
        path = layout.reports / f"{name}.json"
        path.write_bytes(text.encode(errors="surrogateescape"))
    page = admin().get("/admin/updates")
    assert page.text.count("Report unreadable") == len(DAMAGED)
    assert whole in page.html
    told = admin().get(f"/admin/updates/{names[0]}")
    assert f"{layout.reports / names[0]}.txt" in told.text
    assert admin_api.get(f"/admin/updates/{names[0]}").json()["outcome"] == "unreadable"


def test_what_a_newer_release_wrote_is_shown_as_far_as_it_is_known(
    admin: Callable[..., Browser], layout: Layout
) -> None:
    told = {"status": 7, "seconds": 75, "steps": [{"title": "Dance", "mood": 1}], "new": {"a": 1}}
    one = write(layout, "20260102T030405.000000Z-merge", told)
    for name in ("notes.json", "20261399T030405.000000Z-update.json", ".x.json.new"):
        (layout.reports / name).write_text("{}")
    (layout.reports / "20260102T030406.000000Z-update.json").mkdir()
    page = admin().get("/admin/updates")
    assert "merge Outcome unknown" in page.text
    assert page.html.count("/admin/updates/2") == 2
    report = admin("ru").get(f"/admin/updates/{one}")
    assert '<span lang="en">Dance</span>' in report.html
    assert "1 мин 15 с" in report.text


def write(layout: Layout, name: str, told: object) -> str:
    (layout.reports / f"{name}.json").write_text(json.dumps(told))
    return name


def test_only_admins_read_them(client: Browser, api: Api, people: People, layout: Layout) -> None:
    one = act(layout)
    organizer = people.person("Bob", Role.ORGANIZER)
    token = api.by(people.token(organizer))
    for path in ("/admin/updates", f"/admin/updates/{one}"):
        assert client.get(path).path.startswith("/login")
        assert api.get(path).status_code == 401
        assert token.get(path).status_code == 403
    client.log_in(people.session(organizer))
    assert client.get("/admin/updates").status == 403
    assert client.get(f"/admin/updates/{one}").status == 403


def test_the_api_tells_the_same(admin_api: Api, layout: Layout) -> None:
    one = act(layout, error=RolledBack(ENGLISH, "Wait.", "why"))
    listed = admin_api.get("/admin/updates").json()
    assert (listed["kept"], listed["message"], listed["total"], listed["pages"]) == (
        True,
        None,
        1,
        1,
    )
    [heading] = listed["updates"]
    told = admin_api.get(f"/admin/updates/{one}").json()
    assert {name: told[name] for name in heading} == heading
    assert (told["outcome"], told["before"], told["after"]) == ("rolled-back", OLD, NEW)
    assert (told["reason"], told["advice"], told["details"]) == (ENGLISH, "Wait.", "why")
    assert [step["outcome"] for step in told["steps"]] == ["done", "failed"]
    assert told["steps"][1]["note"] == "ready after 1.3 s"


@pytest.mark.parametrize(
    "name", ["20260102T030405.000000Z-update", "nothing", "..%2Fsite", "x" * 300]
)
def test_a_report_that_is_not_there_is_missing(
    admin: Callable[..., Browser], admin_api: Api, name: str
) -> None:
    assert admin().get(f"/admin/updates/{name}").status == 404
    assert admin_api.get(f"/admin/updates/{name}").status_code == 404


def test_a_site_that_was_not_installed_says_so_and_what_to_do(
    admin: Callable[..., Browser], admin_api: Api, layout: Layout
) -> None:
    one = act(layout)
    assert "No update" not in admin().get("/admin/updates").text
    (layout.root / "site.json").unlink()
    assert NOT_KEPT in admin().get("/admin/updates").text
    assert "создайте его командой" in admin("ru").get("/admin/updates").text
    assert admin().get(f"/admin/updates/{one}").status == 404
    told = admin_api.get("/admin/updates").json()
    assert (told["kept"], told["message"], told["updates"]) == (False, NOT_KEPT, [])


def test_before_the_first_update_the_page_says_what_will_be_there(
    admin: Callable[..., Browser],
) -> None:
    assert "No update yet" in admin().get("/admin/updates").text


def test_on_a_phone_nothing_is_wider_than_the_screen(
    page: Page, address: str, people: People, layout: Layout
) -> None:
    long = "x" * 90
    act(layout, error=Refused(f"/srv/{long} {long}", f"type {long}", f"{long} " * 3))
    session = people.session(people.person("Olga", Role.ADMIN))
    page.context.add_cookies([{"name": "clutch-session", "value": session, "url": address}])
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{address}/admin/updates")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Update", exact=True).click()
    page.get_by_text("Details").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_the_site_translates_is_what_the_tool_says() -> None:
    said = set(texts_of_tool())
    assert [fixed for fixed in FIXED if plain(fixed) not in said] == []


def test_every_step_of_the_tool_has_words() -> None:
    titles = set(titles_of_tool())
    assert len(titles) > 15
    assert titles <= set(FIXED)


def plain(fixed: str) -> str:
    return re.sub(r"\{\w+\}", "{}", fixed)


def parsed() -> Iterator[ast.AST]:
    for path in TOOL.glob("*.py"):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def texts_of_tool() -> Iterator[str]:
    for part in parsed():
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        elif isinstance(part, ast.JoinedStr):
            yield "".join(
                str(one.value) if isinstance(one, ast.Constant) else "{}" for one in part.values
            )


def titles_of_tool() -> Iterator[str]:
    for part in parsed():
        if isinstance(part, ast.Call) and getattr(part.func, "attr", "") == "step":
            title = part.args[1]
            assert isinstance(title, ast.Constant)
            yield str(title.value)
