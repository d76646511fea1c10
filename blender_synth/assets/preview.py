"""`assets preview`: pictures of what is there."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from blender_synth.assets._blender import run_blender
from blender_synth.assets._numbers import count
from blender_synth.config import compose
from blender_synth.errors import RunError

COLUMNS = 6


def add(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = commands.add_parser("preview", help="render a contact sheet")
    parser.add_argument("what", choices=["people"], help="random people, front and back")
    parser.add_argument("--out", type=Path, default=Path("out/people.jpg"), help="picture to write (%(default)s)")
    parser.add_argument("--count", type=count, default=48, help="how many people (%(default)s)")
    parser.add_argument("--height-px", type=count, default=300, help="height of one person's tile (%(default)s)")
    parser.add_argument("--samples", type=count, default=24, help="samples a pixel (%(default)s)")
    parser.add_argument("overrides", nargs="*", help="config, e.g. seed=3 pedestrians=crowd weather=cloudy")
    return parser


def run(options: argparse.Namespace) -> int:
    """Render the sheet."""
    compose(options.overrides)  # a bad override is told before Blender starts
    job = {key: getattr(options, key) for key in ("count", "height_px", "samples", "overrides")}
    job |= {"out": str(options.out.absolute()), "columns": COLUMNS}
    try:
        options.out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError("the folder cannot be made", file=options.out.parent, mend=str(error)) from None
    run_blender("preview_people", json.dumps(job), failed="the preview could not be rendered")
    print(f"{options.count} people in {options.out}")
    return 0
