"""Ids of the categories of a dataset: fixed ones for what is built in, and a registry for everything else.

The registry is `categories.json` of the dataset. A new export into the same folder goes on with it, and
`exporter.categories=old/dataset` with that of another dataset, so that an id once given stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blender_synth.cache import write_atomically
from blender_synth.categories import (
    BUILT_IN,
    FIRST_REGISTERED_ID,
    REFLECTION_OFFSET,
    is_thing,
    reflection_of,
    supercategory,
)
from blender_synth.errors import ConfigError

REGISTRY = "categories.json"
_REGISTRY_VERSION = 1


@dataclass
class CategoryIds:
    """Ids by category. `registered`: those that are not built in."""

    registered: dict[str, int] = field(default_factory=dict)

    def register(self, names: Iterable[str]) -> None:
        """Give every name that has no id the next free one, in alphabetical order."""
        for name in sorted({*names} - BUILT_IN.keys() - self.registered.keys()):
            self.registered[name] = max(self.registered.values(), default=FIRST_REGISTERED_ID - 1) + 1

    @property
    def names(self) -> list[str]:
        """All built-in and registered categories, by id; without reflections of others than pedestrians."""
        return sorted([*BUILT_IN, *self.registered], key=self.id_of)

    def id_of(self, category: str) -> int:
        """The id of a category, or of the reflections of one.

        Raises:
            KeyError: it has none.
        """
        if category in BUILT_IN:
            return BUILT_IN[category][0]
        if category in self.registered:
            return self.registered[category]
        source = category.removesuffix("_reflection")
        if source == category:
            raise KeyError(category)
        return self.id_of(source) + REFLECTION_OFFSET

    def rows(self, reflected: Iterable[str], stuff: Sequence[str]) -> list[dict[str, Any]]:
        """COCO's `categories`, by id. `reflected`: whose reflections have a category; `stuff`: as `exporter.stuff`."""
        names = {*self.names, *(reflection_of(name) for name in reflected)} - {reflection_of("pedestrian")}
        names |= {reflection_of("pedestrian")} if "pedestrian" in reflected else set()
        return [
            {
                "id": self.id_of(name),
                "name": name,
                "supercategory": supercategory(name),
                "isthing": int(is_thing(name, stuff)),
            }
            for name in sorted(names, key=self.id_of)
        ]

    def write(self, folder: Path) -> None:
        """Write the registry into a dataset's folder."""
        content = {"version": _REGISTRY_VERSION, "categories": self.registered}
        write_atomically(folder / REGISTRY, json.dumps(content, indent=1) + "\n")

    @classmethod
    def read(cls, path: Path, key: str | None = None) -> CategoryIds:
        """The registry of a dataset's folder, or a registry file; empty where the folder has none and `key` is None.

        Args:
            key: of the config value that names it.

        Raises:
            ConfigError: it is absent or damaged.
        """
        file = path / REGISTRY if path.is_dir() or key is None else path
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            if key is None:
                return cls()
            raise ConfigError("there is no registry of categories", file=file, key=key, value=str(path),
                              hint="give the folder of a dataset that has a categories.json") from None  # fmt: skip
        except (OSError, ValueError, RecursionError) as error:
            raise ConfigError(f"the registry of categories is not readable ({error})", file=file, key=key,
                              value=str(path), hint="restore it from a copy of the dataset") from None  # fmt: skip
        registered = content.get("categories") if isinstance(content, dict) else None
        if (
            not isinstance(registered, dict)
            or content.get("version") != _REGISTRY_VERSION
            or not all(type(number) is int and FIRST_REGISTERED_ID <= number < REFLECTION_OFFSET
                       for number in registered.values())
            or len({*registered.values()}) != len(registered)
        ):  # fmt: skip
            raise ConfigError("the registry of categories is damaged, or of another version", file=file, key=key,
                              value=str(path), hint="restore it from a copy of the dataset")  # fmt: skip
        return cls({name: number for name, number in registered.items() if name not in BUILT_IN})
