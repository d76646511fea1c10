"""Everything that a pack's manifest and the names of its files tell is wrong, all at once and without Blender.

`load_pack` stops at the first error, as a run must; an artist wants to hear of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from blender_synth.errors import AssetError
from blender_synth.packs.manifest import HEAD_KEYS, MANIFEST, SHAPED_KINDS, Head, complaints, read_manifest, terms_class
from blender_synth.packs.pack import Item, item_of, shape_files
from blender_synth.packs.report import Finding

UNKNOWN_LICENCE = "LicenseRef-unknown"
_RESTRICTED = {"-NC": "commercial use", "-ND": "changes, and a picture of it may be one"}


@dataclass(frozen=True, eq=False)
class Survey:
    """What could be made out.

    Attributes:
        name: the pack's; its folder's where the manifest gives none. items: that can be looked into, in order.
        findings: what is wrong.
    """

    name: str
    items: tuple[Item, ...]
    findings: tuple[Finding, ...]


def survey(folder: Path) -> Survey:
    """Look through a pack; never raises for what is in it.

    Args:
        folder: the folder that holds `pack.yaml`.
    """
    folder = folder.resolve()
    manifest = folder / MANIFEST
    try:
        data = read_manifest(manifest)
    except AssetError as error:
        return Survey(folder.name, (), (replace(_finding(error, folder), code="manifest"),))
    found: list[Finding] = []
    own = {key: data[key] for key in HEAD_KEYS if key in data}
    shared = {key: value for key, value in data.items() if key not in HEAD_KEYS}
    own = _sound(Head, own, manifest, "", found)
    name = str(own.get("name", folder.name))
    shared.setdefault("category", name.lower())
    lacking = "licence" not in shared
    shared = _sound(terms_class(shared), shared, manifest, "", found)
    shared.setdefault("licence", UNKNOWN_LICENCE)
    entries = own.get("items")
    if entries is None:
        files = shape_files(folder) if shared.get("kind", "prop") in SHAPED_KINDS else []
        entries = [{"file": file} for file in files]
        if not entries and shared.get("kind", "prop") in SHAPED_KINDS:
            found.append(Finding("empty_pack", "error", "the pack is empty", "put 3D files beside its pack.yaml"))
    items: list[Item] = []
    for number, entry in enumerate(entries):
        items += _item(folder, manifest, shared, entry, f"items[{number}]", found)
    if lacking and entries and all("licence" in entry for entry in entries):
        found = [finding for finding in found if finding.code != "absent_licence"]
    found += _doubled(items, manifest)
    found += _restricted(items)
    found += _unused(folder, entries)
    return Survey(name, tuple(items), tuple(found))


def _sound(model: Any, data: Mapping[str, Any], manifest: Path, key: str, found: list[Finding]) -> dict[str, Any]:
    """`data` without what is wrong in it, which goes to `found`."""
    errors = complaints(model, data, manifest, key)
    found += [_finding(error, manifest.parent) for error in errors]
    wrong = {(error.key or "").removeprefix(f"{key}.").split(".")[0] for error in errors}
    return {name: value for name, value in data.items() if name not in wrong}


def _item(
    folder: Path, manifest: Path, shared: Mapping[str, Any], entry: dict[str, Any], key: str, found: list[Finding]
) -> Iterator[Item]:
    """The item, if anything can be made of it."""
    label = str(entry.get("name") or Path(str(entry.get("file", ""))).stem)
    mine: list[Finding] = []
    terms = {name: value for name, value in entry.items() if name not in ("name", "file")}
    merged = {**shared, **terms}
    sound = _sound(terms_class(merged), merged, manifest, key, mine)
    kept = {name: value for name, value in entry.items() if name in ("name", "file") or name in sound}
    try:
        yield item_of(folder, manifest, {n: v for n, v in shared.items() if n in sound}, kept, key)
    except AssetError as error:
        mine.append(_finding(error, folder))
    found += [replace(finding, item=label, file=finding.file or str(entry.get("file", ""))) for finding in mine]


def _finding(error: AssetError, folder: Path) -> Finding:
    """An error as a finding; its file relative to the pack."""
    file = Path(error.file) if error.file is not None else folder
    name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) and file != folder else ""
    where = f"{error.key}: " if error.key else ""
    value = "" if error.value is None else f" ({error.value!r})"
    text = f"{where}{error.problem}{value}"
    return Finding(_code(error), "error", text if len(text) < 400 else text[:400] + " ...", error.mend, name)


def _code(error: AssetError) -> str:
    """The name of the fault that an error tells."""
    problem, key = error.problem, (error.key or "").rsplit(".", 1)[-1]
    if key == "licence":
        return "absent_licence" if "missing" in problem else "unknown_licence"
    if "outside" in problem or "leads out" in problem or "must be relative" in problem:
        return "outside_path"
    if "missing" in problem and key != "":
        return "missing_file" if error.file is not None and Path(error.file).name != MANIFEST else "manifest"
    if "name" in problem and "two items" in problem:
        return "doubled_name"
    return "manifest" if error.file is None or Path(error.file).name == MANIFEST else "unreadable_file"


def _doubled(items: list[Item], manifest: Path) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for item in items:
        if item.name in seen:
            yield Finding(
                "doubled_name", "error", f"two items have the name {item.name!r}: {seen[item.name]} and {item.file}",
                "give one of them another `name` in items", manifest.name, item.name,
            )  # fmt: skip
        seen.setdefault(item.name, item.file)


def _restricted(items: list[Item]) -> Iterator[Finding]:
    for item in items:
        for part, what in _RESTRICTED.items():
            if part in item.terms.licence:
                text = f"the licence {item.terms.licence} forbids {what}"
                mend = "make sure that your dataset may hold it, or leave it out"
                yield Finding("restricted_licence", "warning", text, mend, item.file, item.name)


def _unused(folder: Path, entries: list[dict[str, Any]]) -> Iterator[Finding]:
    used = {str(entry.get("file", "")) for entry in entries}
    for file in shape_files(folder):
        if file not in used:
            text, mend = "no item takes this file", "add it to `items`, or take it out of the folder"
            yield Finding("unused_file", "warning", text, mend, file)
