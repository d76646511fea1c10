"""`blender-synth report`: a static page to browse a run or a dataset, which works from `file://`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blender_synth.arguments import Parser


def main(arguments: Sequence[str]) -> None:
    """Write the report of a run or dataset, and print where it is.

    Raises:
        RunError: there is nothing to show, or the output folder holds other files.
    """
    parser = Parser(
        prog="blender-synth report",
        description="Write a page that shows the pictures, labels and statistics of a run or dataset in a browser.",
    )
    parser.add_argument("path", metavar="PATH", type=Path, help="a run, a folder of runs, or a dataset")
    parser.add_argument("--output", metavar="FOLDER", type=Path, help="folder of the report (default: PATH/report)")
    options = parser.parse_args(list(arguments))
    from blender_synth.report.build import write_report  # loads Vega and templates, which other commands do not need

    page = write_report(options.path, options.output)
    print(f"open {page.resolve().as_uri()}")
