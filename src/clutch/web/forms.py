"""Forms: from a browser's fields to a checked pydantic model, or to one sentence a field.

```python
class TeamForm(Form):
    name: str = Field(min_length=1, max_length=40)
    starts_at: LocalTime            # typed in the visitor's zone, aware UTC here
    third_place: bool = False       # a checkbox that is not ticked sends nothing
    members: tuple[int, ...] = ()    # every value of the field
    best_of: int | None = None      # an empty field is None
    version: int
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError
from starlette.requests import Request

from clutch.kernel.refusals import N_, InvalidInput
from clutch.web.reader import Reader
from clutch.web.refusals import Unreadable

MOST_FIELDS = 10_000
_FORM_TYPE = "application/x-www-form-urlencoded"


class Fields(Mapping[str, str]):
    """What was typed: the last value of each field, or all of them."""

    def __init__(self, pairs: list[tuple[str, str]] | None = None) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs or []:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> str:
        return self._values[name][-1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> list[str]:
        """Every value of a field, in the form's order."""
        return self._values.get(name, [])


class Form(BaseModel):
    """A form's fields.

    Text loses the white space around it; fields that are not named here are ignored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)


M = TypeVar("M", bound=BaseModel)


async def read_fields(request: Request) -> Fields:
    """The fields of a posted form.

    Raises:
        Unreadable: it is not a form as browsers send it.
    """
    body = await request.body()
    kind = request.headers.get("content-type", _FORM_TYPE).partition(";")[0].strip().lower()
    if kind != _FORM_TYPE:
        raise Unreadable
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Unreadable from None
    return Fields([(name, value.replace("\r\n", "\n")) for name, value in pairs])


def fill(model: type[M], fields: Fields, reader: Reader) -> M:
    """The form, checked.

    Raises:
        InvalidInput: with one sentence a field, in the reader's language.
    """
    values = {name: _typed(field, fields.all(name)) for name, field in model.model_fields.items()}
    given = {name: value for name, value in values.items() if value is not None}
    _refuse_nul(fields, model, reader)
    try:
        return model.model_validate(given, context={"zone": reader.zone})
    except ValidationError as error:
        raise InvalidInput(sentences(error.errors(), reader)) from None


def sentences(errors: list[ErrorDetails] | list[Any], reader: Reader) -> dict[str, str]:
    """One sentence for each field that pydantic complains about, by its dotted path."""
    found: dict[str, str] = {}
    for error in errors:
        path = ".".join(str(part) for part in error["loc"] if part not in {"body", "query", "path"})
        found.setdefault(path or "body", _sentence(error, reader))
    return found


def _typed(field: FieldInfo, values: list[str]) -> str | list[str] | None:
    if get_origin(field.annotation) in {list, tuple, set, frozenset}:
        return values
    if not values:
        return None
    # An empty field is text where text is asked for, else it is not there.
    return None if values[-1].strip() == "" and field.annotation is not str else values[-1]


def _refuse_nul(fields: Fields, model: type[BaseModel], reader: Reader) -> None:
    bad = [name for name in model.model_fields if any("\0" in value for value in fields.all(name))]
    if bad:
        raise InvalidInput(dict.fromkeys(bad, reader.gettext(UNSTORABLE)))


UNSTORABLE = N_("This text has a character that can't be stored. Take it out.")
_EMPTY = N_("Fill this in.")
_CHOOSE = N_("Choose one of the offered values.")
_WHOLE = N_("Write a whole number.")
_NUMBER = N_("Write a number.")
_TIME = N_("Write a date and a time, such as 2026-11-24 18:00.")
_OTHER = N_("This does not have the form that is asked for.")
_BY_TYPE = {
    "missing": _EMPTY,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "literal_error": _CHOOSE,
    "enum": _CHOOSE,
    "bool_parsing": _CHOOSE,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_type": _TIME,
    "extra_forbidden": N_("This field is not known here."),
    "greater_than_equal": N_("Write {ge} or more."),
    "greater_than": N_("Write more than {gt}."),
    "less_than_equal": N_("Write {le} or less."),
    "less_than": N_("Write less than {lt}."),
    "json_invalid": N_("This is not JSON."),
}


def _sentence(error: ErrorDetails | Any, reader: Reader) -> str:
    kind, facts = error["type"], error.get("ctx", {})
    if kind == "string_too_short" and facts["min_length"] > 1:
        return reader.ngettext(
            "Write at least {number} character.",
            "Write at least {number} characters.",
            facts["min_length"],
        )
    if kind == "string_too_short":
        return reader.gettext(_EMPTY)
    if kind == "string_too_long":
        return reader.ngettext(
            "Write at most {number} character.",
            "Write at most {number} characters.",
            facts["max_length"],
        )
    if kind in _BY_TYPE:
        return reader.gettext(_BY_TYPE[kind], **facts)
    return _own_sentence(error, reader)


def _own_sentence(error: ErrorDetails | Any, reader: Reader) -> str:
    # A context's own check says `raise ValueError(N_("..."))` or a PydanticCustomError with such
    # a text.
    if error["type"] == "value_error":
        return reader.gettext(str(error["ctx"]["error"]))
    text = str(error["msg"])
    translated = reader.gettext(text)
    is_ours = translated != text or error["type"].startswith("clutch")
    return translated if is_ours else reader.gettext(_OTHER)


def _local_time(value: Any, check: ValidationInfo) -> Any:
    """A time as `<input type="datetime-local">` sends it, in the zone of who typed it."""
    if not isinstance(value, str):
        return value
    try:
        typed = datetime.fromisoformat(value.strip())
    except ValueError:
        raise PydanticCustomError("datetime_parsing", "datetime") from None
    if typed.tzinfo is not None:
        return typed.astimezone(UTC)
    local = typed.replace(tzinfo=(check.context or {}).get("zone", UTC))
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != typed:
        raise PydanticCustomError("clutch_no_such_time", _SKIPPED)
    return local.astimezone(UTC)


_SKIPPED = N_(
    "Clocks are put forward at that moment, so this time does not exist. Choose another one."
)

LocalTime = Annotated[datetime, BeforeValidator(_local_time)]
