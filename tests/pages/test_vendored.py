"""What comes from elsewhere is pinned, licensed, whole, and small enough for a phone."""

import hashlib
import json
import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from django.conf import LazySettings
from django.core.management import call_command

ROOT = Path(__file__).parent.parent.parent
VENDOR = ROOT / "static" / "vendor"
FIRST_LOAD = 130_000
# Only the page that draws a graph loads these.
OF_THE_GRAPH = {"cytoscape.min.js", "cytoscape-fcose.js", "cose-base.js", "layout-base.js", "graph.js"}


def test_every_vendored_file_is_the_one_that_versions_json_names() -> None:
    listed = {entry["file"]: entry for entry in json.loads((VENDOR / "versions.json").read_text())}
    here = {path.name for path in VENDOR.iterdir()} - {"versions.json", "README.md"}
    assert here == listed.keys()
    for name, entry in listed.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert entry["licence"] in {"MIT", "0BSD"}
        assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "tabler-icons.svg").read_text()))
    sources = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    used = {name for text in sources for name in re.findall(r'(?:{% icon |symbol=)"([\w-]+)"', text)}
    code = (ROOT / "idportal" / "page_tags.py").read_text() + (ROOT / "idportal" / "attention.py").read_text()
    used |= set(re.findall(r'Matter\(\s*"([\w-]+)"', code)) | set(re.findall(r'": "([a-z]+(?:-[a-z0-9]+)*)"', code))
    assert used - drawn == set()


def test_no_page_asks_another_host_for_anything_or_carries_script_or_style_inline() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        if "demo" in path.parts:
            continue
        text = path.read_text()
        assert not re.search(r'(?:src|href)="(?:https?:)?//', text), path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), path


def test_the_first_load_is_light(settings: LazySettings, tmp_path: Path) -> None:
    files = [*VENDOR.glob("*.*s"), VENDOR / "tabler-icons.svg", *(ROOT / "static" / "portal").iterdir()]
    first = [path for path in files if path.name not in OF_THE_GRAPH]
    assert sum(len(brotli.compress(path.read_bytes())) for path in first) < FIRST_LOAD - 10_000


def test_only_the_page_of_the_graph_loads_what_draws_it() -> None:
    loading = {path.name for path in (ROOT / "templates").rglob("*.html") if "vendor/cytoscape" in path.read_text()}
    assert loading == {"profile_graph.html"}


def test_static_files_are_collected_under_names_with_their_hashes(settings: LazySettings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", "--noinput", verbosity=0)
    assert list((tmp_path / "vendor").glob("htmx.min.*.js.br"))
