"""Measures the built-in packs and writes their `measured.json`, so that a first run need not open their files.

    python -m blender_synth.dev.measure_packs

To be run when a file of a built-in pack or what is measured changes (`packs.ingest.MEASURING`); a test compares.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from blender_synth import resources
from blender_synth.cache import write_atomically
from blender_synth.packs.ingest import MEASURED, Shape, measure_again
from blender_synth.packs.loading import pack_drafts
from blender_synth.packs.manifest import MANIFEST


def built_in_folders() -> list[Path]:
    """Folders of the built-in packs."""
    return sorted(file.parent.resolve() for file in resources.built_in_packs_dir().glob(f"*/{MANIFEST}"))


def shapes_of(folder: Path) -> list[Shape]:
    """What is measured of a pack."""
    return list(dict.fromkeys(draft.shape(folder) for draft in pack_drafts(folder) if draft.shaped))


def _text(data: dict[str, Any]) -> str:
    """JSON with one item a line, so that changes can be reviewed."""
    rows = ",\n".join(f"{json.dumps(key)}: {json.dumps(answer)}" for key, answer in data["answers"].items())
    return f'{{"measuring": {data["measuring"]}, "answers": {{\n{rows}\n}}}}\n'


def main() -> None:
    """Write the file of every built-in pack."""
    for folder in built_in_folders():
        shapes = shapes_of(folder)
        if shapes:
            data = measure_again(shapes)
            write_atomically(folder / MEASURED, _text(data))
            print(f"{len(shapes)} items in {folder / MEASURED}")


if __name__ == "__main__":
    main()
