"""`assets fix`: a repaired copy of a pack, for what can be repaired without asking."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import yaml

from blender_synth.errors import AssetError, printable
from blender_synth.pack_tools import check
from blender_synth.pack_tools.guesses import files_of
from blender_synth.pack_tools.new import copy_files
from blender_synth.packs.data_files import IMAGE_SUFFIXES
from blender_synth.packs.drafts import item_files, name_from
from blender_synth.packs.kinds import terms_class
from blender_synth.packs.kinds.prop import SIZE_KEYS
from blender_synth.packs.manifest import HEAD_KEYS, MANIFEST, read_manifest
from blender_synth.packs.report import Finding, ItemReport
from blender_synth.packs.rules import unit_of, usual_range
from blender_synth.packs.safety import inside, texture_of
from blender_synth.packs.survey import Entry, Survey, survey
from blender_synth.suggestions import hint_among, nearest_names

_TEXTURES = (*IMAGE_SUFFIXES, ".tga", ".bmp", ".hdr")
_LARGEST_TEXT_BYTES = 50_000_000


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = commands.add_parser(
        "fix",
        help="write a repaired copy of a pack: sizes, origins, missing textures",
        description="Write a repaired copy of a pack, for what can be repaired without asking: files in other units, "
        "heights that you give, origins, textures that lie elsewhere in the pack, misspelt keys, names given twice. "
        "The pack itself is never changed. Prints what was repaired and what is left.",
    )
    parser.add_argument("path", type=Path, help="folder of a pack")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="folder to write (default: PACK_fixed)")
    parser.add_argument(
        "--height-m", action="append", default=[], metavar="ITEM=METRES", help="height of an item; may be repeated"
    )
    return parser


@dataclass
class _Repair:
    """The copy.

    Attributes:
        folder: of the copy. source: of the pack that is repaired, resolved. data: its manifest. rows: of its items, by
            name. done: what was repaired.
        pointed: names of textures to which references were corrected.
    """

    folder: Path
    source: Path
    data: dict[str, Any]
    rows: dict[str, dict[str, Any]]
    done: list[str] = field(default_factory=list)
    pointed: set[str] = field(default_factory=set)

    def note(self, item: str, text: str) -> None:
        self.done.append(f"{item or MANIFEST}: {text}")


def run(options: argparse.Namespace) -> int:
    """Write the copy; returns 1 if it still has errors.

    Raises:
        AssetError: it is no pack, the output exists, or a height names no item.
    """
    source: Path = options.path
    data = read_manifest(source / MANIFEST)
    if not isinstance(items := data.get("items") or [], list) or not all(isinstance(row, dict) for row in items):
        hint = "write one `- {file: ...}` for each item, or leave items out"
        raise AssetError("items must be a list of mappings", file=source / MANIFEST, key="items", hint=hint)
    folder = options.output or source.resolve().with_name(f"{source.resolve().name}_fixed")
    if folder.exists() or folder.is_symlink():
        hint = "choose another --output, or remove it"
        raise AssetError("the output exists already and was not changed", file=folder, hint=hint)
    if folder.resolve().is_relative_to(source.resolve()):
        raise AssetError("the output is inside the pack", file=folder, hint="choose an --output next to it")
    pack = survey(source)
    findings = check.findings_of(source, pack)
    heights = _heights(options.height_m, pack, source)
    try:
        copy_files(source, folder, but=MANIFEST)
        repair = _Repair(folder.resolve(), source.resolve(), data, _rows(source, data))
        _spell(repair, findings)
        _rename(repair)
        for entry in pack.entries:
            _resize(repair, entry, heights.get(entry.name), findings)
            _move_origin(repair, entry, findings)
        _find_textures(repair, findings)
        _write_manifest(repair, source)
    except (OSError, AssetError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, AssetError):
            raise
        raise AssetError("the copy cannot be written", file=folder, hint=error.strerror or str(error)) from None
    for line in repair.done:
        print(printable(f"fixed  {line}"))
    print(f"{len(repair.done)} repairs in {folder}; what is left:\n")
    return check.run(argparse.Namespace(path=folder, json=False, strict=False))


def _heights(given: list[str], pack: Survey, source: Path) -> dict[str, float]:
    names = [entry.name for entry in pack.entries if entry.terms.shaped]
    heights = {}
    for text in given:
        name, _, number = text.rpartition("=")
        try:
            height_m = float(number)
        except ValueError:
            height_m = 0.0
        if not 0 < height_m <= 1000:
            hint = "write ITEM=METRES, e.g. --height-m bench=0.8"
            raise AssetError("this is no height", key="--height-m", value=text, hint=hint)
        if name not in names:
            hint = hint_among(name, names)
            raise AssetError("the pack has no such model", file=source, key="--height-m", value=name, hint=hint)
        heights[name] = height_m
    return heights


def _rows(source: Path, data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The entries of the manifest by the names of their items. Without `items`, they are added."""
    if data.get("items") is None:
        data["items"] = [{"file": file} for file in item_files(source, terms_class(data.get("kind", "prop")))]
    rows: dict[str, dict[str, Any]] = {}
    for row in data["items"]:
        rows.setdefault(_name_of(row), row)
    return rows


