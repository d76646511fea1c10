"""The kinds of items in asset packs, one module each. A plug-in folder adds kinds in its own `packs/kinds`.

A module `<kind>.py` defines the class of the kind's terms as `TERMS`; it opens with the table of their keys.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from blender_synth.packs.kinds.base import OtherTerms, Terms
from blender_synth.plugins import plugin_paths

__all__ = ["OtherTerms", "Terms", "shaped_kinds", "terms_class", "terms_classes"]

__path__ += plugin_paths("packs/kinds")


@cache
def terms_classes() -> Mapping[str, type[Terms]]:
    """The class of terms of each kind, by the kind's name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "base")
    return {name: importlib.import_module(f"{__name__}.{name}").TERMS for name in names}


def terms_class(kind: object) -> type[Terms]:
    """The class that checks terms of this kind: `OtherTerms` for a kind without a module."""
    return terms_classes().get(str(kind), OtherTerms)


def shaped_kinds() -> tuple[str, ...]:
    """Names of the kinds whose items are 3D shapes."""
    return tuple(name for name, terms in terms_classes().items() if terms.shaped)
