"""One piece of a library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Piece:
    """One piece of furniture.

    Attributes:
        library: the `.sh3f`. id: in the catalogue.
        name: unique among the libraries that are read together, usable as a file name. title: in the catalogue.
        model: path of its model in the zip.
        shelf: category in the catalogue. category, stands, tags: of the prop.
        weight: of the prop; 0 if it does not stand on the ground by itself.
        size_m: (width, depth, height).
        rotation: row-major 3 x 3, in the model's axes, applied before scaling; empty for none.
        licence: SPDX id. author, source: for attribution.
    """

    library: Path
    id: str
    name: str
    title: str
    model: str
    shelf: str
    category: str
    stands: tuple[str, ...]
    tags: tuple[str, ...]
    weight: float
    size_m: tuple[float, float, float]
    rotation: tuple[float, ...]
    licence: str
    author: str
    source: str

    @property
    def is_person(self) -> bool:
        """Whether this is a standing person."""
        return self.category == "person"

    def terms(self) -> dict[str, object]:
        """Its entry in a `pack.yaml`; the `.glb` has the real size."""
        common: dict[str, object] = {"file": f"{self.name}.glb", "name": self.name}
        if self.is_person:
            common |= {"kind": "person", "height_m": round(self.size_m[2], 3)}
        else:
            common |= {"category": self.category, "stands": list(self.stands)}
        common |= {"tags": list(self.tags), "weight": self.weight}
        return common | {"licence": self.licence, "author": self.author, "source": self.source}
