"""`blender-synth refine`: pictures that look like those of the user's own camera, with labels that stay true.

    settings   of each subcommand            photos     photographs and videos of a folder
    inputs     picture and layers of a frame for the network
    camera     about fifty parameters that come before the network (torch)
    network    generator, discriminator, segmenter (torch)      patches   photographs' and frames' patches, matched
    fit        training        model      the result (torch)        apply      refined runs and datasets
    generate   a painter's training, and painted runs: pictures from labels alone
    layout     what is where, in nine classes      labeller     finds it in photographs (torch)
    looks      light and weather of photographs    painter_network, painter_training, painter: network, training, the
               result (torch)
    checks     whether labels still fit a picture (no torch)    check     the table of them
    tone       whether tones and colours came nearer to the photographs (no torch)
    learning_set   photographs and frames of a training, a part of both held out
    measure    the table of distances and label scores
    distance   to the photographs           controls   what needs no training: histogram matching, FDA
    features   KID and FID by a network of the user's own (torch)
    page       report.html

Only what is marked so, losses, segmenter and the inside of fit, apply and generate import torch.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from blender_synth.errors import ConfigError
from blender_synth.suggestions import hint_for

COMMANDS = ("fit", "apply", "generate", "check")
USAGE = """\
usage: blender-synth refine fit photos=FOLDER runs=RUN [model=out/refiner] [key=value ...]
       blender-synth refine apply model=MODEL dataset=DATASET output=DATASET2 [variants=1] [key=value ...]
       blender-synth refine apply model=MODEL runs=RUN output=RUN2 [variants=1] [key=value ...]
       blender-synth refine generate photos=FOLDER runs=RUN output=RUN2 [model=out/painter] [variants=1] [key=value ...]
       blender-synth refine check runs=RUN2 [key=value ...]

fit       learns from photographs what pictures of their camera look like; no labels are needed
apply     writes a dataset, or a run, with refined pictures and the same labels
generate  learns from photographs to paint pictures from labels alone, and paints the frames of a run anew
check     measures whether the labels of a refined or painted run still fit its pictures

All keys are in blender_synth/refine/settings.py; .docs/refine.md explains them. Photographs never leave the machine.
"""


def main(arguments: Sequence[str]) -> None:
    """Run the command.

    Raises:
        ConfigError: a wrong subcommand, key or value, or PyTorch is missing.
        BlenderSynthError: the work failed.
    """
    name, *words = [*arguments] or ["help"]
    if name in ("-h", "--help", "help") or any(word in ("-h", "--help") for word in words):
        print(USAGE, end="")
        return
    if name not in COMMANDS:
        raise ConfigError("there is no such subcommand", key="refine", value=name, hint=hint_for(name, COMMANDS))
    importlib.import_module(f"blender_synth.refine.{name}").main(words)
