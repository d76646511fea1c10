"""What `assets preview` shows of an item, and its contact sheet."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from blender_synth.errors import printable
from blender_synth.packs.report import Finding

COLUMNS = 4
_CAPTION_PX, _HEAD_PX, _GAP_PX, _LINE_PX = 40, 34, 4, 15
_PAPER, _INK, _PALE = (46, 44, 42), (236, 236, 236), (170, 172, 176)
_COLOURS = {"error": (110, 120, 255), "warning": (90, 200, 250)}
_NO_PICTURE = (70, 66, 120)
_MOST_LINES = 6
"""Lines of findings below a picture; of an item without one, as many as fit."""
_CHARACTER_PX = 6.6
_FOLDERS = re.compile(r"(?<=')[^'\n]*[/\\](?=[^'/\\\n]+')")
"""Of a quoted path, which would fill the lines that a finding gets."""


@dataclass(frozen=True)
class Card:
    """What is shown of an item.

    Attributes:
        name, kind, category, licence, author: as far as they are known, else "". file: relative to the pack.
        size_m: (depth along the front, width, height); None if it is no shape or was not measured.
        findings: of `assets check`, errors first. picture: (H, W, 3) uint8, BGR; None if it cannot be shown.
        turntable: animation of it.
    """

    name: str
    kind: str = ""
    category: str = ""
    file: str = ""
    licence: str = ""
    author: str = ""
    size_m: tuple[float, ...] | None = None
    triangles: int = 0
    findings: tuple[Finding, ...] = ()
    picture: np.ndarray | None = None
    turntable: Path | None = None

    @property
    def facts(self) -> str:
        """Category, size, triangles."""
        kind = self.category if self.kind == "prop" else self.kind
        if self.size_m is None:
            return kind
        return f"{kind}   {' x '.join(f'{side:.2f}' for side in self.size_m)} m   {self.triangles:,} tris"


@dataclass(frozen=True)
class Title:
    """What the manifest says of the pack."""

    name: str
    version: str = ""
    licence: str = ""
    author: str = ""
    description: str = ""

    @property
    def text(self) -> str:
        """One line."""
        by = f", by {self.author}" if self.author else ""
        return f"{self.name} {self.version}   {self.licence}{by}"


def sheet(cards: Sequence[Card], title: Title, general: Sequence[Finding], height_px: int) -> np.ndarray:
    """Tiles with captions and findings, (H, W, 3) uint8 BGR.

    Args:
        general: findings that concern no item. height_px: of a picture.
    """
    width = round(height_px * 1.2)
    columns = max(1, min(COLUMNS, len(cards)))
    whole = columns * (width + _GAP_PX) + _GAP_PX
    head = _lines(general, whole)
    top = np.full((_HEAD_PX + _LINE_PX * len(head), whole, 3), _PAPER, np.uint8)
    _write(top, title.text, (8, 22), 0.5, _INK)
    _write_lines(top, head, 8, _HEAD_PX + 8)
    rows = [top]
    for start in range(0, len(cards), columns):
        here = cards[start : start + columns]
        texts = [_lines(card.findings, width) if card.picture is not None else [] for card in here]
        strip = _CAPTION_PX + _LINE_PX * max(map(len, texts))
        row = np.full((height_px + strip + _GAP_PX, whole, 3), _PAPER, np.uint8)
        for number, (card, text) in enumerate(zip(here, texts, strict=True)):
            left = _GAP_PX + number * (width + _GAP_PX)
            tile = row[:, left : left + width]
            tile[:height_px] = card.picture if card.picture is not None else _blank(card, width, height_px)
            caption = tile[height_px:]
            _write(caption, card.name, (6, 16), 0.45, _INK)
            _write(caption, card.facts, (6, 33), 0.38, _PALE)
            _write_lines(caption, text, 6, _CAPTION_PX + 10)
        rows.append(row)
    return np.concatenate(rows)


def _blank(card: Card, width: int, height: int) -> np.ndarray:
    """A tile for an item that cannot be shown, with what is wrong."""
    tile = np.full((height, width, 3), _NO_PICTURE, np.uint8)
    _write_lines(tile, _lines(card.findings, width, height // _LINE_PX - 1, hints=True), 6, 16, _INK)
    return tile


Line = tuple[str, str]
"""Text and severity."""


def _lines(findings: Sequence[Finding], width: int, most: int = _MOST_LINES, hints: bool = False) -> list[Line]:
    lines: list[Line] = []
    columns = max(10, int((width - 12) / _CHARACTER_PX))
    for number, finding in enumerate(findings):
        where = f"{finding.object}: " if finding.object else ""
        text = printable(f"{finding.severity}: {where}{_FOLDERS.sub('.../', finding.text)}")
        wrapped = textwrap.wrap(text, columns, max_lines=None if hints else 2, placeholder=" ...")
        if hints and finding.hint:
            wrapped += textwrap.wrap(f"fix: {printable(finding.hint)}", columns)
        left = len(findings) - number - 1
        if lines and len(lines) + len(wrapped) > most - (left > 0):
            lines.append((f"... and {left + 1} more", finding.severity))
            break
        lines += [(line, finding.severity) for line in wrapped]
    return lines[:most]


def _write_lines(
    picture: np.ndarray, lines: Sequence[Line], left: int, top: int, colour: tuple[int, int, int] | None = None
) -> None:
    for number, (text, severity) in enumerate(lines):
        _write(picture, text, (left, top + _LINE_PX * number), 0.38, colour or _COLOURS[severity])


def _write(
    picture: np.ndarray, text: str, position: tuple[int, int], size: float, colour: tuple[int, int, int]
) -> None:
    plain = text.encode("ascii", "replace").decode()  # the font has no other characters
    room = picture.shape[1] - position[0]
    size = max(0.3, min(size, size * room / max(cv2.getTextSize(plain, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0], 1)))
    cv2.putText(picture, plain, position, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
