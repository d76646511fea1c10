"""Terms that every kind of item shares, and the field types of the manifests.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `kind` | prop | | one of the modules in `packs/kinds`, or a kind that another part of the program reads |
| `licence` | required | SPDX | licence id or expression, such as CC0-1.0; LicenseRef-NAME for terms of your own |
| `author` | "" | | recorded with every frame that shows the item; required by CC-BY |
| `source` | "" | | where the item is from; recorded likewise |
| `category` | "" | | label of the item in the dataset, lower case; if left out, the pack's name |
| `tags` | [] | | words by which a config selects items |
| `weight` | 1.0 | | relative frequency among the items that fit; 0 is never chosen |
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def is_spdx(text: str) -> bool:
    """Whether a text is an SPDX licence id or expression."""
    try:
        canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return False
    return True


def _licence(text: str) -> str:
    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        raise ValueError(
            "write an SPDX id such as CC0-1.0, CC-BY-4.0 or MIT; for terms of your own LicenseRef-<name>"
        ) from None


def one_or_several(value: object) -> object:
    """A single string as a tuple of one."""
    return (value,) if isinstance(value, str) else value


def number_as_text(value: object) -> object:
    """YAML reads `version: 1` as a number."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$"), BeforeValidator(number_as_text)]
Axis = Literal["+x", "-x", "+y", "-y", "+z", "-z"]
Size = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Terms(BaseModel):
    """Keys that may be given for the whole pack or for one item; see the table above.

    Attributes:
        shaped: (of the class) items are 3D shapes, which are measured when the pack is loaded.
        suffixes: (of the class) formats of the one file that an unshaped item needs; empty if it needs no file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    shaped: ClassVar[bool] = False
    suffixes: ClassVar[tuple[str, ...]] = ()

    kind: Name = "prop"
    licence: Annotated[str, AfterValidator(_licence)]
    author: str = ""
    source: str = ""
    category: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_ -]*$")] = ""
    tags: Annotated[tuple[str, ...], BeforeValidator(one_or_several)] = ()
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _attributed(self) -> Terms:
        if self.licence.startswith("CC-BY") and not self.author:
            raise ValueError(f"{self.licence} asks for the author's name: add `author`")
        return self

    @classmethod
    def is_item_file(cls, name: str) -> bool:
        """Whether a file of the right format is an item by itself, judged by its name."""
        return True

    def check_data(self, file: Path | None, root: Path) -> Mapping[str, str]:
        """Check the file of an unshaped item.

        Args:
            file: the item's file, resolved; None if it names none. root: folder of the pack, resolved.

        Returns:
            Further files of the item by their role (such as `normal`), relative to the pack.

        Raises:
            AssetError: the file cannot be used.
        """
        return {}


class OtherTerms(Terms):
    """Terms of kinds without a module in `packs/kinds`. The part of the program that reads them checks further keys."""

    model_config = ConfigDict(extra="allow", frozen=True)
