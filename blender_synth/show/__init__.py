"""`blender-synth show`: writes pictures of a run or dataset with masks, boxes, names and links drawn in."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from blender_synth.arguments import Parser
from blender_synth.errors import RunError


def main(arguments: Sequence[str]) -> None:
    """Write the pictures, and print where they are.

    Raises:
        RunError: there is nothing to show, an index does not exist, or the folder cannot be written.
    """
    parser = Parser(
        prog="blender-synth show",
        description="Write pictures with masks, boxes, names, keypoints, and lines from reflections to what they show.",
    )
    parser.add_argument("path", metavar="PATH", type=Path, help="a run, a folder of runs, or a dataset")
    parser.add_argument(
        "indices", metavar="INDEX", type=int, nargs="*",
        help="number of a frame in the run, or position of a picture, from 0 (default: the first)",
    )  # fmt: skip
    parser.add_argument("--output", metavar="FOLDER", type=Path, default=Path("show"), help="default: show")
    options = parser.parse_args(list(arguments))
    for file in show(options.path, options.indices, options.output):
        print(file)


def show(path: Path, indices: Sequence[int], folder: Path) -> list[Path]:
    """Write the pictures of these indices, or the first one, into a folder; returns the files.

    Raises:
        RunError: there is nothing to show, an index does not exist, or the folder cannot be written.
    """
    from blender_synth.api.pictures import Picture
    from blender_synth.frames.run_folder import disk_errors
    from blender_synth.report.sources import open_source
    from blender_synth.show.drawing import drawn

    source = open_source(path, indices)
    files = []
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for entry in source.entries:
            if not entry.marks:
                print(f"{entry.name}: no labels are known (only those of runs and COCO are drawn)", file=sys.stderr)
            files.append(Picture(drawn(entry)).save(folder / f"{entry.name}.png"))
            if not indices:
                break
    if not files:
        reason = source.failures[0] if source.failures else "the pictures cannot be read"
        raise RunError(f"nothing can be shown ({reason})", file=path, hint="see `blender-synth verify`")
    return files
