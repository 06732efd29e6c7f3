"""`clutch play`: the site's own answers are what the engine says they must be."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest

from clutch.accounts.models import Role
from clutch.accounts.queries import list_accounts
from clutch.bootstrap import open_site
from clutch.cli.playing.command import FAILED, Wanted, play_file
from clutch.cli.simulation import DONE, NOT_A_SCRIPT, UNAPPLIED, simulate_file
from clutch.kernel.settings import Settings
from tests.engine.test_oracles import in_order_of_play, start_gg_script
from tests.serve.running import Running, started, wait_until

Plain = dict[str, Any]

PLAIN: Plain = {
    "format": "double_elimination",
    "settings": {"best_of": 3},
    "participants": ["Анна", "=cmd()", "<b>c</b>", "de  f", "  ", "x" * 200],
    "results": [
        {"opponents": ["=cmd()", "Анна"], "scores": [0, 2]},
        {"opponents": ["<b>c</b>", "x" * 200], "scores": None, "winner": "<b>c</b>",
         "outcome": "walkover"},
        {"opponents": ["de  f", "  "], "scores": [1, 0], "winner": "de  f", "outcome": "forfeit"},
        {"opponents": ["=cmd()", "<b>c</b>"], "scores": [2, 2]},
        {"opponents": ["=cmd()", "<b>c</b>"], "scores": [2, 1]},
        {"opponents": ["Анна", "de  f"], "winner": None, "outcome": "double_forfeit"},
        {"opponents": ["  ", "<b>c</b>"], "scores": [0, 2]},
        {"opponents": ["Анна", "  "], "scores": [2, 0]},
        {"opponents": ["=cmd()", "<b>c</b>"], "scores": [0, 2]},
        {"opponents": ["=cmd()", "<b>c</b>"], "scores": [2, 1]},
    ],
}  # fmt: skip

THREE: Plain = {
    "format": "single_elimination",
    "settings": {"third_place": True, "best_of": None},
    "participants": ["a", "b", "c"],
    "results": [
        {"opponents": ["b", "c"], "scores": [3, 10]},
        {"opponents": ["a", "c"], "scores": [7, 6]},
    ],
}


TWO: Plain = {
    "format": "double_elimination",
    "participants": ["a", "b"],
    "results": [
        {"opponents": ["a", "b"], "scores": [1, 0]},
        {"opponents": ["a", "b"], "scores": [2, 3]},
        {"opponents": ["a", "b"], "scores": [5, 4]},
    ],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("played")
    settings = {"CLUTCH_HOME": str(folder / "home"), "CLUTCH_PORT": "0"}
    with started(["-m", "clutch", "serve"], folder, settings) as site:
        wait_until(lambda: '"serving"' in site.said(), seconds=30)
        found = re.search(r'"(http://[^"]+)"', site.said())
        assert found
        site.address = found[1]
        yield site


@pytest.fixture
def here(site: Running, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of the site, also in the environment: its files are on this machine."""
    home = site.errors.parent / "home"
    monkeypatch.setenv("CLUTCH_HOME", str(home))
    return Settings(home=home)


def play(
    plain: Plain, url: str, wrong: float = 0.0, token: str = "", seed: int = 7
) -> tuple[int, bytes, str]:
    out, err = BytesIO(), StringIO()
    wanted = Wanted("-", url, wrong, seed, token)
    status = play_file(wanted, BytesIO(json.dumps(plain).encode()), out, err)
    return status, out.getvalue(), err.getvalue()


def simulate(plain: Plain) -> tuple[int, bytes]:
    out = BytesIO()
    status = simulate_file("-", BytesIO(json.dumps(plain).encode()), out, StringIO())
    return status, out.getvalue()


@pytest.mark.parametrize("wrong", [0.0, 1.0], ids=["all-right", "all-wrong-first"])
def test_every_kind_of_result_comes_out_as_simulated(
    site: Running, here: Settings, wrong: float
) -> None:
    status, found, _ = play(PLAIN, site.address, wrong)
    assert (status, found) == simulate(PLAIN)
    assert status == UNAPPLIED


