"""What tests need that commit."""

from collections.abc import Iterator

import pytest
from django.db import connection

from ingest.models import Source


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """A database as after the first migration, for tests whose landings commit.

    Django empties the tables that it manages after each of these, and knows nothing of raw_events.
    """
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE raw_events")
    Source.objects.get_or_create(is_default=True, defaults={"name": "default", "write_key": "wk_default"})
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE raw_events")
