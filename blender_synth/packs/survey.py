"""Everything in a pack that a run would refuse, all at once.

`load_pack` stops at the first error, as a run must; `assets check` lists all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from blender_synth.errors import AssetError, shortened
from blender_synth.packs.drafts import Draft, draft_item, finish_item, item_files, rough_item, split_marked_assets
from blender_synth.packs.ingest import Description, FlawedError, UnreadableError, describe
from blender_synth.packs.items import Item
from blender_synth.packs.kinds import Terms, terms_class
from blender_synth.packs.manifest import HEAD_KEYS, MANIFEST, Head, read_manifest, validation_errors
from blender_synth.packs.report import Finding
from blender_synth.packs.safety import SHAPE_SUFFIXES

UNKNOWN_LICENCE = "LicenseRef-unknown"
_ADD_LICENCE = "add `licence: ` and an SPDX id: CC0-1.0, CC-BY-4.0, MIT ...; for terms of your own LicenseRef-<name>"
_RESTRICTED = {"-NC": "commercial use", "-ND": "derivatives, and a rendered picture may be one"}


@dataclass(frozen=True, eq=False)
class Entry:
    """One item, as far as it could be read.

    Attributes:
        name, file, terms, object, collection: as of an `Item`. item: the measured item; None if that failed.
        readable: whether its file can be opened at all.
        rough: the item as far as it can be shown, where `item` is None and its file could be measured.
    """

    name: str
    file: str
    terms: Terms
    object: str
    collection: str
    item: Item[Any] | None
    readable: bool = True
    rough: Item[Any] | None = None


@dataclass(frozen=True, eq=False)
class Survey:
    """The result of `survey`.

    Attributes:
        name: the pack's name; its folder's if the manifest gives none. entries: the readable items, in order.
        findings: what is wrong, except what is wrong with the files of shapes, which have to be opened for that.
    """

    name: str
    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]


def survey(folder: Path) -> Survey:
    """Check a pack. Never raises because of its content.

    Args:
        folder: the folder with the `pack.yaml`.
    """
    folder = folder.resolve()
    manifest = folder / MANIFEST
    try:
        data = read_manifest(manifest)
    except AssetError as error:
        return Survey(folder.name, (), (replace(finding_of(error, folder), code="manifest"),))
    findings: list[Finding] = []
    head = _valid_part(Head, {key: data[key] for key in HEAD_KEYS if key in data}, manifest, "", findings)
    shared = {key: value for key, value in data.items() if key not in HEAD_KEYS}
    name = str(head.get("name", folder.name))
    shared.setdefault("category", name.lower())
    has_licence, has_category = "licence" in shared, "category" in data
    shared = _valid_part(terms_class(shared.get("kind", "prop")), shared, manifest, "", findings)
    shared.setdefault("licence", UNKNOWN_LICENCE)
    terms = terms_class(shared.get("kind", "prop"))
    listed = head.get("items")
    entries = [{"file": file} for file in item_files(folder, terms)] if listed is None else listed
    if not entries and listed is None and (terms.shaped or terms.suffixes):
        hint = f"put {', '.join(terms.suffixes or SHAPE_SUFFIXES)} files next to its {MANIFEST}"
        findings.append(Finding("empty_pack", "error", "the pack is empty", hint))
    drafts: list[Draft] = []
    for number, entry in enumerate(entries):
        key = f"items[{number}]"
        drafts += _drafts(folder, manifest, shared, entry, key, has_category or "category" in entry, findings)
    if not has_licence and any("licence" in entry for entry in entries):
        findings = [finding for finding in findings if finding.code != "absent_licence"]
        for number, entry in enumerate(entries):
            if "licence" not in entry:
                key = f"items[{number}].licence"
                missing = AssetError("a licence is missing", file=manifest, key=key, hint=_ADD_LICENCE)
                findings.append(replace(finding_of(missing, folder), item=_label(entry)))
    findings += _duplicate_names(drafts, manifest)
    findings += _restricted_licences(drafts)
    if listed is not None:
        findings += _unused_files(folder, listed)
    measured = tuple(_measured(folder, drafts, findings))
    return Survey(name, measured, tuple(dict.fromkeys(findings)))


def _valid_part(
    model: type[BaseModel], data: Mapping[str, Any], manifest: Path, key: str, findings: list[Finding]
) -> dict[str, Any]:
    """`data` without the invalid keys, which are added to `findings`."""
    errors = validation_errors(model, data, manifest, key)
    findings += [finding_of(error, manifest.parent) for error in errors]
    invalid = {(error.key or "").removeprefix(f"{key}.").split(".")[0] for error in errors}
    return {name: value for name, value in data.items() if name not in invalid}


def _label(entry: Mapping[str, Any]) -> str:
    return str(entry.get("name") or Path(str(entry.get("file", ""))).stem)


def _drafts(
    folder: Path,
    manifest: Path,
    shared: Mapping[str, Any],
    entry: dict[str, Any],
    key: str,
    has_category: bool,
    findings: list[Finding],
) -> list[Draft]:
    """The item of an entry, or those that its `.blend` marks; none if the entry is unusable."""
    label = _label(entry)
    of_entry: list[Finding] = []
    merged = {**shared, **{name: value for name, value in entry.items() if name not in ("name", "file")}}
    valid = _valid_part(terms_class(merged.get("kind", "prop")), merged, manifest, key, of_entry)
    kept = {name: value for name, value in entry.items() if name in ("name", "file") or name in valid}
    drafts: list[Draft] = []
    try:
        draft = draft_item(folder, manifest, {n: v for n, v in shared.items() if n in valid}, kept, key)
        drafts = split_marked_assets(draft, folder, manifest, has_category)
    except AssetError as error:
        of_entry.append(finding_of(error, folder))
    findings += [replace(finding, item=label, file=finding.file or str(entry.get("file", ""))) for finding in of_entry]
    return drafts


def _measured(folder: Path, drafts: list[Draft], findings: list[Finding]) -> Iterator[Entry]:
    """Each item, measured as for a run. Its problems are added to `findings`, except those of the file of a shape."""
    descriptions = iter(describe([draft.shape(folder) for draft in drafts if draft.shaped]))
    for draft in drafts:
        description = next(descriptions) if draft.shaped else None
        item = rough = None
        readable = not isinstance(description, UnreadableError)
        if isinstance(description, UnreadableError):
            findings.append(replace(finding_of(description, folder), item=draft.name, file=draft.relative))
        elif not isinstance(description, AssetError):
            try:
                item = finish_item(draft, folder, description)
            except AssetError as error:
                finding = finding_of(error, folder)
                findings.append(replace(finding, item=draft.name, file=finding.file or draft.relative))
        seen = description.description if isinstance(description, FlawedError) else description
        if item is None and isinstance(seen, Description):
            rough = rough_item(draft, seen)
        yield Entry(draft.name, draft.relative, draft.terms, draft.object, draft.collection, item, readable, rough)


def finding_of(error: AssetError, folder: Path) -> Finding:
    """An error as a finding.

    Args:
        folder: the pack's, resolved; the finding's file is relative to it.
    """
    file = Path(error.file) if error.file is not None else folder
    name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) and file != folder else ""
    prefix = f"{error.key}: " if error.key else ""
    value = "" if error.value is None else f" ({shortened(error.value)})"
    text = f"{prefix}{error.problem}{value}"
    code = _code(error)
    hint = _ADD_LICENCE if code == "absent_licence" else error.hint
    return Finding(code, "error", text if len(text) < 400 else text[:400] + " ...", hint, name)


def _code(error: AssetError) -> str:
    """The code of the finding for an error."""
    problem, key = error.problem, (error.key or "").rsplit(".", 1)[-1]
    if key == "licence":
        return "absent_licence" if "missing" in problem else "unknown_licence"
    if "outside" in problem or "leads out" in problem or "must be relative" in problem:
        return "outside_path"
    if "missing" in problem and key != "":
        return "missing_file" if error.file is not None and Path(error.file).name != MANIFEST else "manifest"
    return "manifest" if error.file is None or Path(error.file).name == MANIFEST else "unreadable_file"


def _duplicate_names(drafts: list[Draft], manifest: Path) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for draft in drafts:
        if draft.name in seen:
            text = f"two items have the name {draft.name!r}: {seen[draft.name]} and {draft.relative}"
            hint = "give one of them another `name` in items"
            yield Finding("doubled_name", "error", text, hint, manifest.name, draft.name)
        seen.setdefault(draft.name, draft.relative)


def _restricted_licences(drafts: list[Draft]) -> Iterator[Finding]:
    for draft in drafts:
        for part, what in _RESTRICTED.items():
            if part in draft.terms.licence:
                text = f"the licence {draft.terms.licence} forbids {what}"
                hint = "make sure that your dataset may contain it, or leave it out"
                yield Finding("restricted_licence", "warning", text, hint, draft.relative, draft.name)


def _unused_files(folder: Path, entries: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """3D files that no item uses. A `.blend` may be there because another one links it."""
    used = {str(entry.get("file", "")) for entry in entries}
    linked = any(file.endswith(".blend") for file in used)
    for path in sorted(folder.rglob("*")):
        file = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in file.parts)
        if path.suffix.lower() not in SHAPE_SUFFIXES or hidden or file.as_posix() in used:
            continue
        if not (linked and path.suffix.lower() == ".blend"):
            text, hint = "no item uses this file", "add it to `items`, or remove it from the folder"
            yield Finding("unused_file", "warning", text, hint, file.as_posix())
