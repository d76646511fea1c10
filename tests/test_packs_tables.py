"""The tables of manifest keys agree with the models that check manifests."""

from __future__ import annotations

import importlib.resources
import typing

import pytest
import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from blender_synth.packs import manifest
from blender_synth.packs.kinds import base, mirror, prop, terms_classes


def _table(module) -> dict[str, tuple[str, str, str]]:
    """(default, unit, meaning) by key, from the module's docstring."""
    lines = module.__doc__.split("Parameters:\n", 1)[1].splitlines()
    table: dict[str, tuple[str, str, str]] = {}
    for line in lines:
        if line.startswith("| `"):
            key, default, unit, meaning = (cell.strip() for cell in line.strip().strip("|").split("|"))
            assert key.strip("`") not in table, key
            table[key.strip("`")] = (default, unit, meaning)
    return table


def _own_fields(model: type[BaseModel], until: type[BaseModel] = BaseModel) -> dict[str, object]:
    """Default by field that the class or its bases declare, down to `until`."""
    names = [
        name
        for cls in model.__mro__
        if issubclass(cls, BaseModel) and not issubclass(until, cls)
        for name in cls.__annotations__
        if name in model.model_fields
    ]
    fields = {name: model.model_fields[name] for name in dict.fromkeys(names)}
    return {
        name: field.default_factory() if field.default_factory is not None else field.default
        for name, field in fields.items()
    }


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(exclude_defaults=True))
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def _check(table: dict[str, tuple[str, str, str]], fields: dict[str, object], prefix: str = "") -> None:
    assert set(table) == {prefix + name for name in fields}
    for name, default in fields.items():
        written, _, meaning = table[prefix + name]
        assert meaning, name
        if default is PydanticUndefined:
            assert written == "required", name
        else:
            assert yaml.safe_load(written) == _plain(default), name


def _part(table: dict, prefix: str) -> dict:
    return {key: row for key, row in table.items() if key.startswith(prefix)}


def test_the_keys_of_a_pack():
    table = _table(manifest)
    items = _part(table, "items[].")
    assert set(items) == {"items[].name", "items[].file"}
    _check({key: row for key, row in table.items() if key not in items}, _own_fields(manifest.Head))


def test_the_keys_of_every_item():
    _check(_table(base), _own_fields(base.Terms))


@pytest.mark.parametrize("kind", terms_classes())
def test_the_keys_of_a_kind(kind: str):
    model = terms_classes()[kind]
    table = _table(importlib.import_module(model.__module__))
    parents = {"prop": base.Terms, "person": prop.PropTerms, "mirror": prop.ShapeTerms}
    surface = _part(table, "surface.")
    _check(
        {key: row for key, row in table.items() if key not in surface},
        _own_fields(model, parents.get(kind, base.Terms)),
    )
    if kind == "mirror":
        _check(surface, _own_fields(mirror.Reflecting), "surface.")


def test_every_kind_is_named_where_artists_read():
    guide = (importlib.resources.files("blender_synth") / "pack_tools/template/GUIDE.md").read_text(encoding="utf-8")
    assert not [kind for kind in terms_classes() if kind not in guide]


def test_uses_are_those_of_the_table():
    meaning = _table(prop)["stands"][2]
    assert all(use in meaning for use in typing.get_args(prop.Use))
