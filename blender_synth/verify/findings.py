"""What `verify` reports: faults by name, notes, and what was checked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FAULTS: dict[str, str] = {
    "missing-file": "a file that the checksums, a frame or a table names is not there",
    "changed-file": "the bytes of a file are not those that were written (SHA-256)",
    "unlisted-file": "a file that nothing names",
    "bad-checksums": "SHA256SUMS, or the list in dataset.json, is damaged or absent where it must be",
    "unreadable-file": "a file cannot be read, decoded or parsed",
    "wrong-version": "a file is of a version that is not read here",
    "wrong-size": "an image, mask or layer has another size than its table states",
    "wrong-type": "a value, layer or image is of another type than it must be",
    "missing-key": "a key is absent",
    "wrong-value": "a value is out of its range, or does not follow from the others",
    "unknown-id": "a table or layer refers to an id that does not exist",
    "duplicate-id": "an id or name that must be unique is not",
    "wrong-link": "reflection_of, via, bounces or the link of a pair does not hold",
    "wrong-area": "an area is not the number of the mask's pixels",
    "wrong-box": "a box is not that of the mask",
    "wrong-mask": "a mask does not agree with the label layers of its frame",
    "split-leak": "one scene is in several splits",
    "orphan-annotation": "an annotation or segment without its picture",
    "orphan-picture": "a picture without a row in a table",
    "unknown-licence": "a picture refers to a licence that is not listed",
    "missing-frame": "a frame that the run should have is not there and not recorded as failed",
}
"""Every name of a fault, with its meaning."""
SHOWN_PER_FAULT = 20


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `name` is a key of `FAULTS`; `file` is relative to the path that was checked."""

    name: str
    file: str
    problem: str
    key: str | None = None
    value: Any = None

    def __str__(self) -> str:
        where = self.file if self.key is None else f"{self.file}: {self.key}"
        return f"{self.name:18} {where}: {self.problem}"

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "name": self.name,
            "file": self.file,
            "key": self.key,
            "problem": self.problem,
            "value": None if self.value is None else repr(self.value)[:200],
        }


@dataclass
class Findings:
    """The result for one run or dataset.

    Attributes:
        path: run or dataset. kind: ``"run"`` or ``"dataset"``. notes: what the user should know, but is no fault.
        checked: numbers of checked files, frames, pictures, annotations.
    """

    path: Path
    kind: str
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)

    def fault(self, name: str, file: Path | str, problem: str, key: str | None = None, value: Any = None) -> None:
        """Add a fault. A path below `path` is made relative to it."""
        if name not in FAULTS:
            raise KeyError(name)
        shown = Path(file)
        if shown.is_relative_to(self.path):
            shown = shown.relative_to(self.path)
        self.faults.append(Fault(name, shown.as_posix(), " ".join(problem.split())[:300], key, value))

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "path": str(self.path),
            "kind": self.kind,
            "ok": not self.faults,
            "checked": dict(self.checked),
            "faults": [fault.to_json() for fault in self.faults],
            "notes": self.notes,
        }

    def lines(self) -> list[str]:
        """For people: at most `SHOWN_PER_FAULT` faults of each name, notes, and a summary."""
        shown: Counter[str] = Counter()
        lines = []
        for fault in self.faults:
            shown[fault.name] += 1
            if shown[fault.name] <= SHOWN_PER_FAULT:
                lines.append(str(fault))
        for name, number in shown.items():
            if number > SHOWN_PER_FAULT:
                lines.append(f"{name:18} and {number - SHOWN_PER_FAULT} more (--json lists all)")
        lines += [f"{'note':18} {note}" for note in self.notes]
        what = ", ".join(f"{number} {name}" for name, number in self.checked.items())
        result = f"{len(self.faults)} faults" if len(self.faults) != 1 else "1 fault"
        return [*lines, f"{self.kind} {self.path}: {result if self.faults else 'no faults'} in {what or 'nothing'}"]
