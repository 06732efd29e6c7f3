"""What a measurement gave, against its goal, as a table or as JSON."""

from __future__ import annotations

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. `goal` is what the project promises; `at_most` says on which side of it is well.

    `peers` names what others were measured at, for comparison.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_most: bool = True
    peers: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.at_most else self.value >= self.goal


def text(rows: list[Row]) -> str:
    """The rows as aligned lines."""
    lines = [("measured", "value", "goal", "", "peers")]
    lines += [(row.name, _value(row), _goal(row), _mark(row), row.peers) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    return "\n".join(_line(line, widths) for line in lines)


def json(rows: list[Row]) -> str:
    """The rows as one JSON list, `met` included."""
    plain = [{**msgspec.structs.asdict(row), "met": row.is_met} for row in rows]
    return msgspec.json.format(msgspec.json.encode(plain), indent=2).decode()


def _line(line: tuple[str, ...], widths: list[int]) -> str:
    name, value, goal, mark, peers = line
    aligned = f"{name:<{widths[0]}}  {value:>{widths[1]}}  {goal:>{widths[2]}}  {mark:<{widths[3]}}"
    return f"{aligned}  {peers}".rstrip()


def _value(row: Row) -> str:
    return f"{_number(row.value)} {row.unit}".strip()


def _goal(row: Row) -> str:
    if row.goal is None:
        return "-"
    return f"{'<=' if row.at_most else '>='} {_number(row.goal)} {row.unit}".strip()


def _mark(row: Row) -> str:
    return {True: "met", False: "MISSED", None: ""}[row.is_met]


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
