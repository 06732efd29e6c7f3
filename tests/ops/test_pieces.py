"""What the operator's tool is made of, without a site."""

from __future__ import annotations

import ast
import json
import os
import pwd
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clutch_ops import (
    committed,
    databases,
    durable,
    holder,
    inspection,
    recover,
    settings,
    status,
    tool,
)
from clutch_ops.databases import Sqlite
from clutch_ops.imports import imports_of
from clutch_ops.journal import Journal, holding, journals, only_one
from clutch_ops.layout import Layout
from clutch_ops.listening import Notify
from clutch_ops.place import as_it_stands
from clutch_ops.postgres import Postgres
from clutch_ops.prune import prune
from clutch_ops.refusals import NeedsPerson, Refused
from clutch_ops.served import Served


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    made.make()
    return made


def bound(layout: Layout) -> None:
    for folder in ("releases/abc", "data/gen-1/run"):
        (layout.root / folder).mkdir(parents=True)
    binding = layout.bind(layout.root / "releases" / "abc", layout.root / "data" / "gen-1", None)
    layout.commit_to(binding)


def test_current_leads_to_what_was_committed_last(layout: Layout) -> None:
    bound(layout)
    first = layout.current()
    second = layout.bind(first.release, first.generation, "clutch_gen_2", "0009")
    assert layout.current() == first
    layout.commit_to(second)
    assert layout.current() == second
    assert (layout.current().database, layout.current().accepts) == ("clutch_gen_2", "0009")


def test_a_binding_that_leads_out_of_the_site_is_not_whole(layout: Layout, tmp_path: Path) -> None:
    bound(layout)
    elsewhere = layout.current().folder / "data"
    elsewhere.unlink()
    elsewhere.symlink_to("/tmp")
    with pytest.raises(NeedsPerson, match="not whole"):
        layout.current()


def test_a_journal_survives_a_line_that_was_cut_in_half(layout: Layout) -> None:
    journal = Journal.begin(layout, "update", to="main")
    journal.note("fetch", state="begin")
    with journal.path.open("a") as file:
        file.write('{"at": "2026-')
    found = journals(layout)[-1]
    assert [line["step"] for line in found.lines()] == ["begin", "fetch"]
    assert not found.is_ended
    found.note("end")
    assert found.is_ended


def test_two_at_once_is_one_too_many(layout: Layout) -> None:
    with (
        only_one(layout, "update"),
        pytest.raises(Refused, match="clutch update, process"),
        only_one(layout, "rollback"),
    ):
        raise AssertionError
    with only_one(layout, "rollback"):
        pass


def test_settings_are_read_as_the_site_reads_them(layout: Layout) -> None:
    layout.settings_file.write_text(
        "# comment\nexport CLUTCH_PORT=4000  # here\nCLUTCH_SITE_NAME='A # B'\nDATABASE_URL=\n"
    )
    assert settings.read(layout) == {
        "CLUTCH_PORT": "4000",
        "CLUTCH_SITE_NAME": "A # B",
        "DATABASE_URL": "",
    }
    assert settings.address(layout) == ("127.0.0.1", 4000)
    assert settings.database_url(layout) is None


def test_a_last_line_without_an_end_is_taken_when_the_site_was_started_with_it(
    layout: Layout,
) -> None:
    file = layout.settings_file
    file.write_text("CLUTCH_PORT=4000\nCLUTCH_MAIL_HOST=smtp.example.org")
    assert settings.cut_setting(layout) == "CLUTCH_MAIL_HOST"
    settings.note_started(layout)
    assert settings.cut_setting(layout) is None
    file.write_text("CLUTCH_PORT=4000\nCLUTCH_MAIL_HOST=smtp.exa")
    assert settings.cut_setting(layout) == "CLUTCH_MAIL_HOST"
    for whole in ("CLUTCH_MAIL_HOST=smtp.exa\n", "# CLUTCH_MAIL_HOST=smtp.exa", ""):
        file.write_text(whole)
        assert settings.cut_setting(layout) is None


def test_a_sqlite_file_of_its_own_is_refused(layout: Layout) -> None:
    layout.settings_file.write_text("DATABASE_URL=sqlite:////srv/clutch.db\n")
    with pytest.raises(Refused, match="each generation of the data has its own"):
        settings.database_url(layout)


def test_the_database_that_the_settings_name_is_never_dropped(layout: Layout) -> None:
    generation = layout.generations / "gen-1"
    generation.mkdir()
    (generation / "clutch.db").touch()
    layout.settings_file.write_text("DATABASE_URL=postgresql://nobody@127.0.0.1:1/clutch\n")
    databases.drop(layout, generation, None)  # would be refused, for nobody answers there
    with pytest.raises(Refused):
        databases.drop(layout, generation, "clutch_gen_1")
    layout.settings_file.unlink()
    databases.drop(layout, generation, None)
    assert not (generation / "clutch.db").exists()


