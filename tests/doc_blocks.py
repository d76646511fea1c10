"""Code blocks of the documents, and the commands in them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "blender_synth/pack_tools/template/GUIDE.md"
_BLOCK = re.compile(
    r"^(?: *<!-- not run: (?P<reason>[^\n]+?) -->\n+)?(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)
_INDENTED = re.compile(r"^    (?:\.venv/bin/)?(?:blender-synth|make|pip) .*$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block. `reason`: why no test runs it, of a comment `<!-- not run: reason -->` before it; else None."""

    document: Path
    line: int
    language: str
    text: str
    reason: str | None

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"

    def commands(self) -> list[list[str]]:
        """The words of each command of a shell block; comments are left out, continued lines are joined.

        Raises:
            ValueError: a quotation is not closed.
        """
        lines = re.sub(r"\\\n\s*", " ", self.text).splitlines()
        words = (shlex.split(line, comments=True) for line in lines)
        return [each for each in words if each]


def documents() -> list[Path]:
    """All documents for readers, the README first."""
    pages = {*(ROOT / ".docs").glob("*.md"), *(ROOT / ".github").glob("*.md"), ROOT / "scenes/README.md", GUIDE}
    return [ROOT / "README.md", *sorted(pages)]


def blocks(document: Path) -> list[Block]:
    """The fenced blocks of a document."""
    text = document.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("indent")) + 1
        found.append(Block(document, line, match["language"], match["text"], match["reason"]))
    return found


def indented_commands(document: Path) -> list[str]:
    """Commands in indented blocks, which `blocks` does not find."""
    return _INDENTED.findall(_BLOCK.sub("", document.read_text(encoding="utf-8")))
