"""Takes the functions' code and what requirements.lock says they need, gives a zip for each: `make bundles`.

Packages come from this virtual environment, where they were installed by their hashes; each file is compared with what
its package recorded. Only pure Python is taken, so a bundle runs on every architecture. The same code and the same lock
file give the same bytes, so that an unchanged function is not deployed again.
"""

import argparse
import base64
import hashlib
import importlib.metadata
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FUNCTIONS = ("collect", "transform", "rotate")
MAX_UNZIPPED = 250 * 1024 * 1024
# Data of features that the normaliser doesn't use: where a number is, whose it is, its time zone.
NOT_NEEDED = re.compile(r"phonenumbers/(geodata|carrierdata|tzdata)/|/(tests?|__pycache__)/|\.py[ci]$|\.typed$")
_WHEN = (1980, 1, 1, 0, 0, 0)


class CantBundle(Exception):
    """The sentence says what is wrong and what to do."""


class Bundle(NamedTuple):
    path: Path
    zipped: int
    unzipped: int


def needed(function: str) -> dict[str, str]:
    """Name and version of each package, as the function's own list has them."""
    return _pins(ROOT / "lambdas" / function / "requirements.txt")


def make_bundle(function: str, folder: Path) -> Bundle:
    """Raises CantBundle."""
    files = dict(sorted([*_code(function), *_packages(function)]))
    unzipped = sum(map(len, files.values()))
    if unzipped > MAX_UNZIPPED:
        raise CantBundle(f"{function} has {unzipped} bytes, at most {MAX_UNZIPPED}")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{function}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.external_attr = 0o100644 << 16
            made.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return Bundle(path, path.stat().st_size, unzipped)


def _code(function: str) -> Iterator[tuple[str, bytes]]:
    for path in [*(ROOT / "lambdas").glob("*.py"), *(ROOT / "lambdas" / function).glob("*.py")]:
        if path != Path(__file__):
            yield str(path.relative_to(ROOT)), path.read_bytes()


def _packages(function: str) -> Iterator[tuple[str, bytes]]:
    locked = _pins(ROOT / "requirements.lock")
    for name, version in needed(function).items():
        if locked.get(name) != version:
            raise CantBundle(f"{name} is {version} for {function}, but {locked.get(name)} in requirements.lock")
        yield from _files(name, version)


def _files(name: str, version: str) -> Iterator[tuple[str, bytes]]:
    package = importlib.metadata.distribution(name)
    if package.version != version:
        raise CantBundle(f"{name} {package.version} is installed, but {version} is locked: make clean test")
    if "Root-Is-Purelib: true" not in (package.read_text("WHEEL") or ""):
        raise CantBundle(f"{name} is not pure Python")
    for file in package.files or ():
        if ".." in file.parts or NOT_NEEDED.search(str(file)) or file.hash is None:
            continue
        data = Path(str(package.locate_file(file))).read_bytes()
        digest = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, data).digest()).rstrip(b"=").decode()
        if digest != file.hash.value:
            raise CantBundle(f"{file} is not as {name} {version} brought it")
        yield str(file), data


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s\\;]+)", path.read_text(), re.MULTILINE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bundles")
    folder = parser.parse_args().folder
    try:
        for function in FUNCTIONS:
            made = make_bundle(function, folder)
            print(f"{made.path}  {made.zipped / 1e6:.2f} MB, {made.unzipped / 1e6:.2f} MB unzipped")
    except (CantBundle, importlib.metadata.PackageNotFoundError) as error:
        sys.exit(f"idportal: {error}")


if __name__ == "__main__":
    main()
