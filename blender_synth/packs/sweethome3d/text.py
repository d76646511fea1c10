"""Texts of a library: its catalogue and its licence."""

from __future__ import annotations

import re

_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def spdx_id(text: str) -> str:
    """The SPDX id of the licence that a text names; "" for none or an unknown one.

    Creative Commons terms other than Attribution (non-commercial, share alike, no derivatives) count as unknown.
    """
    flat = " ".join(re.sub(r"<[^>]*>", " ", text).split()).lower()
    if re.search(r"non-?commercial|share-?alike|no-?deriv|by-nc|by-sa|by-nd", flat):
        return ""
    if found := re.search(r"creative commons (?:(\d\.\d) )?attribution(?: (\d\.\d))?", flat):
        version = found[1] or found[2] or "3.0"
        states = re.search(r"attribution \d\.\d united states|licenses/by/\d\.\d/us|attribution united states", flat)
        return f"CC-BY-{version}-US" if states else f"CC-BY-{version}"
    if re.search(r"creative commons zero|\bcc-?0\b|\bcc-zero\b|public domain", flat):
        return "CC0-1.0"
    return ""


def parse_properties(data: bytes) -> dict[str, str]:
    """Parse a Java properties file (ISO 8859-1 with \\uXXXX; `java.util.Properties.load`)."""
    result: dict[str, str] = {}
    lines = iter(data.decode("latin-1").splitlines())
    for line in lines:
        line = line.lstrip(" \t\f")
        if not line or line[0] in "#!":
            continue
        while re.search(r"(?<!\\)(\\\\)*\\$", line):  # an odd number of backslashes continues the line
            line = line[:-1] + next(lines, "").lstrip(" \t\f")
        match = re.match(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)", line)
        if match:
            result[_unescaped(match[1])] = _unescaped(match[2])
    return result


def _unescaped(text: str) -> str:
    def meaning(match: re.Match[str]) -> str:
        body = match[1]
        return chr(int(body[1:], 16)) if len(body) == 5 else _ESCAPES.get(body, body)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", meaning, text)
