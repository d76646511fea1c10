"""Everything that a run would refuse in a pack, all at once.

`load_pack` stops at the first error, as a run must; an artist wants to hear of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from blender_synth.errors import AssetError
from blender_synth.packs.ingest import describe
from blender_synth.packs.manifest import HEAD_KEYS, MANIFEST, Head, complaints, read_manifest, terms_class
from blender_synth.packs.pack import Item, _Draft, _draft, _files, _item, _marked  # the steps of load_pack
from blender_synth.packs.report import Finding
from blender_synth.packs.safety import SHAPE_SUFFIXES

UNKNOWN_LICENCE = "LicenseRef-unknown"
_ADD = "add `licence: ` and an SPDX id: CC0-1.0, CC-BY-4.0, MIT ...; for terms of your own LicenseRef-<name>"
_RESTRICTED = {"-NC": "commercial use", "-ND": "changes, and a picture of it may be one"}


@dataclass(frozen=True, eq=False)
class Entry:
    """One item as far as it could be made out.

    Attributes:
        name, file, terms: as of an `Item`; object, collection: what of a `.blend` it is.
        item: measured; None where that failed.
    """

    name: str
    file: str
    terms: Any
    object: str
    collection: str
    item: Item | None


@dataclass(frozen=True, eq=False)
class Survey:
    """What could be made out.

    Attributes:
        name: the pack's; its folder's where the manifest gives none. entries: that can be looked into, in order.
        findings: what is wrong. What is wrong with the file of a shape is left to whoever looks into it.
    """

    name: str
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]


def survey(folder: Path) -> Survey:
    """ShadingParams through a pack; never raises for what is in it.

    Args:
        folder: the folder that holds `pack.yaml`.
    """
    folder = folder.resolve()
    manifest = folder / MANIFEST
    try:
        data = read_manifest(manifest)
    except AssetError as error:
        return Survey(folder.name, (), (replace(finding_of(error, folder), code="manifest"),))
    found: list[Finding] = []
    own = {key: data[key] for key in HEAD_KEYS if key in data}
    shared = {key: value for key, value in data.items() if key not in HEAD_KEYS}
    own = _sound(Head, own, manifest, "", found)
    name = str(own.get("name", folder.name))
    shared.setdefault("category", name.lower())
    lacking = "licence" not in shared
    named = "category" in data
    shared = _sound(terms_class(shared), shared, manifest, "", found)
    shared.setdefault("licence", UNKNOWN_LICENCE)
    listed = own.get("items")
    terms = terms_class(shared).model_construct(**shared)
    entries = [{"file": file} for file in _files(folder, terms)] if listed is None else listed
    if not entries and listed is None and (terms.shaped or terms.suffixes):
        hint = f"put {', '.join(terms.suffixes or SHAPE_SUFFIXES)} files beside its {MANIFEST}"
        found.append(Finding("empty_pack", "error", "the pack is empty", hint))
    drafts: list[_Draft] = []
    for number, entry in enumerate(entries):
        has_category = named or "category" in entry
        drafts += _drafts(folder, manifest, shared, entry, f"items[{number}]", has_category, found)
    if lacking and any("licence" in entry for entry in entries):
        found = [finding for finding in found if finding.code != "absent_licence"]
        for number, entry in enumerate(entries):
            if "licence" not in entry:
                error = AssetError("a licence is missing", file=manifest, key=f"items[{number}].licence", hint=_ADD)
                found.append(replace(finding_of(error, folder), item=_label(entry)))
    found += _doubled(drafts, manifest)
    found += _restricted(drafts)
    if listed is not None:
        found += _unused(folder, listed)
    looked_at = tuple(_measured(folder, drafts, found))
    return Survey(name, looked_at, tuple(dict.fromkeys(found)))


def _sound(model: Any, data: Mapping[str, Any], manifest: Path, key: str, found: list[Finding]) -> dict[str, Any]:
    """`data` without what is wrong in it, which goes to `found`."""
    errors = complaints(model, data, manifest, key)
    found += [finding_of(error, manifest.parent) for error in errors]
    wrong = {(error.key or "").removeprefix(f"{key}.").split(".")[0] for error in errors}
    return {name: value for name, value in data.items() if name not in wrong}


def _label(entry: Mapping[str, Any]) -> str:
    return str(entry.get("name") or Path(str(entry.get("file", ""))).stem)


def _drafts(
    folder: Path,
    manifest: Path,
    shared: Mapping[str, Any],
    entry: dict[str, Any],
    key: str,
    has_category: bool,
    found: list[Finding],
) -> list[_Draft]:
    """The item, or those that a `.blend` marks, if anything can be made of it."""
    label = _label(entry)
    mine: list[Finding] = []
    terms = {name: value for name, value in entry.items() if name not in ("name", "file")}
    merged = {**shared, **terms}
    sound = _sound(terms_class(merged), merged, manifest, key, mine)
    kept = {name: value for name, value in entry.items() if name in ("name", "file") or name in sound}
    drafts: list[_Draft] = []
    try:
        draft = _draft(folder, manifest, {n: v for n, v in shared.items() if n in sound}, kept, key)
        drafts = _marked(draft, folder, manifest, has_category) if draft.shaped else [draft]
    except AssetError as error:
        mine.append(finding_of(error, folder))
    found += [replace(finding, item=label, file=finding.file or str(entry.get("file", ""))) for finding in mine]
    return drafts


def _measured(folder: Path, drafts: list[_Draft], found: list[Finding]) -> Iterator[Entry]:
    """Each item, measured as a run would. What it would complain about beside the file's own faults goes to `found`."""
    told = iter(describe([draft.shape(folder) for draft in drafts if draft.shaped]))
    for draft in drafts:
        description = next(told) if draft.shaped else None
        item = None
        if not isinstance(description, AssetError):
            try:
                item = _item(draft, folder, description)
            except AssetError as error:
                finding = finding_of(error, folder)
                found.append(replace(finding, item=draft.name, file=finding.file or draft.relative))
        yield Entry(draft.name, draft.relative, draft.terms, draft.object, draft.collection, item)


