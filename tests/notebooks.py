"""Runs notebooks without Jupyter. `python -m tests.notebooks FILE.ipynb` stores what the cells show in the file."""

from __future__ import annotations

import ast
import base64
import io
import json
import sys
import tempfile
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any


def run_cells(notebook: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run the code cells in one namespace, which is returned, in a folder; their outputs go into the notebook."""
    names: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        count += 1
        printed = io.StringIO()
        with chdir(folder), redirect_stdout(printed):
            value = _run("".join(cell["source"]), names, f"cell {count}")
        cell["execution_count"] = count
        cell["outputs"] = [*_stream(printed.getvalue()), *_result(value, count)]
    return names


def _run(source: str, names: dict[str, Any], title: str) -> Any:
    """The value of the last line, as in Jupyter."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, title, "exec"), names)
    return eval(compile(ast.Expression(last.value), title, "eval"), names) if last else None


def _stream(text: str) -> list[dict[str, Any]]:
    return [{"name": "stdout", "output_type": "stream", "text": text.splitlines(keepends=True)}] if text else []


def _result(value: Any, count: int) -> list[dict[str, Any]]:
    if value is None:
        return []
    if hasattr(value, "_repr_png_"):
        data = {"image/png": base64.b64encode(value._repr_png_()).decode(), "text/plain": [f"<{type(value).__name__}>"]}
    else:
        data = {"text/plain": [repr(value)]}
    return [{"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"}]


if __name__ == "__main__":
    for name in sys.argv[1:]:
        notebook = json.loads(Path(name).read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as scratch:
            run_cells(notebook, Path(scratch))
        Path(name).write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
