"""`assets list`: the packs and items that a run would find."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blender_synth.config import compose
from blender_synth.packs import Item, Pack, find_packs, load_pack
from blender_synth.packs.kinds.prop import ShapeTerms


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = commands.add_parser(
        "list", help="list built-in packs and those of packs=[...], BLENDER_SYNTH_PACKS and installed packages"
    )
    parser.add_argument("overrides", nargs="*", help="folder of a pack, or config, e.g. packs=[my/pack]")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def run(options: argparse.Namespace) -> int:
    """Print all packs and their items; returns 1 if an item cannot be used, which is reported on standard error."""
    folders = [Path(word) for word in options.overrides if "=" not in word]
    overrides = [word for word in options.overrides if "=" in word]
    found: Sequence[Pack]
    if folders:
        found = [load_pack(folder, on_error="skip") for folder in folders]
    else:
        found = find_packs(compose(overrides).packs, on_error="skip")
    packs = [describe(pack) for pack in found]
    print(json.dumps(packs, indent=2, ensure_ascii=False) if options.json else "\n\n".join(map(_text, packs)))
    broken = [item for pack in found for item in pack.broken]
    for item in broken:
        print(f"blender-synth: {item.error}", file=sys.stderr)
    return int(bool(broken))


def describe(pack: Pack) -> dict[str, Any]:
    """A pack as plain values.

    `size_m` is (depth along the front, width, height) of the item in a scene.
    """
    return {
        "name": pack.name,
        "version": pack.version,
        "licence": pack.licence,
        "author": pack.author,
        "source": pack.source,
        "folder": str(pack.folder),
        "items": [_item(item) for item in pack.items],
    }


def _item(item: Item[Any]) -> dict[str, Any]:
    terms = item.terms
    known: dict[str, Any] = {"name": item.name, "kind": item.kind, "file": item.file, "licence": terms.licence}
    known |= {"author": terms.author, "category": terms.category, "tags": list(terms.tags)}
    known["stands"] = list(terms.stands) if isinstance(terms, ShapeTerms) else []
    known["triangles"] = item.triangles
    known["size_m"] = None
    if terms.shaped:
        size = (item.box_m[1] - item.box_m[0]) * item.scale()
        known["size_m"] = [round(float(side), 3) for side in size]
    return known


def _text(pack: Mapping[str, Any]) -> str:
    by = f", by {pack['author']}" if pack["author"] else ""
    head = f"{pack['name']} {pack['version']} ({pack['licence']}{by})\n  {pack['folder']}"
    rows = [_row(item, pack) for item in pack["items"]]
    return "\n".join([head, *_table(rows)])


def _row(item: Mapping[str, Any], pack: Mapping[str, Any]) -> list[str]:
    size = " x ".join(f"{side:.2f}" for side in item["size_m"]) + " m" if item["size_m"] else ""
    triangles = f"{item['triangles']:,} tris" if item["triangles"] else ""
    tags = f"[{', '.join(item['tags'])}]" if item["tags"] else ""
    differing = ", ".join(item[key] for key in ("licence", "author") if item[key] and item[key] != pack[key])
    return [item["name"], item["kind"], item["category"], size, triangles, ", ".join(item["stands"]), differing, tags]


def _table(rows: Iterable[list[str]]) -> list[str]:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width]
        lines.append(("    " + "  ".join(cells)).rstrip())
    return lines
