"""`blender-synth assets`: looking at what the pictures are made of."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from blender_synth.config import compose
from blender_synth.errors import BlenderSynthError, RunError
from blender_synth.workers import worker_environment

COLUMNS = 6


def main(arguments: list[str]) -> None:
    """Run one `assets` command.

    Raises:
        BlenderSynthError: it cannot be done.
    """
    parser = argparse.ArgumentParser(prog="blender-synth assets", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    preview = commands.add_parser("preview", help="render a contact sheet")
    preview.add_argument("what", choices=["people"], help="random people, front and back")
    preview.add_argument("--out", type=Path, default=Path("out/people.jpg"), help="picture to write (%(default)s)")
    preview.add_argument("--count", type=_count, default=48, help="how many people (%(default)s)")
    preview.add_argument("--height-px", type=_count, default=300, help="height of one person's tile (%(default)s)")
    preview.add_argument("--samples", type=_count, default=24, help="samples a pixel (%(default)s)")
    preview.add_argument("overrides", nargs="*", help="config, e.g. seed=3 pedestrians=crowd weather=cloudy")
    _preview_people(parser.parse_args(arguments))


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _preview_people(options: argparse.Namespace) -> None:
    """Blender runs in a process of its own, as it does for frames."""
    compose(options.overrides)  # a bad override is told before Blender starts
    job = {key: getattr(options, key) for key in ("count", "height_px", "samples", "overrides")}
    job |= {"out": str(options.out.absolute()), "columns": COLUMNS}
    try:
        options.out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError("the folder cannot be made", file=options.out.parent, mend=str(error)) from None
    command = [sys.executable, "-m", "blender_synth.blender.preview_people", json.dumps(job)]
    environment = worker_environment() | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    if subprocess.run(command, env=environment).returncode:
        raise BlenderSynthError("the preview could not be rendered", mend="see the message above")
    print(f"{options.count} people in {options.out}")
