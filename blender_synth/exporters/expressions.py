"""Filters such as ``weather == 'foggy' and mor_m < 200``: parsed, checked and evaluated without running any code.

Comparisons, `and`, `or`, `not`, `in`, arithmetic (+ - * / %), column names, numbers, quoted text, lists, `True`,
`False` and `None` are allowed. A missing value (None) makes arithmetic missing and `<`, `<=`, `>`, `>=` false.
"""

from __future__ import annotations

import ast
import difflib
import operator
from collections.abc import Callable, Collection, Mapping

from blender_synth.frames.table import Value

MAX_LENGTH = 2000
_Operand = object
_ORDER: dict[type, Callable[[float, float], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_EQUAL: dict[type, bool] = {ast.Eq: True, ast.Is: True, ast.NotEq: False, ast.IsNot: False}
_ARITHMETIC: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}  # fmt: skip
_PLAIN = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.Compare, ast.In,
    ast.NotIn, ast.BinOp, ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple, ast.Set, *_ORDER, *_EQUAL,
    *_ARITHMETIC,
)  # fmt: skip


class Expression:
    """A filter over the columns of a table.

    Args:
        text: the filter. columns: names that it may use.

    Raises:
        ValueError: it is no such filter, or it names an unknown column.
    """

    def __init__(self, text: str, columns: Collection[str]):
        self.text = text
        if len(text) > MAX_LENGTH:
            raise ValueError(f"a filter has at most {MAX_LENGTH} characters, not {len(text)}")
        try:
            self._root = ast.parse(text.strip(), mode="eval").body
        except SyntaxError as error:
            raise ValueError(f"the filter cannot be read ({error.msg}); write e.g. mor_m < 200") from None
        except (ValueError, MemoryError, RecursionError):
            raise ValueError("the filter cannot be read; write e.g. mor_m < 200") from None
        for node in ast.walk(self._root):
            _check(node, columns)
        self.names = frozenset(node.id for node in ast.walk(self._root) if isinstance(node, ast.Name))
        """Columns that it uses."""
        if not self.names:
            raise ValueError("the filter names no column; write e.g. mor_m < 200")

    def __call__(self, row: Mapping[str, Value]) -> bool:
        """Whether a row passes.

        Raises:
            ValueError: values cannot be compared, such as text with a number.
        """
        try:
            return bool(_value(self._root, row))
        except RecursionError:
            raise ValueError("the filter is nested too deeply") from None


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A hint that names the closest of the known names, or all of them."""
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"use one of: {', '.join(sorted(known))}"


def _check(node: ast.AST, columns: Collection[str]) -> None:
    if not isinstance(node, _PLAIN):
        raise ValueError(
            f"{type(node).__name__} is not allowed in a filter; "
            "use column names, values, comparisons, and, or, not, in, + - * / %"
        )
    if isinstance(node, ast.Name) and node.id not in columns:
        raise ValueError(f"there is no column {node.id}; {did_you_mean(node.id, columns)}")
    if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | bool | None):
        raise ValueError(f"{node.value!r} is not allowed in a filter; use numbers and quoted text")


def _value(node: ast.expr, row: Mapping[str, Value]) -> _Operand:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return row.get(node.id)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_value(entry, row) for entry in node.elts]
    if isinstance(node, ast.BoolOp):
        values = (bool(_value(entry, row)) for entry in node.values)
        return all(values) if isinstance(node.op, ast.And) else any(values)
    if isinstance(node, ast.UnaryOp):
        operand = _value(node.operand, row)
        if isinstance(node.op, ast.Not):
            return not operand
        number = _number(operand, "the sign")
        return number if number is None or isinstance(node.op, ast.UAdd) else -number
    if isinstance(node, ast.BinOp):
        return _arithmetic(node, row)
    assert isinstance(node, ast.Compare)
    left = _value(node.left, row)
    for kind, right_node in zip(node.ops, node.comparators, strict=True):
        right = _value(right_node, row)
        if not _compare(kind, left, right):
            return False
        left = right
    return True


def _arithmetic(node: ast.BinOp, row: Mapping[str, Value]) -> float | None:
    left, right = (_number(_value(side, row), "arithmetic") for side in (node.left, node.right))
    if left is None or right is None:
        return None
    try:
        return _ARITHMETIC[type(node.op)](left, right)
    except (ZeroDivisionError, OverflowError):
        return None


def _compare(kind: ast.cmpop, left: _Operand, right: _Operand) -> bool:
    if type(kind) in _EQUAL:
        return (left == right) is _EQUAL[type(kind)]
    if isinstance(kind, ast.In | ast.NotIn):
        if right is None:
            return isinstance(kind, ast.NotIn)
        if isinstance(right, str):
            inside = isinstance(left, str) and left in right
        elif isinstance(right, list):
            inside = left in right
        else:
            raise ValueError(f"`in` needs a list or text on its right, not {right!r}")
        return inside is isinstance(kind, ast.In)
    if isinstance(left, str) and isinstance(right, str):
        order = {ast.Lt: left < right, ast.LtE: left <= right, ast.Gt: left > right, ast.GtE: left >= right}
        return order[type(kind)]
    first, second = _number(left, "the comparison"), _number(right, "the comparison")
    return first is not None and second is not None and _ORDER[type(kind)](first, second)


def _number(value: _Operand, purpose: str) -> float | None:
    if value is None or isinstance(value, int | float):
        return value
    raise ValueError(f"{purpose} needs numbers, not {value!r}")
