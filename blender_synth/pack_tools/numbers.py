"""Numbers on the command line."""

from __future__ import annotations

import argparse


def count(text: str) -> int:
    """Parse an integer above zero.

    Raises:
        ArgumentTypeError: it is not above zero. ValueError: not an integer.
    """
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number
