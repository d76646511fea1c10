"""Credits for the assets that a dataset shows: author, licence and source of each, as a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from blender_synth.errors import printable
from blender_synth.frames.meta import Licence
from blender_synth.frames.raw_frame import RawFrame

FILE = "ATTRIBUTION.md"
PEOPLE = "people"
"""Credit of generated people."""
_ID_LAYERS = ("surface_id", "reflected_id", "transmitted_id")
_CREATIVE_COMMONS = re.compile(r"CC-(BY(?:-NC)?(?:-ND|-SA)?)-(\d\.\d)(?:-([A-Z]{2}))?")
_COUNTED_UP_TO = 10**6
_SPDX_ID = re.compile(r"[A-Za-z0-9.+-]+")
_HEAD = """\
# Attribution

The images of this dataset show the assets below, by the authors and under the licences named. Models may have been
converted, scaled and simplified, and are seen here as rendered. Where a licence asks for it (CC-BY does), name the
author, the licence and the source when you pass images on; keeping this file with them does.

"""


def licence_url(licence: str) -> str:
    """Address of a licence's text: at Creative Commons or SPDX; "" for other terms.

    Args:
        licence: SPDX id or expression; of an expression, the first licence counts.
    """
    first = re.split(r"[\s()]+", licence.strip("( "))[0]
    if first == "CC0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    if found := _CREATIVE_COMMONS.fullmatch(first):
        terms, version, country = (part.lower() if part else "" for part in found.groups())
        return f"https://creativecommons.org/licenses/{terms}/{version}/" + (f"{country}/" if country else "")
    if not _SPDX_ID.fullmatch(first) or first.startswith(("LicenseRef-", "DocumentRef-")):
        return ""
    return f"https://spdx.org/licenses/{first.rstrip('+')}.html"


def strictness(licence: str) -> int:
    """How much a licence asks of who passes images on: 0 nothing (CC0), 1 credit, 2 the same licence or other terms,
    3 no changes, 4 no commercial use."""
    parts = set(re.split(r"[-\s()]+", licence.upper()))
    for rank, words in (
        (4, {"NC"}),
        (3, {"ND"}),
        (2, {"SA", "GPL", "LGPL", "AGPL", "LICENSEREF"}),
        (0, {"CC0", "PDDL"}),
    ):
        if words & parts:
            return rank
    return 1


def distinct(ids: np.ndarray) -> list[int]:
    """The values of a layer of ids. Counting is faster than sorting, where the ids are small."""
    if ids.max(initial=0) > _COUNTED_UP_TO:
        return [int(number) for number in np.unique(ids)]
    return [int(number) for number in np.flatnonzero(np.bincount(ids.ravel()))]


def shown_in(frame: RawFrame) -> list[Licence]:
    """Credits of the assets that some pixel of a frame shows, directly, mirrored or behind glass, in the frame's order.

    Assets without an instance id (a material, a sky) count as shown in every frame that lists them.
    """
    ids_of: dict[str, set[int]] = {}
    for person in frame.meta.people:
        ids_of.setdefault(person.asset or PEOPLE, set()).add(person.instance_id)
    for prop in frame.meta.props:
        ids_of.setdefault(prop.asset or PEOPLE, set()).add(prop.instance_id)
    seen = {number for layer in _ID_LAYERS for number in distinct(frame.labels[layer])}
    return [licence for licence in frame.meta.licences if not (ids := ids_of.get(licence.name)) or ids & seen]


class Credits:
    """Collects the credits of a dataset's images, each once, and counts their images."""

    def __init__(self) -> None:
        self._ids: dict[Licence, int] = {}
        self._images: Counter[int] = Counter()

    def add(self, licences: Iterable[Licence]) -> list[int]:
        """Count one image that shows these assets; returns the ids of its credits."""
        ids = []
        for licence in licences:
            number = self._ids.setdefault(licence, len(self._ids) + 1)
            self._images[number] += 1
            ids.append(number)
        return ids

    def rows(self) -> list[dict[str, Any]]:
        """One row for each asset, as COCO's `licenses`: `id`, `name` and `url` of its licence; `item`, `author`,
        `source`."""
        return [
            {
                "id": number,
                "name": licence.licence,
                "url": licence_url(licence.licence),
                "item": licence.name,
                "author": licence.author,
                "source": licence.source,
            }
            for licence, number in self._ids.items()
        ]

    def write(self, folder: Path) -> None:
        """Write the table into a dataset's folder."""
        lines = ["| item | author | licence | source | images |", "| --- | --- | --- | --- | ---: |"]
        for row in sorted(self.rows(), key=lambda row: (row["item"], row["id"])):
            licence = f"[{_cell(row['name'])}]({row['url']})" if row["url"] else _cell(row["name"])
            cells = (_cell(row["item"]), _cell(row["author"]), licence, _cell(row["source"]), self._images[row["id"]])
            lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
        if not self._ids:
            lines = ["No image shows an asset."]
        (folder / FILE).write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def _cell(text: str) -> str:
    """Untrusted text as plain text for a table's cell; addresses become links by themselves."""
    text = printable(" ".join(text.split())).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\|`*\[\]])", r"\\\1", text)