def finding_of(error: AssetError, folder: Path) -> Finding:
    """An error as a finding.

    Args:
        folder: the pack's, resolved; the finding's file is relative to it.
    """
    file = Path(error.file) if error.file is not None else folder
    name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) and file != folder else ""
    where = f"{error.key}: " if error.key else ""
    value = "" if error.value is None else f" ({error.value!r})"
    text = f"{where}{error.problem}{value}"
    code = _code(error)
    hint = _ADD if code == "absent_licence" else error.hint
    return Finding(code, "error", text if len(text) < 400 else text[:400] + " ...", hint, name)


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


def _doubled(drafts: list[_Draft], manifest: Path) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for draft in drafts:
        if draft.name in seen:
            text = f"two items have the name {draft.name!r}: {seen[draft.name]} and {draft.relative}"
            hint = "give one of them another `name` in items"
            yield Finding("doubled_name", "error", text, hint, manifest.name, draft.name)
        seen.setdefault(draft.name, draft.relative)


def _restricted(drafts: list[_Draft]) -> Iterator[Finding]:
    for draft in drafts:
        for part, what in _RESTRICTED.items():
            if part in draft.terms.licence:
                text = f"the licence {draft.terms.licence} forbids {what}"
                hint = "make sure that your dataset may hold it, or leave it out"
                yield Finding("restricted_licence", "warning", text, hint, draft.relative, draft.name)


def _unused(folder: Path, entries: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Shapes that no item takes; a `.blend` may be there for another one that links it."""
    used = {str(entry.get("file", "")) for entry in entries}
    linked = any(file.endswith(".blend") for file in used)
    for path in sorted(folder.rglob("*")):
        file = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in file.parts)
        if path.suffix.lower() not in SHAPE_SUFFIXES or hidden or file.as_posix() in used:
            continue
        if not (linked and path.suffix.lower() == ".blend"):
            text, hint = "no item takes this file", "add it to `items`, or take it out of the folder"
            yield Finding("unused_file", "warning", text, hint, file.as_posix())
