"""Parsers of commands that read their own arguments, with messages that guess."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from blender_synth.suggestions import nearest_names


class Parser(argparse.ArgumentParser):
    """A parser that takes words and flags in any order, and names the nearest choice or flag for one that does not
    exist."""

    _mixing = False

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As in argparse, where words after a flag do not count to those before it."""
        rest = (argparse.PARSER, argparse.REMAINDER)
        if self._mixing or any(action.nargs in rest for action in self._actions):
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            found: Any = self.parse_known_intermixed_args(args, namespace)
            return found[0], found[1]
        finally:
            self._mixing = False

    def error(self, message: str) -> NoReturn:
        """Print usage and the message, and exit with 2."""
        if found := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)$", message):
            near = nearest_names(found[1], re.findall(r"'(.*?)'", found[2]))
        elif found := re.search(r"unrecognized arguments: (--[\w-]+)", message):
            near = nearest_names(found[1], [flag for flag in self._option_string_actions if flag.startswith("--")])
        else:
            near = []
        super().error(f"{message}; did you mean {near[0]}?" if near else message)