def _name_of(row: Mapping[str, Any]) -> str:
    part = row.get("object") or row.get("collection") or Path(str(row.get("file", ""))).stem
    return str(row.get("name") or name_from(str(part)))


def _spell(repair: _Repair, findings: list[Finding]) -> None:
    """Rename keys that do not exist and are spelt almost like one that does."""
    for item, row in [("", repair.data), *repair.rows.items()]:
        kind = str(row.get("kind", repair.data.get("kind", "prop")))
        known = {*terms_class(kind).model_fields, *(HEAD_KEYS if row is repair.data else ("name", "file"))}
        for key in [str(key) for key in row if key not in (*known, "license")]:
            wrong = any("there is no such key" in f.text and f.text.split(":")[0].endswith(key) for f in findings)
            near = [name for name in nearest_names(key, known) if name not in row]
            if wrong and len(near) == 1:
                row[near[0]] = row.pop(key)
                repair.note(item, f"the key `{key}` is `{near[0]}` now")


def _rename(repair: _Repair) -> None:
    """Give items whose name is taken another one."""
    taken: set[str] = set()
    for row in repair.data["items"]:
        wanted = name = _name_of(row)
        number = 2
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        taken.add(name)
        if name != wanted:
            row["name"] = name
            repair.note(name, f"named {name}, since there is another {wanted}")


def _resize(repair: _Repair, entry: Entry, height_m: float | None, findings: list[Finding]) -> None:
    """Set the height that was asked for, or the scale of a file in other units."""
    row, item = repair.rows.get(entry.name), entry.item or entry.rough
    if row is None:
        return
    if height_m is not None:
        for key in SIZE_KEYS:
            row.pop(key, None)
        row["height_m"] = height_m
        repair.note(entry.name, f"height_m: {height_m:g}")
        return
    absurd = any(f.code == "absurd_size" and f.item == entry.name for f in findings)
    if not absurd or item is None or item.shape.sized:
        return
    size = item.box_m[1] - item.box_m[0]
    terms = entry.terms
    _, usual_m = usual_range(ItemReport(entry.name, entry.file, terms.kind, terms.category, terms.tags))
    if unit := unit_of(float(size.max()), usual_m):
        row["scale"] = unit[1]
        repair.note(entry.name, f"scale: {unit[1]:g}, since its file seems to be in {unit[0]}")


def _move_origin(repair: _Repair, entry: Entry, findings: list[Finding]) -> None:
    """Let the bounding box decide where an item stands, if its file's origin is not below its middle."""
    row = repair.rows.get(entry.name)
    wrong = any(f.code == "origin_not_at_feet" and f.severity == "error" and f.item == entry.name for f in findings)
    if row is not None and wrong:
        row["origin"] = "foot"
        repair.note(entry.name, "origin: foot")


