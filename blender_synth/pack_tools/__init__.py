"""`blender-synth assets`: create, check, fix, preview and import asset packs.

Each command is a module with `add(commands)`, which declares its arguments, and `run(options)`, which returns the exit
status.
"""

from __future__ import annotations

import sys

from blender_synth.arguments import Parser
from blender_synth.pack_tools import check, fix, importing, listing, new, preview

COMMANDS = (new, listing, check, fix, preview, importing)


def main(arguments: list[str]) -> None:
    """Run one `assets` command; exits with its status if that is not 0.

    Raises:
        BlenderSynthError: the command failed.
    """
    parser = Parser(prog="blender-synth assets", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    for command in COMMANDS:
        command.add(commands).set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    if status := options.run(options):
        sys.exit(status)
