"""The site of the documents (extra `docs`; without it some are skipped, and `make docs` fails on the same faults)."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

from blender_synth.dev import docs_site
from blender_synth.dev.key_page import key_page
from blender_synth.key_reference import groups

needs_mkdocs = pytest.mark.skipif(importlib.util.find_spec("mkdocs") is None, reason="needs the extra docs")
FROM_ELSEWHERE = re.compile(r"""(?:src|href)=["'](https?:[^"']+)["']""")


@pytest.fixture(scope="module")
def keys() -> str:
    return key_page()


@pytest.fixture
def gathered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str) -> Path:
    """All pages in one folder."""
    monkeypatch.setattr(docs_site, "key_page", lambda: keys)
    docs_site.gather(tmp_path)
    return tmp_path


def test_all_keys_have_a_row_with_unit_range_and_meaning(keys: str):
    rows = {line.split("|")[1].strip(" `"): line for line in keys.splitlines() if line.startswith("| `")}
    assert "| [100, 1600]" in rows["develop.iso"].replace("`", "").replace(".0", "")
    assert "16 to 16,384" in rows["render.width_px"]
    assert "auto, cpu, cuda" in rows["render.device"]
    for group in ("scene", "mirrors", "weather", "exporter", "render"):
        assert {f"{group}={name}" for name in groups()[group]} <= set(rows)
    unexplained = [name for name, line in rows.items() if "=" not in name and not line.split("|")[5].strip()]
    assert not unexplained


def test_pages_that_come_later_find_a_place(gathered: Path):
    (gathered / "something-new.md").write_text("# New\n")
    (gathered / "proof.md").unlink()
    navigation = docs_site.configuration(gathered, gathered / "site")["nav"]
    assert {"More": ["something-new.md"]} in navigation
    assert "proof.md" not in str(navigation)


def test_links_lead_to_pages_of_the_site(gathered: Path):
    index = (gathered / "index.md").read_text()
    assert "](train-tonight.md)" in index
    assert "](make-a-pack.md)" in index
    assert (gathered / "demo.jpg").is_file()
    assert (gathered / "LICENSE.txt").is_file()


@needs_mkdocs
def test_the_site_is_built_and_loads_nothing_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str):
    monkeypatch.setattr(docs_site, "key_page", lambda: keys)
    docs_site.build(tmp_path / "site")
    for page in (tmp_path / "site").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", text)
        assert not FROM_ELSEWHERE.findall(" ".join(tag for tag in loaded if 'rel="canonical"' not in tag)), page
    assert "develop.iso" in (tmp_path / "site/search/search_index.js").read_text(encoding="utf-8")


@needs_mkdocs
@pytest.mark.parametrize("link", ["nowhere.md", "index.md#nowhere"])
def test_a_broken_link_or_anchor_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str):
    def gather(folder: Path) -> None:
        (folder / "index.md").write_text(f"# One\n\n[two]({link})\n")

    monkeypatch.setattr(docs_site, "gather", gather)
    with pytest.raises(subprocess.CalledProcessError):
        docs_site.build(tmp_path / "site")
