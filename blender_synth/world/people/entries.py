"""Finds the entries of a package that is extended by adding files: garments, gestures, activities, cuts, arm poses."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from blender_synth.errors import ConfigError
from blender_synth.plugins import ENVIRONMENT

_T = TypeVar("_T")


def entries(
    package: str, constant: str, type_: type[_T], order: Callable[[_T], float] = lambda entry: 0
) -> Mapping[str, _T]:
    """The entry of every module in a package, by the module's name.

    Args:
        package: full name; its `__path__` may reach into plug-in folders.
        constant: name of the module's constant that is the entry.
        type_: class of the entries.
        order: what they are sorted by, before their names. Random draws depend on the order, so new entries belong
            behind the built-in ones.

    Raises:
        ConfigError: a module does not define the constant, or as something else.
    """
    found: dict[str, _T] = {}
    for name, value in _constants(package, constant).items():
        if not isinstance(value, type_):
            raise ConfigError(
                f"the file does not define {constant} as {type_.__name__.lstrip('_')}",
                key=f"{package}.{name}",
                value=repr(value),
                hint=f"define it, or remove the file from the folders in {ENVIRONMENT}",
            )
        found[name] = value
    return MappingProxyType(dict(sorted(found.items(), key=lambda entry: order(entry[1]))))


@cache
def _constants(package: str, constant: str) -> dict[str, object]:
    names = sorted(module.name for module in pkgutil.iter_modules(importlib.import_module(package).__path__))
    return {name: vars(importlib.import_module(f"{package}.{name}")).get(constant) for name in names}
