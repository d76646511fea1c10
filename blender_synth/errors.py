"""The one error family. Every error says what is wrong, where, and how to fix it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_ABSENT = object()
_LONGEST_VALUE = 400
"""Characters of a value that a message shows."""
_LINE_END = "\n"


def printable(text: object, keep: str = "") -> str:
    """A text from an untrusted file, safe to print: control characters, line ends and the like are escaped.

    Args:
        text: anything; its `str` is taken. keep: characters that stay although they are not printable.

    Returns:
        The text with every character that is not printable (Unicode categories C and Z, except the blank) as `\\x1b`,
        `\\n`, `\\u202e` ..., so that names cannot move the cursor, forge lines or reverse what is read.
    """
    text = str(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else repr(c)[1:-1] for c in text)


def shortened(value: object) -> str:
    """The `repr` of a value, cut to what a message can show; never fails."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of more than 4300 digits, lists in lists
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 40]} ... ({len(text)} characters)"


class BlenderSynthError(Exception):
    """Base of all errors meant for the user.

    Args:
        problem: what is wrong, as a sentence without a full stop.
        file: the file or folder it concerns, if any.
        key: the full config or manifest key, if any.
        value: the offending value, if any.
        hint: what the user can do about it.
    """

    def __init__(self, problem: str, *, file: Any = None, key: str | None = None, value: Any = _ABSENT, hint: str = ""):
        self.problem, self.file, self.key, self.hint = problem, file, key, hint
        self.value = None if value is _ABSENT else value
        self._has_value = value is not _ABSENT
        lines = [printable(problem)]
        if file is not None:
            lines.append(f"  file:  {printable(file)}")
        if key is not None:
            lines.append(f"  key:   {printable(key)}")
        if value is not _ABSENT:
            lines.append(f"  value: {shortened(value)}")
        if hint:
            lines.append(f"  fix:   {printable(hint, keep=_LINE_END)}")
        super().__init__("\n".join(lines))

    def to_json(self) -> dict[str, Any]:
        """The error as JSON values; `error_from_json` is the inverse."""
        data = {"type": type(self).__name__, "problem": self.problem, "key": self.key, "hint": self.hint}
        if self.file is not None:
            data["file"] = str(self.file)
        if self._has_value:
            data["value"] = _as_json(self.value)
        return data


class ConfigError(BlenderSynthError):
    """A config value that cannot be used."""


class AssetError(BlenderSynthError):
    """An asset or asset pack that is missing, damaged or not allowed."""


class ItemError(AssetError):
    """An item of an asset pack that cannot be used; `pack` and `item` are its names."""

    pack = item = ""

    @classmethod
    def of(cls, error: AssetError, pack: str, item: str) -> ItemError:
        """The same error, which names the item that it concerns."""
        about = {} if error.value is None else {"value": error.value}
        item_error = cls(f"{pack}/{item}: {error.problem}", file=error.file, key=error.key, hint=error.hint, **about)
        item_error.pack, item_error.item = pack, item
        return item_error

    def to_json(self) -> dict[str, Any]:
        """The error as JSON values, with `pack` and `item`."""
        return {**super().to_json(), "pack": self.pack, "item": self.item}


class FrameError(BlenderSynthError):
    """A raw frame on disk that is missing, damaged or of another version."""


class RunError(BlenderSynthError):
    """A run folder that cannot be used, or a run that cannot go on."""


class DeviceError(BlenderSynthError):
    """A render device that was asked for and is not there."""


class SystemLibraryError(BlenderSynthError):
    """Blender's module cannot load because the system lacks a shared library."""


def _as_json(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value, default=str))
    except (TypeError, ValueError, RecursionError):  # keys that JSON lacks, huge integers, lists in lists
        return shortened(value)


def error_from_json(data: dict[str, Any]) -> BlenderSynthError:
    """The error that `BlenderSynthError.to_json` described; of the base class where its own is not known here."""
    classes = {cls.__name__: cls for cls in _with_subclasses(BlenderSynthError)}
    fields = {name: data[name] for name in ("file", "key", "value", "hint") if name in data}
    error = classes.get(data["type"], BlenderSynthError)(data["problem"], **fields)
    if isinstance(error, ItemError):
        error.pack, error.item = data["pack"], data["item"]
    return error


def _with_subclasses(cls: type[BlenderSynthError]) -> Iterator[type[BlenderSynthError]]:
    yield cls
    for subclass in cls.__subclasses__():
        yield from _with_subclasses(subclass)
