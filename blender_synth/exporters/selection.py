"""Which pictures and annotations a dataset holds, and what its classes are called. For all formats.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `where` | "" | filter | pictures that are kept, e.g. "weather == 'foggy' and mor_m < 200" |
| `annotation_where` | "" | filter | annotations that are kept, e.g. "visibility > 0.2 or category == 'mirror'" |
| `min_visibility` | 0 | 0 to 1 | annotations that show less of the whole outline are filtered |
| `min_height_px` | 0 | px | annotations with a lower box are filtered |
| `min_transmittance` | 0 | 0 to 1 | annotations of which the air transmits less light are filtered |
| `max_distance_m` | null | m | annotations with a longer light path are filtered |
| `filtered` | omit | choice | whether filtered annotations are left out (omit) or become regions to ignore (ignore) |
| `classes` | {} | names | class by category; null leaves a category out, `others: null` all that are not named |

The columns of `where` are those of `frames.parquet` (`.docs/tables.md`), those of `annotation_where` are
`rows.ANNOTATION_COLUMNS`. Where a value is not known (the outline in a curved mirror, say), the minima and maxima pass,
and comparisons in filters are false.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from pydantic import Field, field_validator

from blender_synth.categories import BUILT_IN
from blender_synth.errors import ConfigError, RunError
from blender_synth.exporters.expressions import Expression, did_you_mean
from blender_synth.exporters.rows import ANNOTATION_COLUMNS
from blender_synth.frames.table import FRAME_COLUMNS, Row, Value
from blender_synth.suggestions import nearest_names
from blender_synth.values import plain

OTHERS = "others"
"""Stands for every category that `classes` does not name."""
_FRAME_NAMES = tuple(column.name for column in FRAME_COLUMNS)
_AFTER_ANNOTATING = frozenset({"iso", "exposure_ev", "people_seen", "reflections_seen", "annotations"})
"""Columns that are known once a picture is developed and annotated."""


@plain
class SelectionSettings:
    """See the module's docstring."""

    where: str = ""
    annotation_where: str = ""
    min_visibility: float = Field(default=0.0, ge=0, le=1)
    min_height_px: int = Field(default=0, ge=0)
    min_transmittance: float = Field(default=0.0, ge=0, le=1)
    max_distance_m: float | None = Field(default=None, gt=0)
    filtered: Literal["omit", "ignore"] = "omit"
    classes: dict[str, str | None] = Field(default_factory=dict)

    @field_validator("where")
    @classmethod
    def _check_where(cls, text: str) -> str:
        if text.strip():
            Expression(text, _FRAME_NAMES)
        return text

    @field_validator("annotation_where")
    @classmethod
    def _check_annotation_where(cls, text: str) -> str:
        if text.strip():
            Expression(text, ANNOTATION_COLUMNS)
        return text

    @field_validator("classes")
    @classmethod
    def _check_classes(cls, classes: dict[str, str | None]) -> dict[str, str | None]:
        for category, name in classes.items():
            if name is not None and (not name.strip() or not name.isprintable()):
                raise ValueError(f"the class of {category} needs a name of printable letters, not {name!r}")
        if classes.get(OTHERS) is not None:
            raise ValueError(f'"{OTHERS}" can only be null: categories that are not named are left out')
        if classes and all(name is None for name in classes.values()) and OTHERS in classes:
            raise ValueError("this leaves no class at all")
        return classes


@lru_cache(maxsize=16)
def _expression(text: str, columns: tuple[str, ...]) -> Expression:
    return Expression(text, columns)


def _passes(text: str, columns: tuple[str, ...], row: Mapping[str, Value], key: str) -> bool:
    try:
        return _expression(text, columns)(row)
    except ValueError as error:
        raise ConfigError(str(error), key=key, value=text, hint="see .docs/tables.md for the columns") from None


