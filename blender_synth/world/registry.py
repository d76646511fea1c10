"""Finds the file that defines a kind: adding `world/<group>/<kind>.py` is enough to add one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter

from blender_synth.errors import ConfigError
from blender_synth.suggestions import hint_for


def kinds_of(group: str) -> list[str]:
    """Names of the kinds in `blender_synth/world/<group>/`, sorted: its files that define a `Randomizer`."""
    package = importlib.import_module(f"blender_synth.world.{group}")
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(n for n in names if hasattr(importlib.import_module(f"{package.__name__}.{n}"), "Randomizer"))


def kind_module(group: str, kind: str) -> ModuleType:
    """The module with `Spec` and `Randomizer` of a kind.

    Raises:
        ConfigError: no such kind; the message lists those there are.
    """
    if kind not in kinds_of(group):
        raise ConfigError(
            f"there is no {group} kind of that name",
            key=f"{group}.kind",
            value=kind,
            hint=hint_for(kind, kinds_of(group)),
        )
    return importlib.import_module(f"blender_synth.world.{group}.{kind}")


def spec_from(group: str, data: Any) -> Any:
    """A spec from its plain mapping, by the mapping's `kind`; a spec given as such is returned as it is."""
    if not isinstance(data, Mapping):
        return data
    spec_class: type[Any] = kind_module(group, data["kind"]).Spec
    return TypeAdapter(spec_class).validate_python(data)
