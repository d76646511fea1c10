"""Every setting of every plug-in has one row in a parameter table, with its unit and its default."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import typing
from collections.abc import Iterator

import pytest

from blender_synth import exporters, settings
from blender_synth.develop.settings import DevelopSettings
from blender_synth.parameter_tables import Parameter, parameters, read_table, table_problems
from blender_synth.values import Range, plain
from blender_synth.world.materials import MaterialChoices, MaterialSpec
from blender_synth.world.pack_items import Credit
from blender_synth.world.placement.crowd import Crowd
from blender_synth.world.placement.props import PropRandomizer
from blender_synth.world.registry import kind_module, kinds_of

GROUPS = ("cameras", "lookalikes", "mirrors", "people", "scenery", "weather")
NOT_SET_BY_CONFIGS = (settings.RunSettings, settings.MirrorGroup, MaterialChoices, MaterialSpec, Credit)
"""Made by the program; `MaterialChoices` is written as its weights alone."""


def _nested(type_: typing.Any, seen: dict[type, None]) -> None:
    """Collect a settings class and those that its fields hold, however deep."""
    if not (isinstance(type_, type) and dataclasses.is_dataclass(type_)):
        for part in typing.get_args(type_):
            _nested(part, seen)
    elif type_ not in seen and type_ not in NOT_SET_BY_CONFIGS:
        seen[type_] = None
        hints = typing.get_type_hints(type_)
        for name in parameters(type_):
            _nested(hints[name], seen)


def _settings_in(module: typing.Any) -> Iterator[type]:
    for value in vars(module).values():
        if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.__name__:
            yield value


def _settings_classes() -> list[type]:
    seen: dict[type, None] = {}
    for group in GROUPS:
        for kind in kinds_of(group):
            _nested(kind_module(group, kind).Randomizer, seen)
    for module in pkgutil.iter_modules(exporters.__path__):
        found = getattr(importlib.import_module(f"{exporters.__name__}.{module.name}"), "Settings", None)
        _nested(found, seen)
    for found in (*_settings_in(settings), DevelopSettings, PropRandomizer, Crowd):
        _nested(found, seen)
    return list(seen)


def _case(cls: type) -> typing.Any:
    return pytest.param(cls, id=f"{cls.__module__.removeprefix('blender_synth.')}.{cls.__name__}")


@pytest.mark.parametrize("cls", [_case(cls) for cls in _settings_classes()])
def test_every_parameter_has_one_row(cls: type) -> None:
    assert list(table_problems(cls)) == []


@plain
class Pane:
    """A class with a table.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `width_m` | 0.6 | m | width of the pane |
    | `tint` | {a: 1, b: 2} | weights | its colour, `a` \\| `b` |
    """

    width_m: Range = (0.6, 0.6)
    tint: dict[str, float] = dataclasses.field(default_factory=lambda: {"a": 1.0, "b": 2.0})


def test_a_table_is_read_with_its_cells() -> None:
    first, second = read_table(Pane.__doc__ or "")
    assert first == Parameter("width_m", "0.6", "m", "width of the pane")
    assert second.default == "{a: 1, b: 2}"
    assert second.meaning == "its colour, `a` | `b`"
    assert list(table_problems(Pane)) == []


@plain
class WiderPane(Pane):
    """Inherits the row of `tint`, and gets three things wrong.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `width_m` | 0.7 | m | width of the pane |
    | `height_m` | 1 | m | no such parameter |
    """

    depth_m: float = 0.1


def test_what_is_wrong_with_a_table_is_named() -> None:
    problems = list(table_problems(WiderPane))
    assert problems == [
        "depth_m has no row",
        "height_m is no parameter",
        "width_m has the default (0.6, 0.6), not '0.7'",
    ]
