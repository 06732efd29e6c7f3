"""Real tournaments and another engine's brackets come out as they did there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from clutch.cli.script import Script, read_script
from clutch.cli.simulation import run, summary
from clutch.engine import Bracket, Match, Stage

pytestmark = pytest.mark.real_data

Plain = dict[str, Any]


def simulated(plain: Plain) -> tuple[Script, Stage, Plain]:
    """Read a script as if it came from a file, and run it."""
    script = read_script(json.dumps(plain).encode())
    stage, unapplied = run(script)
    return script, stage, summary(script, stage, unapplied)


def ranks(found: Plain) -> dict[str, int]:
    return {each["participant"]: each["rank"] for each in found["placements"]}


# --- start.gg ------------------------------------------------------------------------------------


def in_order_of_play(event: Plain) -> list[Plain]:
    """Sets are listed newest first, except that the grand final stands before its reset."""
    sets: list[Plain] = event["sets"][::-1]
    if event["grand_final_reset"]:
        sets[-2:] = sets[:-3:-1]
    return sets


def start_gg_script(seeding: Iterable[str], sets: Iterable[Plain]) -> Plain:
    results = [
        {
            "opponents": [str(each["w"]), str(each["l"])],
            "scores": None if each.get("dq") else [each["ws"], each["ls"]],
            "winner": str(each["w"]),
            "outcome": "walkover" if each.get("dq") else "played",
        }
        for each in sets
    ]
    return {"format": "double_elimination", "participants": list(seeding), "results": results}


def test_every_set_and_placement_of_real_double_eliminations_comes_out(test_data: Path) -> None:
    files = sorted((test_data / "startgg_double_elim").glob("de_*.json"))
    assert len(files) >= 31
    for path in files:
        event = json.loads(path.read_text("utf-8"))
        seeding = [str(user) for _, user in sorted(event["seeds"])]
        _, _, found = simulated(start_gg_script(seeding, in_order_of_play(event)))
        assert found["unapplied"] == [], path.name
        assert found["complete"], path.name
        expected = {str(user): rank for rank, user in event["placements"]}
        if Counter(expected.values())[1] != 1:
            expected = {user: rank for user, rank in expected.items() if rank >= 3}
        assert expected.items() <= ranks(found).items(), path.name


def test_pools_of_a_large_real_event_come_out_as_far_as_they_were_played(test_data: Path) -> None:
    """Pools of 32 stopped when two were left in each bracket; three have everybody's name."""
    (path,) = (test_data / "startgg_large_multiphase").glob("0256_Pre_13_*.json")
    event = json.loads(path.read_text("utf-8"))
    seeds = {user: seed for seed, user in event["seeds"]}
    for pool in ("4", "5", "8"):
        sets = [each for each in reversed(event["sets"]) if each["phase"] == pool]
        users = {each[side] for each in sets for side in ("w", "l")}
        seeding = [str(user) for user in sorted(users, key=seeds.__getitem__)]
        _, stage, found = simulated(start_gg_script(seeding, sets))
        assert len(seeding) == 32
        assert found["unapplied"] == []
        assert sum(match.status == "decided" for match in stage.matches.values()) == len(sets) == 56


# --- brackets-manager.js -------------------------------------------------------------------------

GROUPS = {
    "single_elimination": {1: "U", 2: "T"},
    "double_elimination": {1: "U", 2: "L", 3: "F"},
}


def dumps(test_data: Path, kind: str) -> list[tuple[str, Plain]]:
    """Its eliminations, except those that skip the first round."""
    read = (
        (path.name, json.loads(path.read_text("utf-8")))
        for path in sorted((test_data / "brackets_manager_oracle").glob(f"{kind}_*.json"))
    )
    return [
        (name, dump) for name, dump in read if not dump["input"]["settings"].get("skipFirstRound")
    ]


