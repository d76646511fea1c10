"""`assets check`: all problems of a pack or scene, each with file, object and fix."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from blender_synth.blender_process import BlenderProcess, JobError, JobOutOfMemory, ProcessLost
from blender_synth.errors import AssetError, printable
from blender_synth.pack_tools import scenes
from blender_synth.packs import left_out
from blender_synth.packs.axes import item_from_blender
from blender_synth.packs.ingest import size_to_read
from blender_synth.packs.kinds.prop import ShapeTerms
from blender_synth.packs.limits import MOST_MEMORY_BYTES
from blender_synth.packs.reading import loss, machine_allows_too_little
from blender_synth.packs.report import Finding, ItemReport
from blender_synth.packs.rules import judge
from blender_synth.packs.survey import Entry, Survey, finding_of, survey
from blender_synth.progress import each

_MODULE = "blender_synth.blender.pack_tools.inspect_items"
_TIMEOUT_S = 600.0
_NAMES_SHOWN = 3


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = commands.add_parser(
        "check",
        help="list all problems of a pack; exits with 1 if there are errors",
        description="List all problems of a pack. With an error the item is refused, looks wrong or gets wrong labels; "
        "with a warning it works, but probably not as intended. Exits with 0 if there are no errors, else with 1.",
    )
    parser.add_argument("path", type=Path, help="folder of a pack, or of a scene")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")
    return parser


def run(options: argparse.Namespace) -> int:
    """Print the findings.

    Raises:
        AssetError: there is no such folder.
    """
    if not options.path.is_dir():
        raise AssetError("there is no such folder", file=options.path, hint="give the folder that contains pack.yaml")
    if scenes.is_scene(options.path):
        return scenes.check(options, _lines)
    pack = survey(options.path)
    findings = findings_of(options.path, pack)
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    failed = errors > 0 or (options.strict and warnings > 0)
    if options.json:
        counts: dict[str, Any] = {"pack": pack.name, "ok": not failed, "errors": errors, "warnings": warnings}
        taken = left_out.taken_of(options.path.resolve())
        counts["left_out"] = {} if taken is None else dict(taken.left)
        print(json.dumps(counts | {"findings": [finding.to_json() for finding in findings]}, indent=2))
    else:
        for line in _lines(findings):
            print(line)
        if (taken := left_out.taken_of(options.path.resolve())) is not None:
            for line in left_out.lines(taken):
                print(line)
        items = _number(len(pack.entries), "item")
        print(f"{pack.name}: {items}, {_number(errors, 'error')}, {_number(warnings, 'warning')}")
    return int(failed)


def findings_of(folder: Path, pack: Survey) -> list[Finding]:
    """Everything that is wrong with a pack; what its files hold is looked up by Blender."""
    folder = folder.resolve()
    return [*pack.findings, *_inspect(folder, pack.entries), *scenes.findings(folder)]


def _inspect(folder: Path, entries: tuple[Entry, ...]) -> Iterator[Finding]:
    """Findings about the files of shapes, by Blender and the rules. A file that crashes Blender affects no other."""
    shapes = [(e, e.terms) for e in entries if isinstance(e.terms, ShapeTerms) and e.readable]
    limits: dict[str, Any] = {}
    with BlenderProcess(
        _MODULE, _TIMEOUT_S, memory_limit_bytes=MOST_MEMORY_BYTES, on_event=limits.update
    ) as blender:  # fmt: skip
        for entry, terms in each(shapes, "check", "item"):
            file = folder / entry.file
            size = size_to_read(file, folder)
            limits.clear()
            try:
                answer = blender.ask("inspect", size=size, **_job(folder, entry, terms))
            except ProcessLost as lost:
                error = loss(lost, bool(limits.get("by_machine")), file, size)
                if not isinstance(error, AssetError):
                    raise error from None
                yield _of_entry(error, folder, entry)
            except JobOutOfMemory:
                raise machine_allows_too_little(file) from None
            except JobError as failure:
                hint = "open it in Blender, clean it up, export it again"
                yield Finding("unreadable_file", "error", str(failure), hint, entry.file, entry.name)
            except AssetError as error:
                yield _of_entry(error, folder, entry)
            else:
                report = ItemReport.from_json(answer["report"])
                scale = entry.item.scale() if entry.item else (terms.scale or 1.0,) * 3
                yield from judge(replace(report, scale=scale))


def _of_entry(error: AssetError, folder: Path, entry: Entry) -> Finding:
    return replace(finding_of(error, folder), file=entry.file, item=entry.name)


def _job(folder: Path, entry: Entry, terms: ShapeTerms) -> dict[str, Any]:
    known = ItemReport(
        name=entry.name,
        file=entry.file,
        kind=terms.kind,
        category=terms.category,
        tags=terms.tags,
        sized=terms.sized,
        origin=terms.origin,
        stands=terms.stands,
        up_axis=str(terms.up_axis),
        keypoints=bool(terms.points or terms.bones),
    )
    return {
        "report": known.to_json(),
        "file": str(folder / entry.file),
        "folder": str(folder),
        "objects": [entry.object] if entry.object else [],
        "collection": entry.collection,
        "item_from_world": item_from_blender(entry.file, str(terms.up_axis), str(terms.front)).tolist(),
    }


def _lines(findings: list[Finding]) -> Iterator[str]:
    """Findings as lines, by file, errors first; a finding that several objects share is printed once."""
    by_file = sorted(findings, key=lambda f: (f.file, f.item, f.severity != "error", f.code, f.text))
    for (file, item), here in groupby(by_file, key=lambda f: (f.file, f.item)):
        yield printable(f"{file or 'pack.yaml'}{f'  ({item})' if item else ''}")
        for (severity, code, text, hint), same in groupby(here, key=lambda f: (f.severity, f.code, f.text, f.hint)):
            names = [finding.object for finding in same if finding.object]
            more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
            where = f"{', '.join(names[:_NAMES_SHOWN])}{more}: " if names else ""
            yield printable(f"  {severity:8}{code}: {where}{text}")
            if hint:
                yield printable(f"          fix: {hint}", keep="\n")
        yield ""


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
