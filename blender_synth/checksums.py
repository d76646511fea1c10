"""SHA256SUMS files, as `sha256sum` writes and checks them: which bytes a folder is made of."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from blender_synth.cache import write_atomically

FILE = "SHA256SUMS"
Change = Literal["missing", "changed", "not listed", "unreadable"]
_LINE = re.compile(r"(\\?)([0-9a-f]{64})  ([^\n\r]+)\n")


def digest(file: Path) -> str:
    """SHA-256 of a file, as hex digits.

    Raises:
        OSError: it cannot be read.
    """
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_sums(folder: Path, paths: Iterable[str]) -> None:
    """Write `SHA256SUMS` for these files of a folder, in the order of their paths; `/` between the parts."""
    text = "".join(_line(path, digest(folder / path)) for path in sorted(set(paths)))
    write_atomically(folder / FILE, text.encode("utf-8", "surrogateescape"))


def read_sums(folder: Path) -> dict[str, str]:
    """SHA-256 by path of a folder's `SHA256SUMS`.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is not exactly as `write_sums` writes it.
    """
    text = (folder / FILE).read_bytes().decode("utf-8", "surrogateescape")
    sums: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _LINE.match(text, position)
        if match is None:
            raise ValueError(f"line {text.count(chr(10), 0, position) + 1} is damaged")
        sums[_unescaped(match[3]) if match[1] else match[3]] = match[2]
        position = match.end()
    if "".join(_line(path, sums[path]) for path in sorted(sums)) != text:
        raise ValueError("its lines are not in the order in which they were written")
    return sums


def changes(folder: Path, sums: dict[str, str]) -> Iterator[tuple[str, Change]]:
    """Listed files that are not as they were, as (path, change)."""
    for path, expected in sums.items():
        try:
            if digest(folder / path) != expected:
                yield path, "changed"
        except (FileNotFoundError, NotADirectoryError):
            yield path, "missing"
        except (OSError, ValueError):
            yield path, "unreadable"


def files_below(folder: Path) -> Iterator[str]:
    """Paths of all files and links below a folder, `/` between the parts, sorted within each folder."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted([*names, *(link for link in folders if os.path.islink(os.path.join(parent, link)))]):
            yield os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")


def _line(path: str, sha256: str) -> str:
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == path else chr(92)}{sha256}  {escaped}\n"


def _unescaped(path: str) -> str:
    return re.sub(r"\\(.)", lambda code: {"n": "\n", "r": "\r"}.get(code[1], code[1]), path)


_SEAL = re.compile(r',\n "sha256": "([0-9a-f]{64})"\n\}\n\Z')
_END = "\n}\n"


def sealed(text: str) -> str:
    """An indented JSON object with a last key `sha256`: the digest of the text without that key.

    Raises:
        ValueError: the text does not end as `json.dumps(..., indent=1)` and a line feed do.
    """
    if not text.endswith(_END):
        raise ValueError("the text is not an indented JSON object with a line feed at its end")
    value = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return f'{text.removesuffix(_END)},\n "sha256": "{value}"{_END}'


def is_sealed(text: str) -> bool:
    """Whether a text is, to the byte, as `sealed` returned it."""
    match = _SEAL.search(text)
    return match is not None and sealed(text[: match.start()] + _END) == text
