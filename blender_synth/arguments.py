"""Parsers of commands that read their own arguments, with messages that guess."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

from blender_synth.suggestions import nearest_names


class Parser(argparse.ArgumentParser):
    """A parser that names the nearest choice or flag for one that does not exist."""

    def error(self, message: str) -> NoReturn:
        """Print usage and the message, and exit with 2."""
        if found := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)$", message):
            near = nearest_names(found[1], re.findall(r"'(.*?)'", found[2]))
        elif found := re.search(r"unrecognized arguments: (--[\w-]+)", message):
            near = nearest_names(found[1], [flag for flag in self._option_string_actions if flag.startswith("--")])
        else:
            near = []
        super().error(f"{message}; did you mean {near[0]}?" if near else message)
