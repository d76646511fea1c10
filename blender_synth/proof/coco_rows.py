"""Reads COCO files and COCO results files of any program. Each value that is used is checked first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from blender_synth.errors import RunError
from blender_synth.validation import explain

_MOST_BYTES = 2**31
_LARGEST = 1e9
"""Coordinates, scores and areas are at most as large: their products stay finite."""
_MOST_PIXELS = 2**28
"""Of a picture, whose masks are decoded one at a time."""

_Id = Annotated[int, Field(ge=0, le=2**53)]
_Number = Annotated[float, Field(ge=-_LARGEST, le=_LARGEST)]
_Length = Annotated[float, Field(ge=0, le=_LARGEST)]
_Pixels = Annotated[int, Field(ge=1, le=_MOST_PIXELS)]


class _Row(BaseModel):
    """Other keys stay as they are."""

    model_config = ConfigDict(extra="allow")


class _Image(_Row):
    id: _Id
    file_name: Annotated[str, Field(min_length=1)]
    width: _Pixels
    height: _Pixels

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        if self.width * self.height > _MOST_PIXELS:
            raise ValueError(f"width times height must be at most {_MOST_PIXELS}")
        return self


class _Annotation(_Row):
    """Keys from `object_id` on are those of this program's datasets, see .docs/dataset.md."""

    image_id: _Id
    category_id: _Id
    bbox: tuple[_Number, _Number, _Number, _Number]
    iscrowd: Annotated[int, Field(ge=0, le=1)] | None = None
    area: _Number | None = None
    object_id: _Id | None = None
    via: list[_Id] | None = None
    mirror_kind: str | None = None
    visibility: _Number | None = None
    mix: _Number | None = None


class _Category(_Row):
    id: _Id
    name: str


class _Coco(_Row):
    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]

    @field_validator("images")
    @classmethod
    def _check_ids(cls, images: list[_Image]) -> list[_Image]:
        seen: set[int] = set()
        for image in images:
            if image.id in seen:
                raise ValueError(f"each image needs an id of its own, and two have {image.id}")
            seen.add(image.id)
        return images


class _Detection(_Row):
    image_id: _Id
    category_id: _Id
    bbox: tuple[_Number, _Number, _Length, _Length]
    score: _Number


_coco, _detections = TypeAdapter(_Coco), TypeAdapter(list[_Detection])
Json = dict[str, Any]


def read_coco_rows(file: Path) -> tuple[list[Json], list[Json], list[Json]]:
    """The rows of `images`, `annotations` and `categories` of a COCO file.

    Raises:
        RunError: it is missing or not COCO's; names the key and the value.
    """
    found = _read(
        file, _coco, "this is no COCO file of boxes",
        "it needs images (id, file_name, width, height), annotations (image_id, category_id, bbox) and categories "
        "(id, name); .docs/proof.md has a guide",
    )  # fmt: skip
    return _plain(found.images), _plain(found.annotations), _plain(found.categories)


def read_detections(file: Path) -> list[Json]:
    """The rows of a COCO results file.

    Raises:
        RunError: it is missing or no results file; names the key and the value.
    """
    hint = "it needs a list of {image_id, category_id, bbox: [x, y, width, height], score}"
    return _plain(_read(file, _detections, "this is no COCO results file", hint))


def _plain(rows: Sequence[BaseModel]) -> list[Json]:
    return [row.model_dump(exclude_unset=True) for row in rows]


def _read(file: Path, adapter: TypeAdapter[Any], problem: str, hint: str) -> Any:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise RunError(f"{problem}: it is larger than {_MOST_BYTES // 2**30} GiB", file=file, hint=hint)
        return adapter.validate_json(file.read_bytes())
    except OSError as error:
        raise RunError(f"{problem}: it cannot be read ({error.strerror})", file=file, hint=hint) from None
    except ValidationError as error:
        first, where, allowed = explain(error)
        if not where:  # the file as a whole: no JSON, or of another form
            reason = " ".join(first["msg"].split())
            raise RunError(f"{problem} ({reason})", file=file, hint=hint) from None
        if first["type"] == "missing":
            raise RunError(f"{problem}: a key is missing", file=file, key=where, hint=hint) from None
        raise RunError(
            f"{problem}: the value cannot be used", file=file, key=where, value=first["input"], hint=allowed
        ) from None