def test_a_manager_that_runs_as_another_user_does_not_get_to_serve(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    bound(layout)
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    assert holder.serve(layout.root, []) == 2
    assert f"and this is {pwd.getpwuid(65534).pw_name}." in capfd.readouterr().err


def test_a_manager_that_does_not_listen_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "manager"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "manager"))
        notify = Notify(tmp_path / "notify")
        began = time.monotonic()
        for _ in range(2000):
            notify.alive()
        notify.stopping()
        assert time.monotonic() - began < 5
        notify.close()


def test_a_release_that_ended_without_a_word_is_buried_by_its_holder(layout: Layout) -> None:
    bound(layout)
    with socket.create_server(("127.0.0.1", 0)) as public:
        held = holder.Holder(layout, public)
        heard, line = os.pipe()
        output, written = os.pipe()
        pid = os.posix_spawn("/bin/true", ["true"], {})
        one = Served(layout.current(), pid, line, output, socket.socket())
        held._all.append(one)
        held._selector.register(output, selectors.EVENT_READ, lambda: held._pass_on(one))
        os.close(written)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        held._reap()
        assert (held._all, one.status) == ([], 0)
        os.close(heard)
        held._end()
        held._selector.close()


def test_a_site_has_one_holder(layout: Layout) -> None:
    with (
        holding(layout),
        pytest.raises(Refused, match="another `serve` holds it"),
        holding(layout),
    ):
        raise AssertionError


@pytest.mark.parametrize(
    ("after", "may_drop", "told"),
    [
        ({"account": 3, "team": 1, "new": 0}, False, None),
        ({"account": 2, "team": 1}, False, "1 of 3 rows of the table account are gone"),
        ({"account": 3}, False, "the table team with 1 rows is gone"),
        ({"account": 3}, True, None),
    ],
)
def test_what_a_migration_may_not_lose(
    after: dict[str, int], may_drop: bool, told: str | None
) -> None:
    assert databases.lost({"account": 3, "team": 1}, after, may_drop) == told


def test_a_site_whose_release_is_starting_is_not_told_to_start(layout: Layout) -> None:
    bound(layout)
    named = layout.root / "releases" / "abc" / "src" / "clutch" / "__init__.py"
    named.parent.mkdir(parents=True)
    durable.write_text(named, '__version__ = "0.1.0"\n')
    durable.write_json(layout.root / "site.json", {})
    place = as_it_stands(layout.root)
    assert status._lines(place, status.look(place))[0].splitlines() == [
        "Clutch 0.1.0 does not run: no process serves it.",
        f"  do: {layout.launcher} serve",
    ]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as held:
        held.bind(str(layout.run / "holder.sock"))
        held.listen()
        looked = status.look(place)
    first, way = status._lines(place, looked)[0].splitlines()
    assert "is starting" in first
    assert way == f"  do: {layout.launcher} logs"
    assert looked.status == 4


def test_every_refusal_says_what_to_do() -> None:
    calls = {
        f"{path.name}:{part.lineno}": part
        for path in Path(holder.__file__).parent.glob("*.py")
        for part in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(part, ast.Call)
    }
    assert [where for where, call in calls.items() if not _advises(call)] == []


def _advises(call: ast.Call) -> bool:
    if getattr(call.func, "id", "") not in {"Refused", "NeedsPerson"}:
        return True
    starred = any(isinstance(one, ast.Starred) for one in call.args)
    return starred or (len(call.args) > 1 and ast.unparse(call.args[1]) != "''")


def test_a_gap_in_the_log_is_found(tmp_path: Path) -> None:
    store = Sqlite(tmp_path / "clutch.db")
    (tmp_path / "clutch.db").touch()
    store.run("CREATE TABLE event (position INTEGER PRIMARY KEY, stream TEXT, seq INTEGER)")
    store.run("CREATE TABLE stream (name TEXT, seq INTEGER)")
    store.run("INSERT INTO stream VALUES ('site', 2)")
    store.run("INSERT INTO event (stream, seq) VALUES ('site', 1), ('site', 2)")
    assert databases.fault(store) is None
    store.run("UPDATE stream SET seq = 3")
    assert databases.fault(store) == "the log of site has a gap"
    store.run("DELETE FROM event WHERE seq = 1")
    assert databases.fault(store) == "the log of site has a gap"


