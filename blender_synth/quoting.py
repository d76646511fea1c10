"""Overrides and commands as text: quoted for Hydra's grammar and for the shell, so that a printed line can be run."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable

from hydra.core.override_parser.types import Quote, QuotedString

_UNQUOTED = re.compile(r"(?:[A-Za-z_]|\.{0,2}/|\.{1,2}$)[A-Za-z0-9_./+-]*")
_CONSTANTS = ("null", "true", "false", "nan", "inf")
"""Words that Hydra's grammar takes for something else than text."""


def text_override(key: str, value: str | os.PathLike[str]) -> str:
    """`key=value` for the command line, where Hydra is to take the value as this very text."""
    return f"{key}={hydra_text(os.fspath(value))}"


def hydra_text(text: str) -> str:
    """A text as a value in Hydra's override grammar, with quotes only where they are needed."""
    if _UNQUOTED.fullmatch(text) and text.lower() not in _CONSTANTS:
        return text
    # `${` would begin an interpolation; OmegaConf wants a backslash before it, and those before that one doubled
    escaped = re.sub(r"(\\*)\$\{", lambda found: found[1] * 2 + r"\${", text)
    return QuotedString(text=escaped, quote=Quote.single).with_quotes()


def shell_command(words: Iterable[str], encoding: str | None = None) -> str:
    """Words as one line for a shell.

    Args:
        encoding: of the stream that the line is written to, by default of standard output. Words with letters that it
            lacks, and with control characters, are written as bash's ``$'...'``.
    """
    encoding = encoding or getattr(sys.stdout, "encoding", None) or "utf-8"
    return " ".join(_shell_word(word, encoding) for word in words)


def _shell_word(word: str, encoding: str) -> str:
    try:
        word.encode(encoding)
        plain = word.isprintable()
    except UnicodeEncodeError:
        plain = False
    if plain:
        return shlex.quote(word)
    escaped = "".join(
        f"\\{chr(byte)}" if byte in b"\\'" else chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}"
        for byte in os.fsencode(word)
    )
    # bash reads as many hexadecimal digits as follow: two at most, so that a digit after them is safe
    return f"$'{escaped}'"
