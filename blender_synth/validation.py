"""Validation of config values, with messages that name the full key and the fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from blender_synth.bounds import check_numbers
from blender_synth.errors import BlenderSynthError, ConfigError
from blender_synth.suggestions import hint_for, nearest_names

NO_SUCH_KEY = ("unexpected_keyword_argument", "extra_forbidden")
"""Types of pydantic's errors for keys that a class does not have."""
_BRANCH = re.compile(
    r"(function-\w+|lax-or-strict|json-or-python|constrained-\w+|nullable|is-instance|union|list|tuple|dict|set|literal)"
    r"($|\[)|(int|float|str|bool|none|path)$|\[key\]$"
)
"""Parts of pydantic's locations that name an alternative of a type instead of a key."""


def validate(type_: Any, value: Any, key: str, file: Any = None) -> Any:
    """`value` as `type_`.

    Args:
        key: config key of the value. file: the file that holds it, if it is not the config.

    Raises:
        ConfigError: with the full key, the value and what is allowed.
    """
    try:
        made = TypeAdapter(type_).validate_python(value)
        check_numbers(made, key, file)
        return made
    except ValidationError as error:
        first, where, hint = explain(error)
        if first["type"] in NO_SUCH_KEY:
            names = [field.name for field in fields(type_) if field.repr] if is_dataclass(type_) else []
            name = str(first["loc"][-1]) if first["loc"] else ""
            problem, hint = "there is no such key", hint_for(name, names)
        elif first["type"] == "missing":
            problem = "a key is missing"
        else:
            problem = "the value cannot be used"
        shown = first["input"] if first["type"] != "missing" else None
        raise ConfigError(problem, file=file, key=join_key(key, where), value=shown, hint=hint) from None
    except BlenderSynthError:
        raise
    except Exception as error:  # a validator that did not expect such a value
        raise unusable(error, key, value, file) from None


def unusable(error: Exception, key: str, value: Any, file: Any = None) -> ConfigError:
    """The error for a value over which some other code failed."""
    reason = " ".join(str(error).split())[:200]
    hint = f"use another value ({type(error).__name__}{': ' if reason else ''}{reason})"
    return ConfigError("the value cannot be used", file=file, key=key, value=value, hint=hint)


def explain(error: ValidationError) -> tuple[ErrorDetails, str, str]:
    """The first fault of a validation, its key below the value, and what is allowed there, in plain English.

    Where a value may be of several types, the faults of all of them are put together.
    """
    found = sorted(error.errors(include_url=False), key=lambda each: each["type"] not in NO_SUCH_KEY)
    keys = [key_of(details["loc"]) for details in found]
    base = keys[0]
    # of alternatives, the one that got furthest into the value is the one that was meant
    deepest = max((key for key in keys if key == base or key.startswith((f"{base}.", f"{base}["))), key=len)
    meant = [details for details, key in zip(found, keys, strict=True) if key == deepest]
    return meant[0], deepest, ", or ".join(dict.fromkeys(allowed(details) for details in meant))


def key_of(location: Sequence[int | str]) -> str:
    """A pydantic location as a key, such as ``count[1]``."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
        elif not _BRANCH.match(part):
            key += f".{part}" if key else part
    return key


def join_key(key: str, below: str) -> str:
    """A key and one below it as one."""
    return f"{key}{below}" if below.startswith("[") or not below else f"{key}.{below}"


def allowed(details: ErrorDetails) -> str:
    """What is allowed where pydantic found a fault, in plain English."""
    context: Mapping[str, Any] = details.get("ctx", {})
    kind = details["type"]
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", details["msg"]))
    if kind in ("literal_error", "enum"):
        return _choice_hint(details["input"], str(context["expected"]))
    if kind in _ALLOWED:
        return _ALLOWED[kind](context)
    for ending, text in _ALLOWED_BY_ENDING.items():
        if kind.startswith(ending):
            return text
    return "use a value of the kind that the documentation names"


def _choice_hint(value: Any, expected: str) -> str:
    """A hint for a value that is none of some, which pydantic lists as ``'a', 'b' or 'c'``."""
    near = nearest_names(value, re.findall(r"'([^']*)'", expected)) if isinstance(value, str) else []
    guess = f"did you mean {near[0]!r}? " if near else ""
    return f"{guess}use one of: {expected.replace(' or ', ', ')}"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plural(count: Any, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


_ALLOWED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda c: f"must be greater than {_number(c['gt'])}",
    "greater_than_equal": lambda c: f"must be at least {_number(c['ge'])}",
    "less_than": lambda c: f"must be less than {_number(c['lt'])}",
    "less_than_equal": lambda c: f"must be at most {_number(c['le'])}",
    "multiple_of": lambda c: f"must be a multiple of {_number(c['multiple_of'])}",
    "too_short": lambda c: f"needs at least {_plural(c['min_length'], 'entry').replace('entrys', 'entries')}",
    "too_long": lambda c: f"takes at most {_plural(c['max_length'], 'entry').replace('entrys', 'entries')}",
    "string_too_short": lambda c: f"needs at least {_plural(c['min_length'], 'character')}",
    "string_too_long": lambda c: f"takes at most {_plural(c['max_length'], 'character')}",
    "string_pattern_mismatch": lambda c: f"must match the pattern {c['pattern']}",
    "union_tag_invalid": lambda c: f"use one of: {c['expected_tags']}",
    "missing": lambda c: "add it",
    "missing_argument": lambda c: "add it",
    "missing_keyword_only_argument": lambda c: "add it",
    "none_required": lambda c: "may be null",
    "finite_number": lambda c: "a finite number is needed",
    "int_from_float": lambda c: "a whole number is needed",
    "recursion_loop": lambda c: "must not contain itself",
}
_ALLOWED_BY_ENDING = {
    "int": "a whole number is needed",
    "float": "a number is needed",
    "decimal": "a number is needed",
    "bool": "use true or false",
    "string": "a text is needed",
    "path": "a path is needed",
    "bytes": "a text is needed",
    "list": "a list is needed",
    "tuple": "a list is needed",
    "set": "a list is needed",
    "frozen_set": "a list is needed",
    "iterable": "a list is needed",
    "dict": "a mapping is needed",
    "mapping": "a mapping is needed",
    "dataclass": "a mapping is needed",
    "model": "a mapping is needed",
    "arguments": "a mapping is needed",
    "date": "a date such as 2026-06-21 is needed",
    "time": "a time such as 20:45 is needed",
}
