"""Reads the YAML of untrusted files in time and memory linear in its size.

libyaml's events are counted before any value is built: depth, number of values (the target of an alias counts again,
so that neither aliases nor merge keys multiply what is small), and length. Nothing in the file is executed: only the
plain values of YAML are built, and dates stay text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

LARGEST_BYTES = 1_000_000
MOST_VALUES = 100_000
DEEPEST = 40
_LARGEST_INTEGER = 2**63

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Loader):
    """The safe loader without dates, whose invalid ones raise errors of their own."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in _Loader.yaml_implicit_resolvers.items()
}


def _integer(loader: Any, node: yaml.ScalarNode) -> int:
    value: int = loader.construct_yaml_int(node)
    if abs(value) >= _LARGEST_INTEGER:
        raise PlainYamlError(f"line {_line(node)}: the integer is too large")
    return value


def _line(node: Any) -> int:
    return node.start_mark.line + 1


_PlainLoader.add_constructor("tag:yaml.org,2002:int", _integer)


class PlainYamlError(Exception):
    """The text cannot be read; the message says why and where."""


def read_yaml(file: Path) -> Any:
    """The value in a YAML file of at most `LARGEST_BYTES`.

    Raises:
        PlainYamlError: too large, not UTF-8, not YAML, too deep, or too many values. OSError: it cannot be read.
    """
    with file.open("rb") as stream:
        data = stream.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise PlainYamlError(f"it is larger than {LARGEST_BYTES:,} bytes; keep data in files of their own")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PlainYamlError(f"it is not UTF-8: {error}") from None
    try:
        _check_size(text)
        return yaml.load(text, Loader=_PlainLoader)
    except (yaml.YAMLError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        # Values such as an integer of 5000 digits raise other errors than YAMLError.
        raise PlainYamlError(str(error)) from None


def _check_size(text: str) -> None:
    """Count what the text would become.

    Raises:
        PlainYamlError: too much. yaml.YAMLError: it is not YAML.
    """
    count = 0
    sizes: dict[str, int] = {}  # of what anchors name, with aliases in it expanded
    open_parts: list[tuple[str | None, int]] = []  # anchors of the collections around, and the count before them
    event: Any  # its marks are typed as optional
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise PlainYamlError(f"line {line}: *{event.anchor} names nothing before it")
            count += sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            count += 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            open_parts.append((event.anchor, count))
            count += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_parts.pop()
            if anchor:
                sizes[anchor] = count - before
        if count > MOST_VALUES:
            raise PlainYamlError(
                f"it contains more than {MOST_VALUES:,} values, counting those of aliases (*name) each time"
            )
        if len(open_parts) > DEEPEST:
            raise PlainYamlError(f"line {line} is more than {DEEPEST} levels deep")