def passes_early(settings: SelectionSettings, row: Row) -> bool:
    """False where a picture's row shows, before it is developed, that `where` leaves it out."""
    if not settings.where.strip() or _expression(settings.where, _FRAME_NAMES).names & _AFTER_ANNOTATING:
        return True
    return _passes(settings.where, _FRAME_NAMES, row, "exporter.where")


def passes(settings: SelectionSettings, row: Row) -> bool:
    """Whether `where` keeps a picture with this whole row."""
    return not settings.where.strip() or _passes(settings.where, _FRAME_NAMES, row, "exporter.where")


def keeps_annotation(settings: SelectionSettings, row: Row) -> bool:
    """Whether an annotation with this row (of `rows.annotation_row`) passes the filters."""
    limits = (
        ("visibility", settings.min_visibility, 1),
        ("height_px", settings.min_height_px, 1),
        ("transmittance", settings.min_transmittance, 1),
        ("distance_m", settings.max_distance_m, -1),
    )
    for name, limit, sign in limits:
        value = row[name]
        if limit is not None and isinstance(value, int | float) and sign * value < sign * limit:
            return False
    text = settings.annotation_where
    return not text.strip() or _passes(text, ANNOTATION_COLUMNS, row, "exporter.annotation_where")


def class_of(category: str, classes: Mapping[str, str | None]) -> str | None:
    """The name of a category in the dataset; None where it is left out."""
    return classes.get(category, category if OTHERS not in classes else None)


def class_names(categories: Iterable[str], classes: Mapping[str, str | None]) -> tuple[str, ...]:
    """The classes that categories are mapped to, each once, in their order."""
    named = (class_of(category, classes) for category in categories)
    return tuple(dict.fromkeys(name for name in named if name is not None))


def all_class_names(categories: Iterable[str], classes: Mapping[str, str | None]) -> tuple[str, ...]:
    """The classes of a dataset with these categories.

    Where `classes` leaves out all others, they are those that it names, in its order, whether the categories occur or
    not: their numbers are the same in all datasets.
    """
    return class_names(classes if OTHERS in classes else categories, classes)


def check_classes(classes: Mapping[str, str | None], categories: Sequence[str]) -> None:
    """Refuse names that no category has.

    Raises:
        ConfigError: an unknown category; the message names similar ones.
    """
    for category in classes:
        if category != OTHERS and category not in categories:
            raise ConfigError(
                "there is no such category",
                key=f"exporter.classes.{category}",
                value=category,
                hint=did_you_mean(category, categories),
            )


def check_categories(names: Iterable[str], shown: Iterable[str], key: str) -> None:
    """Refuse slips of the pen: names that are neither built-in nor shown, but nearly are. Packs may have further ones.

    Raises:
        ConfigError: an unknown category; the message names similar ones.
    """
    known = {*shown, *BUILT_IN}
    for name in names:
        if name not in known and nearest_names(name, known):
            hint = did_you_mean(name, sorted(known))
            raise ConfigError("there is no such category", key=key, value=name, hint=hint)


class LeftOut:
    """Remembers what `where` left out, for the message when nothing is left."""

    def __init__(self, settings: SelectionSettings):
        text = settings.where
        self.text = text
        self._values: dict[str, list[Value]] = {}
        if text.strip():
            self._values = {name: [] for name in sorted(_expression(text, _FRAME_NAMES).names)}

    def add(self, row: Row) -> None:
        """Count one picture that was left out."""
        for name, values in self._values.items():
            values.append(row.get(name))

    def error(self) -> RunError:
        """The error of an empty dataset, with the values that the filter's columns have."""
        seen = "; ".join(f"{name}: {_summary(values)}" for name, values in self._values.items())
        return RunError(
            "no picture is left after filtering", key="exporter.where", value=self.text, hint=f"these occur: {seen}"
        )


def _summary(values: Sequence[Value]) -> str:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    parts = [f"{min(numbers):g} to {max(numbers):g}"] if numbers else []
    others = dict.fromkeys(repr(v) for v in values if not isinstance(v, int | float) or isinstance(v, bool))
    return ", ".join([*parts, *list(others)[:8]])
