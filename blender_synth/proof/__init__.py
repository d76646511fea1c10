"""`blender-synth proof`: trains a small detector on this program's data and measures what the labels are worth.

    settings   what is rendered, trained and measured; scales/*.yaml hold the plans
    renders    stage 1: the runs           datasets   stage 2: one dataset for each arm and test set
    arms       what each arm trains on     fit        stage 3: trainings (network, losses, loading)
    predict    stage 4: results files      measures   stage 5: numbers (no torch)      page   stage 6: the report

Each stage keeps what it made and goes on where it was stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

USAGE = """\
usage: blender-synth proof [scale=tiny|small|full] [key=value ...] [--until STAGE]

Renders training and test pictures, trains one detector for each arm, measures them on scenes that they have never
seen, and writes out/proof/report.html. Stages: render, export, train, predict, report; a stage that is done is not
repeated. All keys are in blender_synth/proof/settings.py; .docs/proof.md explains them.
"""


def main(arguments: Sequence[str]) -> None:
    """Run the command.

    Raises:
        ConfigError: a wrong key or value, or PyTorch is missing.
        BlenderSynthError: a stage failed.
    """
    words = list(arguments)
    if words and words[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return
    from blender_synth.proof.stages import run

    run(words)
