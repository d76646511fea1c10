"""The parameter tables of plug-in files: one in a module's docstring, or one in each class's where there are several.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `width_m` | [0.6, 1.8] | m | width of the pane |

A default is YAML, `required` where there is none, or `…` where it is too long for the line.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import typing
from collections.abc import Iterator

import yaml
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

HEADER = ("key", "default", "unit", "meaning")
REQUIRED, TOO_LONG = "required", "…"
_CELLS = re.compile(r"(?<!\\)\|")


@dataclasses.dataclass(frozen=True)
class Parameter:
    """One row of a table; every cell as it is written, without backticks around key and default."""

    key: str
    default: str
    unit: str
    meaning: str


def read_table(docstring: str) -> tuple[Parameter, ...]:
    """The rows of the first parameter table in a docstring; empty where it has none.

    Raises:
        ValueError: a row has not four cells, or two rows have one key.
    """
    rows: list[Parameter] = []
    inside = False
    for line in inspect.cleandoc(docstring).splitlines():
        cells = [cell.strip().replace(r"\|", "|") for cell in _CELLS.split(line.strip())[1:-1]]
        if not inside:
            inside = tuple(cells) == HEADER
        elif not cells:
            break
        elif set("".join(cells)) - set("-: "):
            if len(cells) != len(HEADER):
                raise ValueError(f"a row of a parameter table needs four cells: {line.strip()}")
            key, default, unit, meaning = cells
            if key in [f"`{row.key}`" for row in rows]:
                raise ValueError(f"a parameter table has two rows for {key}")
            rows.append(Parameter(key.strip("`"), default.strip("`"), unit, meaning))
    return tuple(rows)


def table_of(cls: type) -> tuple[Parameter, ...]:
    """The rows for a settings class: of its own docstring or else its module's, then those of the classes it extends.

    An inherited parameter needs no row of its own where it means the same and has the same default.
    """
    rows: dict[str, Parameter] = {}
    for base in reversed([c for c in cls.__mro__ if dataclasses.is_dataclass(c)]):
        own = read_table(base.__doc__ or "") or read_table(sys.modules[base.__module__].__doc__ or "")
        rows |= {row.key: row for row in own}
    return tuple(rows.values())


def parameters(cls: type) -> dict[str, dataclasses.Field[typing.Any]]:
    """The fields of a settings class that a config may set: all but `kind`, and those kept out of its `repr`."""
    return {f.name: f for f in dataclasses.fields(cls) if f.name != "kind" and f.repr}


def table_problems(cls: type) -> Iterator[str]:
    """How the table of a settings class disagrees with its fields; nothing where each has one row with its default."""
    rows, fields = table_of(cls), parameters(cls)
    keys = [row.key for row in rows]
    yield from (f"{key} has no row" for key in fields if key not in keys)
    yield from (f"{key} is no parameter" for key in keys if key not in fields)
    types = typing.get_type_hints(cls, include_extras=True)
    for row in rows:
        if row.key in fields:
            yield from _default_problems(row, fields[row.key], types[row.key])
        if not row.unit or not row.meaning:
            yield f"{row.key} has an empty cell"


def default_of(field: dataclasses.Field[typing.Any]) -> typing.Any:
    """The default of a field; `dataclasses.MISSING` where it has none."""
    default: typing.Any = field.default
    factory: typing.Any = field.default_factory
    if isinstance(default, FieldInfo):
        default, factory = default.default, default.default_factory
    if factory is not None and factory is not dataclasses.MISSING:
        return factory()
    return dataclasses.MISSING if default is PydanticUndefined else default


def _default_problems(row: Parameter, field: dataclasses.Field[typing.Any], type_: typing.Any) -> Iterator[str]:
    if row.default == TOO_LONG:
        return
    default = default_of(field)
    if default is dataclasses.MISSING:
        if row.default != REQUIRED:
            yield f"{row.key} has no default: write {REQUIRED!r}, not {row.default!r}"
        return
    adapter: TypeAdapter[typing.Any] = TypeAdapter(type_)
    try:
        written = adapter.validate_python(yaml.safe_load(row.default))
    except (yaml.YAMLError, ValueError) as error:
        yield f"{row.key}: the default {row.default!r} cannot be used: {error}"
        return
    if written != adapter.validate_python(default):
        yield f"{row.key} has the default {default!r}, not {row.default!r}"
