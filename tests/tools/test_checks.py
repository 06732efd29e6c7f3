"""The project's own checkers, each seen to fail."""

from pathlib import Path

import pytest

from tools import check_locks, check_names, check_secrets, check_shape, check_texts, messages

ROOT = Path(__file__).parents[2]
PYPROJECT, RUNTIME_LOCK, DEV_LOCK = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock")
)


def faults(pyproject: str = PYPROJECT, lock: str = RUNTIME_LOCK, dev: str = DEV_LOCK) -> str:
    return "\n".join(check_locks.check(pyproject, lock, dev))


def test_the_locks_agree_with_pyproject() -> None:
    assert faults() == ""


def test_a_dependency_that_no_lock_pins_is_found() -> None:
    added = PYPROJECT.replace('"alembic>=1.20",', '"alembic>=1.20", "left-pad>=1",')
    assert "requirements.lock does not pin left-pad" in faults(added)


def test_a_pin_older_than_asked_for_is_found() -> None:
    newer = PYPROJECT.replace('"alembic>=1.20"', '"alembic>=99"')
    assert "requirements.lock pins alembic" in faults(newer)


def test_a_build_requirement_that_no_lock_pins_is_found() -> None:
    newer = PYPROJECT.replace('requires = ["hatchling', 'requires = ["hatchling>=99", "hatchling')
    assert "requirements-dev.lock pins hatchling" in faults(newer)


def test_a_pin_that_nothing_asks_for_is_found() -> None:
    fewer = PYPROJECT.replace('  "nh3>=0.3.8",\n', "")
    assert "requirements.lock pins nh3, which nothing asks for" in faults(fewer)


def test_a_missing_pin_of_a_dependency_of_a_dependency_is_found() -> None:
    at = RUNTIME_LOCK.index("markupsafe==")
    without = RUNTIME_LOCK[:at] + RUNTIME_LOCK[RUNTIME_LOCK.index("\nmdurl==") + 1 :]
    assert "requirements.lock does not pin markupsafe" in faults(lock=without)


def test_locks_that_pin_differently_are_found() -> None:
    other = DEV_LOCK.replace("jinja2==", "jinja2==99.", 1)
    assert "requirements-dev.lock pins jinja2 otherwise" in faults(dev=other)


@pytest.mark.parametrize(
    "line", ["--index-url mirror", "-i mirror", "six @ https://mirror.example/six.whl"]
)
def test_a_lock_names_no_registry(line: str) -> None:
    assert "holds an address or an option" in faults(lock=f"{line}\n{RUNTIME_LOCK}")


def test_a_pin_without_a_hash_is_found() -> None:
    assert "has no hash for six" in faults(lock=f"{RUNTIME_LOCK}\nsix==1.17.0\n")


def test_a_secret_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leak = tmp_path / "settings.py"
    leak.write_text(f'key = "AKIA{"Q3EGRFC7" * 2}"\n', encoding="utf-8")
    assert check_secrets.scan([leak], check_secrets.NOISY) != 0
    assert "AWS Access Key" in capsys.readouterr().out


@pytest.mark.parametrize("folder", ["/root", "/home", "/work"])
def test_a_path_of_one_machine_is_found(folder: str) -> None:
    assert list(check_texts.faults_in(f"first\ncd {folder}/clutch\n")) == [
        (2, "a path of one machine")
    ]


def test_a_registry_host_is_found_and_other_addresses_are_not() -> None:
    lines = "see {}.org\nsee semver.org/spec\nthe /homepage of /teams/root/x\n".format("pypi")
    assert list(check_texts.faults_in(lines)) == [(1, "a package registry's host")]


def measured(lines: int) -> check_shape.Measured:
    return check_shape.Measured(Path("src/a.py"), 1, "draw", lines)


def test_a_docstring_does_not_make_a_function_long() -> None:
    text = 'def draw() -> int:\n    """One.\n\n    Two.\n    """\n    return 1\n'
    assert [each.lines for each in check_shape.functions_in(Path("a.py"), text)] == [2]


def test_long_functions_and_files_are_found() -> None:
    short = [measured(8)] * 97
    assert list(check_shape.check_functions([*short, measured(31), measured(30)])) == []
    assert list(check_shape.check_functions([*short, *[measured(31)] * 4]))
    assert list(check_shape.check_functions([*short, measured(61)]))
    assert list(check_shape.check_functions([measured(13)] * 3))
    assert list(check_shape.check_files({Path("a.py"): "x = 1\n" * 401}))
    assert list(check_shape.check_files({Path("a.py"): "x = 1\n" * 400})) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("def handle_report(): ...", "handle_"),
        ("class BracketNode: ...", "node"),
        ("def draw(slot): ...", "slot"),
        ("match_data = 1", "data"),
        ("def load(): ...\ndef load2(): ...", "numbered variant"),
    ],
)
def test_a_banned_name_is_found(text: str, word: str) -> None:
    assert any(word in fault for fault in check_names.faults_in(Path("src/a.py"), text))


def test_a_banned_file_name_is_found() -> None:
    assert list(check_names.faults_in(Path("src/clutch/teams/helpers.py"), ""))


def test_a_process_and_a_database_are_fine_names() -> None:
    text = "process = 1\ndatabase = 2\ndef info_of(): ...\n"
    found = list(check_names.faults_in(Path("src/a.py"), text))
    assert found == ["src/a.py:3: info_of: info is a banned word"]


@pytest.mark.parametrize("argument", ["--help", "--prone", "nonsense"])
def test_asking_what_messages_does_changes_no_catalogue(
    argument: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "add_missing", lambda _: pytest.fail("it ran"))
    monkeypatch.setattr("sys.argv", ["messages", argument])
    with pytest.raises(SystemExit) as ended:
        messages.main()
    assert ended.value.code == (0 if argument == "--help" else 2)
