"""Materials: a set of textures, or a material of a `.blend`.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `material` | "" | | name of the material in a `.blend`, whose active UV map is in metres; "" if it has only one |
| `maps` | {} | | files by role: albedo, normal, roughness, metallic, height, ao; others are found by name |
| `tile_m` | [1.0, 1.0] | m | (width, height) that the textures cover; one number for both |
| `bump_m` | 0.01 | m | height of white above black in the height map |

The item's `file` is the albedo. Maps that `maps` does not name are searched for next to it by their names
(`bricks_albedo.png`, `bricks_normal.png` ...). Normal maps are OpenGL's unless the name contains `dx` or `directx`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from blender_synth.errors import AssetError
from blender_synth.packs.data_files import IMAGE_SUFFIXES, check_image, map_of, maps_beside
from blender_synth.packs.kinds.base import Size, Terms
from blender_synth.packs.reading import check_once, contents_of
from blender_synth.packs.safety import inside

MapName = Literal["albedo", "normal", "roughness", "metallic", "height", "ao"]


def _pair(value: object) -> object:
    return (value, value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class MaterialTerms(Terms):
    """Keys of a material; see the table above."""

    suffixes: ClassVar[tuple[str, ...]] = (".blend", *IMAGE_SUFFIXES)

    material: str = ""
    maps: dict[MapName, str] = Field(default_factory=dict)
    tile_m: Annotated[tuple[Size, Size], BeforeValidator(_pair)] = (1.0, 1.0)
    bump_m: float = Field(default=0.01, ge=0, le=1)

    @classmethod
    def is_item_file(cls, name: str) -> bool:
        """An albedo stands for its set of textures."""
        return name.lower().endswith(".blend") or map_of(name)[0] == "albedo"

    def check_data(self, file: Path | None, root: Path) -> Mapping[str, str]:
        """The maps of a set of textures, each checked to be an image; none for a `.blend`.

        Raises:
            AssetError: a map is missing, outside the pack or not an image; or the `.blend` has no such material.
        """
        if file is None:
            return {}
        if file.suffix.lower() == ".blend":
            self._check_blend(file, root)
            return {}
        maps = maps_beside(file)
        for role, relative in self.maps.items():
            path = inside(root, root, relative)
            if path is None or not path.is_file():
                problem = "a path leads out of its pack" if path is None else "the file is missing"
                hint = "write the path relative to the pack's folder, with forward slashes, and put the file there"
                raise AssetError(problem, file=path or file, key=f"maps.{role}", value=relative, hint=hint)
            if role == "normal":
                maps.pop("normal_dx", None)
            maps[role] = path
        for name, path in maps.items():
            if not path.resolve().is_relative_to(root):
                hint = "copy the file into the pack's folder"
                raise AssetError("a path leads out of its pack", file=path, key=f"maps.{name}", hint=hint)
            check_once(path, "map", check_image)
        return {name: path.resolve().relative_to(root).as_posix() for name, path in sorted(maps.items())}

    def _check_blend(self, file: Path, root: Path) -> None:
        names = contents_of(file, root).names["material"]
        if self.material not in names and (self.material or len(names) != 1):
            hint = f"name one of: {', '.join(sorted(names))}" if names else "give an object in it a material"
            problem = "the file has no such material" if self.material else "the file has several materials, or none"
            raise AssetError(problem, file=file, key="material", value=self.material or sorted(names), hint=hint)


TERMS = MaterialTerms
