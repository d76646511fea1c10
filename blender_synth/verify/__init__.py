"""`blender-synth verify`: whether a run or a dataset is complete, undamaged and consistent with itself."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from blender_synth.arguments import Parser
from blender_synth.errors import RunError
from blender_synth.frames.run_folder import find_runs
from blender_synth.verify.dataset import is_dataset, verify_dataset
from blender_synth.verify.findings import FAULTS, Fault, Findings
from blender_synth.verify.run import verify_run

__all__ = ["FAULTS", "Fault", "Findings", "main", "verify"]


def main(arguments: Sequence[str]) -> None:
    """Check runs and datasets; exits with 1 where there are faults.

    Raises:
        RunError: a path is neither a run nor a dataset.
    """
    names = "\n".join(f"  {name:18} {meaning}" for name, meaning in FAULTS.items())
    parser = Parser(
        prog="blender-synth verify",
        description="Check that runs and datasets are complete, undamaged and consistent.",
        epilog=f"Names of faults:\n{names}\n\nExit code: 0 without faults, 1 with faults.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="a run, a dataset, or a folder of runs")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    options = parser.parse_args(list(arguments))
    results = [findings for path in options.paths for findings in verify(path)]
    if options.json:
        print(json.dumps([findings.to_json() for findings in results], indent=1))
    else:
        print("\n".join(line for findings in results for line in findings.lines()))
    if any(findings.faults for findings in results):
        sys.exit(1)


def verify(path: Path) -> list[Findings]:
    """The findings for a dataset, a run, or every run below a folder.

    Raises:
        RunError: the path holds neither.
    """
    path = Path(path)
    if is_dataset(path):
        return [verify_dataset(path)]
    if (path / "run.json").exists() or (path / "config.yaml").exists() or (path / "frames").is_dir():
        return [verify_run(path)]
    try:
        runs = find_runs([str(path)]) if path.is_dir() else []
    except (RunError, OSError):
        runs = []
    if not runs:
        raise RunError(
            "this is neither a run nor a dataset" if path.exists() else "there is no such folder",
            file=path,
            hint="give the `output` of a render, or the `dataset` of an export",
        )
    return [verify_run(run) for run in runs]
