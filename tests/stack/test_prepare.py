"""What the database must be, before anything is started on it."""

import pytest

from idportal.stack import prepare


@pytest.mark.django_db
def test_a_postgresql_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare.check_database()
    monkeypatch.setattr(prepare, "OLDEST_POSTGRES", 99)

    with pytest.raises(prepare.Unprepared, match=r"^the database is PostgreSQL \d+: 99 or newer is needed$"):
        prepare.check_database()