def _find_textures(repair: _Repair, findings: list[Finding]) -> None:
    """Copy missing textures, which lie elsewhere in the pack, to where the models look for them."""
    files, _ = files_of(repair.folder)
    images: dict[str, list[Path]] = {}
    for file in files:
        if file.suffix.lower() in _TEXTURES:
            images.setdefault(file.name.lower(), []).append(repair.folder / file)
    for path in (repair.folder / file for file in files if file.suffix.lower() in (".mtl", ".gltf")):
        _point_inside(repair, path, images)
    for finding in dict.fromkeys(findings):
        if not finding.written:
            continue
        model = repair.folder / finding.file
        written = finding.written.replace("\\", "/")
        base = written.rsplit("/", 1)[-1]
        found = _only(images.get(base.lower(), []))
        if found is None or (base.lower() in repair.pointed and model.suffix.lower() in (".obj", ".gltf")):
            continue
        target = _target(repair, model, written, base)
        if target is not None and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)
            shown = target.relative_to(repair.folder).as_posix()
            repair.note(finding.item, f"{found.relative_to(repair.folder).as_posix()} copied to {shown}")


def _only(files: list[Path]) -> Path | None:
    """The one content of some files; None if there is none, or several."""
    digests = {}
    for file in files:
        with file.open("rb") as stream:
            digests[hashlib.file_digest(stream, "sha256").digest()] = file
    return next(iter(digests.values())) if len(digests) == 1 else None


def _target(repair: _Repair, model: Path, written: str, base: str) -> Path | None:
    """Where a model looks for a texture; None if that is outside the pack."""
    if model.suffix.lower() == ".fbx":  # which are searched by name, also where another machine's path is written
        return model.parent / "textures" / base
    relative = model.parent.relative_to(repair.folder)
    looked_for = inside(repair.source, repair.source / relative, written)  # Blender may give it in the original pack
    if looked_for is None:
        return None
    return inside(repair.folder, repair.folder, looked_for.relative_to(repair.source).as_posix())


def _point_inside(repair: _Repair, file: Path, images: Mapping[str, list[Path]]) -> None:
    """Rewrite references of an `.mtl` or `.gltf` to textures that are not there but elsewhere in the pack."""
    if file.stat().st_size > _LARGEST_TEXT_BYTES:
        return
    text = file.read_text(encoding="utf-8", errors="surrogateescape")

    def elsewhere(written: str) -> str | None:
        path = inside(repair.folder, file.parent, written)
        if not written or written.startswith("data:") or (path is not None and path.is_file()):
            return None
        found = _only(images.get(written.replace("\\", "/").rsplit("/", 1)[-1].lower(), []))
        if found is None:
            return None
        reference = Path(*[".."] * len(file.parent.relative_to(repair.folder).parts), found.relative_to(repair.folder))
        repair.note(file.relative_to(repair.folder).as_posix(), f"refers to {reference.as_posix()} now")
        repair.pointed.add(found.name.lower())
        return reference.as_posix()

    changed = False
    if file.suffix.lower() == ".mtl":
        lines = text.split("\n")
        for number, line in enumerate(lines):
            written = texture_of(line.strip())
            if written and line.rstrip().endswith(written) and (reference := elsewhere(written)):
                lines[number], changed = line.rstrip()[: -len(written)] + reference, True
        text = "\n".join(lines)
    else:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return
        rows = data.get("images") if isinstance(data, dict) else None
        for row in rows if isinstance(rows, list) else ():
            if (
                isinstance(row, dict)
                and isinstance(row.get("uri"), str)
                and (reference := elsewhere(unquote(row["uri"])))
            ):
                row["uri"], changed = quote(reference), True
        text = json.dumps(data)
    if changed:
        file.write_text(text, encoding="utf-8", errors="surrogateescape")


def _write_manifest(repair: _Repair, source: Path) -> None:
    """Write the manifest; its text stays as it was where nothing in it changed."""
    before = read_manifest(source / MANIFEST)
    after = dict(repair.data)
    if before.get("items") is None and all(set(row) == {"file"} for row in after["items"]):
        after["items"] = None
    if after == {"items": None, **before}:
        shutil.copyfile(source / MANIFEST, repair.folder / MANIFEST)
        return
    text = yaml.safe_dump(after, sort_keys=False, allow_unicode=True, width=110)
    head = "# Written by `blender-synth assets fix`, without the comments of the pack that it repaired.\n"
    (repair.folder / MANIFEST).write_text(head + text, encoding="utf-8")
