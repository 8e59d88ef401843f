import os
from pathlib import Path

import pytest

from profiles.matching import spills


def test_what_a_killed_run_left_on_disk_goes_with_the_next_and_what_others_use_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spills, "PLACE", tmp_path)
    nobody, somebody = tmp_path / "4194305", tmp_path / str(os.getppid())
    for directory in (nobody, somebody):
        directory.mkdir()
        (directory / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"x")
    (tmp_path / "duckdb_temp_block-1.block").write_bytes(b"x")
    assert spills.own_directory() == str(tmp_path / str(os.getpid()))
    assert list(tmp_path.iterdir()) == [somebody]
