"""Validation of config values, with messages that name the full key and the fix."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from blender_synth.errors import ConfigError


def validate(type_: Any, value: Any, key: str, file: Any = None) -> Any:
    """`value` as `type_`.

    Args:
        key: config key of the value. file: the file that holds it, if it is not the config.

    Raises:
        ConfigError: with the full key, the value and what is allowed.
    """
    try:
        return TypeAdapter(type_).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([key, *(str(part) for part in first["loc"] if not str(part).startswith("function-"))])
        if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            names = ", ".join(sorted(field.name for field in fields(type_))) if is_dataclass(type_) else ""
            problem, hint = "there is no such key", f"use one of: {names}" if names else "remove it"
        else:
            problem, hint = "the value cannot be used", first["msg"].removeprefix("Value error, ")
        shown = first["input"] if first["type"] != "missing" else None
        raise ConfigError(problem, file=file, key=where, value=shown, hint=hint) from None