def dump_script(dump: Plain) -> Plain:
    given = dump["input"]
    names = [name for name in given["seeding"] if name is not None]
    final = {match["id"]: match for match in dump["final"]["match"]}
    results = [
        {
            "opponents": [names[first], names[second]],
            "scores": [final[match][f"opponent{side}"]["score"] for side in (1, 2)],
            "winner": names[(first, second)[winner - 1]],
        }
        for match, first, second, winner in dump["results_in_play_order"]
    ]
    grand_final = {"simple": "single"}.get(given["settings"].get("grandFinal"), "double")
    third_place = bool(given["settings"].get("consolationFinal")) and len(names) > 2
    settings = {"grand_final": grand_final, "third_place": third_place}
    return {
        "format": given["type"],
        "settings": settings,
        "participants": names,
        "results": results,
    }


def their_matches(dump: Plain) -> dict[str, Plain]:
    """Their matches under our ids."""
    groups = {group["id"]: group["number"] for group in dump["final"]["group"]}
    rounds = {each["id"]: each["number"] for each in dump["final"]["round"]}
    return {
        our_id(
            GROUPS[dump["input"]["type"]][groups[match["group_id"]]],
            rounds[match["round_id"]],
            match["number"],
        ): match
        for match in dump["final"]["match"]
    }


def our_id(bracket: str, round_number: int, place: int) -> str:
    return f"{bracket}{round_number}" if bracket in "FT" else f"{bracket}{round_number}.{place}"


def agrees(script: Script, ours: Match, theirs: Plain) -> bool:
    """The same two, and the same winner; their byes are None and have won already."""
    sides = [theirs["opponent1"], theirs["opponent2"]]
    names = [None if side is None else script.names[side["id"]] for side in sides]
    if names != [script.name(each.participant) for each in ours.opponents]:
        return False
    if None in names:
        return ours.status == "bye"
    won = [name for name, side in zip(names, sides, strict=True) if side.get("result") == "win"]
    return won == [script.name(ours.winner)]


def all_agree(script: Script, stage: Stage, theirs: Mapping[str, Plain], only: str) -> bool:
    found = {match.id: match for match in stage.matches.values() if match.id[0] in only}
    compared = {match_id: each for match_id, each in theirs.items() if match_id[0] in only}
    assert found.keys() == compared.keys()
    played = [each for each in found.values() if each.status != "not_needed"]
    return all(agrees(script, each, compared[each.id]) for each in played)


def sparse_ranks(dump: Plain) -> dict[str, int]:
    """Their dense ranks (1, 2, 3, 4, 5, 5, 6, 6) as 1 + the number placed better."""
    dense = {each["name"]: each["rank"] for each in dump["finalStandings"]}
    return {name: 1 + sum(other < rank for other in dense.values()) for name, rank in dense.items()}


def test_single_eliminations_agree_in_every_match_and_winner(test_data: Path) -> None:
    found = dumps(test_data, "se")
    assert len(found) >= 27
    for name, dump in found:
        script, stage, ours = simulated(dump_script(dump))
        assert ours["unapplied"] == [], name
        assert ours["complete"], name
        assert all_agree(script, stage, their_matches(dump), "UT"), name
        assert ranks(ours) == sparse_ranks(dump), name


def test_double_eliminations_up_to_8_places_agree_in_every_match_and_winner(
    test_data: Path,
) -> None:
    found = [each for each in dumps(test_data, "de") if len(each[1]["input"]["seeding"]) <= 8]
    assert len(found) >= 9
    for name, dump in found:
        script, stage, ours = simulated(dump_script(dump))
        assert ours["unapplied"] == [], name
        assert ours["complete"], name
        assert all_agree(script, stage, their_matches(dump), "ULF"), name
        assert ranks(ours) == sparse_ranks(dump), name


def test_larger_double_eliminations_agree_in_the_upper_bracket_and_in_size(
    test_data: Path,
) -> None:
    found = [each for each in dumps(test_data, "de") if len(each[1]["input"]["seeding"]) > 8]
    assert len(found) >= 12
    for name, dump in found:
        script, stage, _ = simulated(dump_script(dump))
        theirs = their_matches(dump)
        assert all_agree(script, stage, theirs, "U"), name
        assert Counter(map(round_of, theirs)) == Counter(map(round_of, stage.matches)), name
        assert any(match.bracket is Bracket.LOWER for match in stage.matches.values())


def round_of(match_id: str) -> str:
    return match_id.split(".", maxsplit=1)[0]
