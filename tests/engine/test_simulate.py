"""`clutch simulate`: what comes out, and what is refused with which exit status."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clutch.cli.simulation import simulate_file

SRC = Path(__file__).parents[2] / "src"

Plain = dict[str, Any]


def simulate(raw: bytes | Plain) -> tuple[int, Plain, str]:
    """Exit status, what was printed on standard output as JSON (or nothing), and on error."""
    stdin = io.BytesIO(raw if isinstance(raw, bytes) else json.dumps(raw).encode())
    stdout, stderr = io.BytesIO(), io.StringIO()
    status = simulate_file("-", stdin, stdout, stderr)
    printed = stdout.getvalue()
    return status, json.loads(printed) if printed else {}, stderr.getvalue()


def script(count: int = 4, format_name: str = "single_elimination", **more: Any) -> Plain:
    names = [chr(ord("a") + index) for index in range(count)]
    return {"format": format_name, "participants": names, "results": [], **more}


def of(first: str, second: str, scores: list[float] | None = None, **more: Any) -> Plain:
    return {"opponents": [first, second], "scores": scores, **more}


def matches(printed: Plain) -> dict[str, Plain]:
    return {each["id"]: each for each in printed["matches"]}


# --- what comes out ------------------------------------------------------------------------------


def test_an_unplayed_bracket_lists_every_match_and_what_is_pending() -> None:
    status, printed, _ = simulate(script(3))
    assert status == 0
    assert printed == {
        "complete": False,
        "matches": [
            {
                "id": "U1.1",
                "bracket": "upper",
                "round": 1,
                "opponents": [
                    {"participant": "a", "source": {"seed": 1}},
                    {"participant": None, "source": {"seed": 4}},
                ],
                "scores": None,
                "winner": None,
                "outcome": None,
                "status": "bye",
            },
            {
                "id": "U1.2",
                "bracket": "upper",
                "round": 1,
                "opponents": [
                    {"participant": "b", "source": {"seed": 2}},
                    {"participant": "c", "source": {"seed": 3}},
                ],
                "scores": None,
                "winner": None,
                "outcome": None,
                "status": "ready",
            },
            {
                "id": "U2.1",
                "bracket": "upper",
                "round": 2,
                "opponents": [
                    {"participant": "a", "source": {"winner_of": "U1.1"}},
                    {"participant": None, "source": {"winner_of": "U1.2"}},
                ],
                "scores": None,
                "winner": None,
                "outcome": None,
                "status": "waiting",
            },
        ],
        "pending": [["b", "c"]],
        "placements": [],
        "unapplied": [],
    }


def test_scores_follow_the_match_whatever_order_the_result_has() -> None:
    status, printed, _ = simulate(script(2, results=[of("b", "a", [3, 1])]))
    (match,) = printed["matches"]
    assert status == 0
    assert (match["scores"], match["winner"], match["outcome"]) == ([1, 3], "b", "played")
    assert printed["complete"]
    assert printed["placements"] == [
        {"rank": 1, "to": 1, "participant": "b"},
        {"rank": 2, "to": 2, "participant": "a"},
    ]


def test_results_may_come_in_any_order() -> None:
    results = [of("a", "b", [2, 0]), of("c", "b", [0, 1]), of("d", "a", [1, 5])]
    expected = simulate(script(4, results=results))
    assert expected[0] == 0
    for seed in range(6):
        shuffled = random.Random(seed).sample(results, 3)
        assert simulate(script(4, results=shuffled)) == expected


def test_the_same_pair_is_taken_in_the_order_listed() -> None:
    results = [of("a", "b", [2, 0]), of("b", "a", [2, 1]), of("a", "b", [0, 2])]
    status, printed, _ = simulate(script(2, "double_elimination", results=results))
    assert status == 0
    assert {key: each["winner"] for key, each in matches(printed).items()} == {
        "U1.1": "a",
        "F1": "b",
        "F2": "b",
    }


def test_every_outcome_is_applied() -> None:
    results = [
        of("a", "h", winner="h", outcome="walkover"),
        of("d", "e", outcome="double_forfeit"),
        of("b", "g", [1, 0], winner="g", outcome="forfeit"),
        of("c", "f", [2, 1]),
    ]
    status, printed, _ = simulate(script(8, settings={"best_of": 3}, results=results))
    assert status == 0
    found = matches(printed)
    assert [found[f"U1.{place}"]["outcome"] for place in range(1, 5)] == [
        "walkover",
        "double_forfeit",
        "forfeit",
        "played",
    ]
    assert found["U1.3"]["scores"] == [1, 0]
    assert (found["U2.1"]["winner"], found["U2.1"]["outcome"]) == ("h", "walkover")
    assert printed["pending"] == [["g", "c"]]


def test_what_can_not_be_applied_is_listed_with_its_reason() -> None:
    results = [
        of("a", "b", [2, 1]),
        of("a", "d", [2, 2]),
        of("a", "d", [3, 0]),
        of("a", "d", [2, 1]),
        of("a", "d", [2, 0]),
    ]
    status, printed, stderr = simulate(script(4, settings={"best_of": 3}, results=results))
    assert (status, stderr) == (3, "")
    assert printed["unapplied"] == [
        {"index": 0, "code": "pair-never-ready"},
        {"index": 1, "code": "score-impossible"},
        {"index": 2, "code": "score-impossible"},
        {"index": 4, "code": "pair-never-ready"},
    ]
    assert matches(printed)["U1.1"]["scores"] == [2, 1]


def test_level_scores_without_a_best_of_can_not_be_applied() -> None:
    status, printed, _ = simulate(script(2, results=[of("a", "b", [7, 7])]))
    assert (status, printed["unapplied"]) == (3, [{"index": 0, "code": "score-level"}])


def test_a_played_result_may_come_without_scores() -> None:
    status, printed, _ = simulate(script(2, results=[of("a", "b", winner="b")]))
    assert (status, printed["matches"][0]["winner"]) == (0, "b")


def test_names_are_compared_code_point_by_code_point() -> None:
    names = ["\u00e9", "e\u0301", "E\u0301", " ", "\u3000", "\u202eabc", "=cmd()", "\ud800"]
    results = [of(names[0], names[7], [1, 0]), of(names[1], names[6], [0, 1])]
    status, printed, _ = simulate(script(8, participants=names, results=results))
    assert status == 0
    first_round = [matches(printed)[f"U1.{place}"] for place in range(1, 5)]
    shown = [[each["participant"] for each in match["opponents"]] for match in first_round]
    assert shown == [[names[s - 1] for s in pair] for pair in ((1, 8), (4, 5), (2, 7), (3, 6))]


def test_third_place_of_three_is_a_bye() -> None:
    plain = script(3, settings={"third_place": True}, results=[of("b", "c", [1, 0])])
    _, printed, _ = simulate(plain)
    assert matches(printed)["T1"]["status"] == "bye"
    assert matches(printed)["T1"]["bracket"] == "third_place"
    assert printed["placements"] == [{"rank": 3, "to": 3, "participant": "c"}]


def test_grand_finals_are_in_the_final_bracket() -> None:
    _, printed, _ = simulate(script(4, "double_elimination"))
    finals = [each for each in printed["matches"] if each["bracket"] == "final"]
    assert [each["id"] for each in finals] == ["F1", "F2"]
    single = script(4, "double_elimination", settings={"grand_final": "single"})
    assert "F2" not in matches(simulate(single)[1])
    none = script(4, "double_elimination", settings={"grand_final": "none"})
    assert "F1" not in matches(simulate(none)[1])


def test_the_largest_tournament_is_played() -> None:
    names = [f"player {number}" for number in range(1024)]
    status, printed, _ = simulate(script(participants=names, format_name="double_elimination"))
    assert status == 0
    assert len(printed["matches"]) == 1023 + 1022 + 2


# --- what is refused -----------------------------------------------------------------------------

CHANGES: list[tuple[Plain, str]] = [
    ({"format": "swiss"}, "format: must be one of: single_elimination, double_elimination."),
    ({"format": 1}, "format: must be one of"),
    ({"extra": 1}, "the file: the key 'extra' is not known."),
    ({"participants": ["a"]}, "there must be 2 to 1024 of them, not 1"),
    ({"participants": [str(number) for number in range(1025)]}, "not 1025"),
    ({"participants": ["a", "b", "a"]}, "participants[2]: the name 'a' stands there twice."),
    ({"participants": ["a", ""]}, "participants[1]: must be a name that is not empty."),
    ({"participants": ["a", None]}, "participants[1]"),
    ({"participants": "ab"}, "participants: must be a list."),
    ({"settings": []}, "settings: must be an object."),
    ({"settings": {"best-of": 3}}, "settings: the key 'best-of' is not known."),
    ({"settings": {"best_of": 2}}, "settings.best_of: must be an odd number or null."),
    ({"settings": {"best_of": True}}, "settings.best_of"),
    ({"settings": {"best_of": 3.0}}, "settings.best_of"),
    ({"settings": {"best_of": -1}}, "settings.best_of"),
    ({"settings": {"third_place": 1}}, "settings.third_place: must be true or false."),
    ({"settings": {"grand_final": "triple"}}, "settings.grand_final: must be one of: none"),
    ({"settings": {"grand_final": None}}, "settings.grand_final"),
    ({"results": {}}, "results: must be a list."),
    ({"results": [[]]}, "results[0]: must be an object."),
    ({"results": [{}]}, "results[0]: the key 'opponents' is missing."),
    ({"results": [of("a", "b", [1, 0], games=[])]}, "results[0]: the key 'games' is not known."),
    ({"results": [of("a", "x", [1, 0])]}, "results[0].opponents: 'x' is not among"),
    ({"results": [of("a", "a", [1, 0])]}, "results[0].opponents: 'a' can't play against itself."),
    ({"results": [{"opponents": ["a"]}]}, "results[0].opponents: must name two"),
    ({"results": [{"opponents": ["a", 1]}]}, "results[0].opponents: must be a participant's name."),
    ({"results": [of("a", "b", [1, -1])]}, "results[0].scores: must be two whole numbers"),
    ({"results": [of("a", "b", [1, 0.5])]}, "results[0].scores"),
    ({"results": [of("a", "b", [1, 0.0])]}, "results[0].scores"),
    ({"results": [of("a", "b", [True, False])]}, "results[0].scores"),
    ({"results": [{"opponents": ["a", "b"], "scores": ["1", 0]}]}, "results[0].scores"),
    ({"results": [of("a", "b", [1, 0, 0])]}, "results[0].scores"),
    ({"results": [of("a", "b", [1, 0], winner="b")]}, "results[0].winner: the scores say"),
    ({"results": [of("a", "b", winner="c")]}, "results[0].winner: 'c' is not one of the two"),
    ({"results": [of("a", "b", winner="x")]}, "results[0].winner: 'x' is not among"),
    ({"results": [of("a", "b", winner=1)]}, "results[0].winner: must be a participant's name."),
    ({"results": [of("a", "b")]}, "results[0].winner: must name the winner"),
    ({"results": [of("a", "b", outcome="walkover")]}, "results[0].winner: must name the winner"),
    ({"results": [of("a", "b", [1, 1], outcome="forfeit")]}, "results[0].winner: must name"),
    ({"results": [of("a", "b", [1, 0], winner="a", outcome="walkover")]}, "a walkover has no"),
    ({"results": [of("a", "b", winner="a", outcome="double_forfeit")]}, "nobody wins a double"),
    ({"results": [of("a", "b", [1, 0], outcome="draw")]}, "results[0].outcome: must be one of"),
    ({"results": [of("a", "b", [1, 0], outcome=None)]}, "results[0].outcome"),
]


@pytest.mark.parametrize(("change", "why"), CHANGES, ids=[why for _, why in CHANGES])
def test_what_is_not_of_this_shape_is_refused_in_one_line(change: Plain, why: str) -> None:
    status, printed, stderr = simulate(script(4) | change)
    assert (status, printed) == (2, {})
    assert why in stderr
    assert stderr.count("\n") == 1


def test_third_place_is_refused_for_double_elimination() -> None:
    plain = script(4, "double_elimination", settings={"third_place": True})
    assert simulate(plain)[0] == 2


@pytest.mark.parametrize("key", ["format", "participants", "results"])
def test_what_has_no_default_must_be_there(key: str) -> None:
    plain = script(4)
    del plain[key]
    assert simulate(plain)[2] == f"the file: the key {key!r} is missing.\n"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not JSON"),
        (b"[]", "must be an object"),
        (b"null", "must be an object"),
        (b"{", "not JSON"),
        (b'{"format": "\xff"}', "not UTF-8 (byte 12)"),
        ('{"format": 1}'.encode("utf-16"), "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"format": ' * 100_000, "nested too deeply"),
        (b'{"format": ' + b"9" * 5000 + b"}", "a number is too long"),
        (b'{"format": NaN}', "NaN is not a number"),
        (b'{"format": -Infinity}', "-Infinity is not a number"),
        (b'{"format": 1, "format": 1}', "the key 'format' stands twice"),
        (b'{"a\\nb": 1}', r"the key 'a\nb' is not known"),
    ],
    ids=range(13),
)
def test_what_is_no_json_is_refused_in_one_line(raw: bytes, why: str) -> None:
    status, printed, stderr = simulate(raw)
    assert (status, printed) == (2, {})
    assert why in stderr
    assert stderr.count("\n") == 1


@pytest.mark.parametrize(
    "plain",
    [
        {**script(), "x" * 100_000: 1},
        {**script(), "participants": ["y\n" * 100_000] * 2},
        {**script(), "results": [of("a", "z" * 100_000, [1, 0])]},
    ],
)
def test_an_endless_name_makes_no_endless_line(plain: Plain) -> None:
    status, _, said = simulate(plain)
    assert (status, said.count("\n")) == (2, 1)
    assert len(said) < 200


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert simulate(b"\xef\xbb\xbf" + json.dumps(script(2)).encode())[0] == 0


def test_an_absurd_score_is_not_applied() -> None:
    status, printed, _ = simulate(script(2, results=[of("a", "b", [10**9, 0])]))
    assert (status, printed["unapplied"]) == (3, [{"index": 0, "code": "score-out-of-range"}])


# --- as a command --------------------------------------------------------------------------------


def command(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "clutch", "simulate", *arguments],
        input=stdin,
        capture_output=True,
        env={"PYTHONPATH": str(SRC), "LC_ALL": "C"},
        check=False,
    )


def test_the_command_reads_a_file_or_standard_input(tmp_path: Path) -> None:
    plain = script(2, participants=["Ёж", "b"], results=[of("Ёж", "b", [1, 0])])
    raw = json.dumps(plain).encode()
    path = tmp_path / "cup.json"
    path.write_bytes(raw)
    from_file, from_stdin = command(str(path)), command("-", stdin=raw)
    assert (from_file.returncode, from_file.stderr) == (0, b"")
    assert from_file.stdout == from_stdin.stdout
    assert "Ёж" in from_file.stdout.decode()
    assert json.loads(from_file.stdout)["complete"]


def test_the_command_says_by_its_status_how_it_went(tmp_path: Path) -> None:
    raw = json.dumps(script(2, results=[of("a", "b", [1, 1])])).encode()
    assert command("-", stdin=raw).returncode == 3
    missing = command(str(tmp_path / "none.json"))
    assert missing.returncode == 2
    assert missing.stderr.decode().strip().endswith("No such file or directory.")
    assert command(str(tmp_path)).returncode == 2


def test_the_core_starts_without_the_sites_packages() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(SRC)!r}); "
        "from clutch.cli.simulation import main; sys.exit(main(['-']))"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        input=json.dumps(script(2)).encode(),
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