def test_a_single_elimination_of_three_comes_out_as_simulated(
    site: Running, here: Settings
) -> None:
    status, found, said = play(THREE, site.address, wrong=0.5)
    assert (status, found) == simulate(THREE)
    assert status == DONE
    assert "results" in said


def test_what_a_wrong_result_led_to_uses_up_none_of_the_right_ones(
    site: Running, here: Settings
) -> None:
    # By these dice only the first result goes wrong, and stands while the next match is played.
    status, found, _ = play(TWO, site.address, wrong=0.5, seed=21)
    assert (status, found) == simulate(TWO)
    assert status == DONE


@pytest.mark.real_data
def test_the_largest_real_event_comes_out_as_simulated_with_a_tenth_wrong_first(
    site: Running, here: Settings, test_data: Path
) -> None:
    (path,) = (test_data / "startgg_double_elim").glob("de_088_*.json")
    event = json.loads(path.read_text("utf-8"))
    seeding = [str(user) for _, user in sorted(event["seeds"])]
    plain = start_gg_script(seeding, in_order_of_play(event))
    status, found, _ = play(plain, site.address, wrong=0.1)
    assert (status, found) == simulate(plain)
    assert status == DONE


def test_the_token_it_made_is_revoked_and_its_owner_is_no_admin(
    site: Running, here: Settings
) -> None:
    play(THREE, site.address)
    opened = open_site(here)
    with opened.database.read() as conn:
        tokens = conn.exec_driver_sql("SELECT scopes FROM token").scalars().all()
    opened.close()
    assert admins_of(here) == []  # there was none before
    assert not [scopes for scopes in tokens if "admin" in str(scopes)]


def test_it_says_what_stays_on_the_site(site: Running, here: Settings) -> None:
    _, _, said = play(THREE, site.address)
    (told,) = re.findall(r"(http://\S+)(/tournaments/\w+) and 3 accounts", said)
    assert told[0] == site.address
    assert "Played from a file" in site.get(told[1])


def test_no_admin_stays_when_it_is_ended_in_the_middle(
    site: Running, here: Settings, tmp_path: Path
) -> None:
    names = [str(number) for number in range(400)]
    file = tmp_path / "large.json"
    file.write_text(json.dumps({**THREE, "participants": names, "results": []}))
    with started(["-m", "clutch", "play", str(file), "--url", site.address], tmp_path) as playing:
        wait_until(lambda: admins_of(here) != [], seconds=30)
        playing.end()
    assert admins_of(here) == []


def admins_of(settings: Settings) -> list[str]:
    opened = open_site(settings)
    try:
        with opened.database.read() as conn:
            return [one.name or "" for one in list_accounts(conn, "", Role.ADMIN).items]
    finally:
        opened.close()


def test_a_token_that_may_not_is_refused_in_one_line(site: Running, here: Settings) -> None:
    status, found, said = play(THREE, site.address, token="clutch_nobody")
    assert (status, found) == (FAILED, b"")
    assert len(said.strip().splitlines()) == 1


def test_an_address_where_nobody_answers_is_said_in_one_line(site: Running, here: Settings) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        status, found, said = play(THREE, address, token="clutch_any")
    assert (status, found) == (FAILED, b"")
    assert said.strip().startswith(f"Nobody answers at {address} (")


def test_without_a_site_on_this_machine_a_token_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUTCH_HOME", str(tmp_path / "nothing"))
    status, found, said = play(THREE, "http://127.0.0.1:1")
    assert (status, found) == (FAILED, b"")
    assert "--token or CLUTCH_TOKEN" in said
    assert not (tmp_path / "nothing").exists()


def test_what_is_no_script_is_said_as_simulate_says_it(here: Settings) -> None:
    status, found, said = play({"format": "swiss"}, "http://127.0.0.1:1")
    assert (status, found) == (NOT_A_SCRIPT, b"")
    assert len(said.strip().splitlines()) == 1