def test_a_postgresql_address_becomes_libpq_variables() -> None:
    url = "postgresql://me:p%40ss@db.example:5433/clutch?sslmode=require"
    found = Postgres.at(url, None)
    assert found.name == "clutch"
    assert dict(found.login) == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGPASSWORD": "p@ss",
        "PGSSLMODE": "require",
    }
    assert Postgres.at(url, "clutch_gen_2").name == "clutch_gen_2"


def test_what_only_a_type_checker_imports_is_not_asked_for() -> None:
    tree = ast.parse(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import never\n"
        "def f():\n    import late\n    from a.b import c\n"
        "    importlib.import_module('by.name')\n    __import__(known)\n"
    )
    assert [found[1:] for found in imports_of(tree)] == [
        ("typing", "TYPE_CHECKING"),
        ("late", ""),
        ("a.b", "c"),
        ("by.name", ""),
    ]


def test_every_migration_here_says_its_phase() -> None:
    phases = inspection.schemas(Path(__file__).parents[2])
    assert len(phases) >= 5
    assert set(phases.values()) <= {"expand", "contract", "data"}


def test_a_file_is_replaced_whole_and_its_link_too(tmp_path: Path) -> None:
    durable.write_json(tmp_path / "told.json", {"a": 1})
    assert json.loads((tmp_path / "told.json").read_text()) == {"a": 1}
    durable.point(tmp_path / "link", "told.json")
    durable.point(tmp_path / "link", "other.json")
    assert str((tmp_path / "link").readlink()) == "other.json"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "told.json"]


def test_a_cut_between_the_commit_and_its_mark_is_no_edit(layout: Layout) -> None:
    bound(layout)
    first = layout.current()
    second = layout.bind(first.release, first.generation, None)
    journal = Journal.begin(layout, "update", what="Update")
    journal.note("binding", number=second.number, generation="gen-1", database=None)
    durable.point(layout.root / "current", f"bindings/{second.number}")
    with pytest.raises(NeedsPerson, match="the last change put it at binding 1"):
        committed.check(layout)
    journal.note("commit", state="begin", title="Change over")
    assert committed.check(layout) == second
    recover.tidy(layout)
    assert layout.bindings_committed() == [first, second]
    durable.point(layout.root / "current", "bindings/1")
    with pytest.raises(NeedsPerson, match="None serves"):
        committed.check(layout)


def test_what_a_refused_act_left_is_cleared_away_and_counts_for_nothing(layout: Layout) -> None:
    bound(layout)
    current = layout.current()
    left = layout.generations / "gen-2"
    layout.make_generation(left)
    junk = layout.bind(current.release, left, None)
    journal = Journal.begin(layout, "rollback", what="Rollback")
    journal.note("binding", number=junk.number, generation="gen-2", database=None)
    journal.note("end", status=2)
    assert layout.bindings_committed() == [current]
    recover.tidy(layout)
    assert layout.bindings_made() == [current]
    assert not left.exists()


def test_bindings_of_an_older_tool_have_no_marks_and_count(layout: Layout) -> None:
    bound(layout)
    first = layout.current()
    first.mark.unlink()
    assert layout.bindings_committed() == [first]
    second = layout.bind(first.release, first.generation, None)
    layout.commit_to(second)
    assert layout.bindings_committed() == [first, second]


def test_restores_do_not_use_up_the_releases_that_are_kept(layout: Layout) -> None:
    for name in ("a", "b", "c", "d", "e"):
        (layout.releases / name).mkdir()
    for number, name in enumerate("abcdeeee", 1):
        layout.make_generation(layout.generations / f"gen-{number}")
        folder = layout.generations / f"gen-{number}"
        layout.commit_to(layout.bind(layout.releases / name, folder, None))
    layout.ops.symlink_to("ops-e")
    prune(layout)
    assert [one.number for one in layout.bindings_made()] == [3, 4, 6, 7, 8]
    assert sorted(path.name for path in layout.releases.iterdir()) == ["c", "d", "e"]
    assert len(list(layout.generations.iterdir())) == 5


def test_the_launcher_goes_on_when_its_python_is_gone(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound(layout)
    layout.ops.symlink_to(Path(committed.__file__).parents[1])
    monkeypatch.setattr(sys, "_base_executable", "/usr/bin/it's gone")
    tool.write_launcher(layout)

    def typed(path: str) -> subprocess.CompletedProcess[str]:
        command = [str(layout.launcher), "recover"]
        surroundings = {"PATH": path}
        return subprocess.run(
            command, env=surroundings, capture_output=True, text=True, check=False
        )

    done = typed(f"{Path(sys.executable).parent}:/usr/bin:/bin")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing was cut off" in done.stdout
    nowhere = typed("/nowhere")
    assert nowhere.returncode == 4
    assert "install python3" in nowhere.stderr
