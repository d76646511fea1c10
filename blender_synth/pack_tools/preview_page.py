"""The web page of `assets preview`: one file and a folder of pictures, which work from `file://`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import cv2
import jinja2

from blender_synth.cache import write_atomically
from blender_synth.errors import RunError
from blender_synth.pack_tools.preview_sheet import Card, Title
from blender_synth.packs.report import Finding

_TEMPLATE = "preview.html.j2"


def write(file: Path, cards: Sequence[Card], title: Title, general: Sequence[Finding]) -> Path:
    """Write the page and the pictures next to it; returns its file.

    Args:
        file: of the page. general: findings that concern no item.

    Raises:
        RunError: a file cannot be written.
    """
    folder = file.with_name(f"{file.stem}_files")
    rows = []
    try:
        folder.mkdir(exist_ok=True)
        for number, card in enumerate(cards):
            picture = f"{folder.name}/{number:04d}.jpg" if card.picture is not None else ""
            if card.picture is not None:
                cv2.imwrite(str(file.with_name(folder.name) / f"{number:04d}.jpg"), card.picture)
            rows.append({"card": card, "picture": picture, "turntable": card.turntable and card.turntable.name})
        template = jinja2.Environment(
            autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        ).from_string((resources.files("blender_synth.pack_tools") / _TEMPLATE).read_text(encoding="utf-8"))
        findings = [*general, *(finding for card in cards for finding in card.findings)]
        counts = {severity: sum(f.severity == severity for f in findings) for severity in ("error", "warning")}
        write_atomically(file, template.render(title=title, general=general, rows=rows, counts=counts))
    except OSError as error:
        raise RunError("the page cannot be written", file=file, hint=error.strerror or str(error)) from None
    return file
