"""What the page of a pair calls the same, and how sure the measured precision is."""

import pytest

from ingest.masking import Mask
from profiles.review.pair import Field, Side, compare, flattened, likeness, marked_apart
from profiles.review.quality import Precision, wilson
from profiles.review.waterfall import MARGIN, WIDTH, waterfall

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("right", "answered", "low", "high"),
    [(0, 0, 0.0, 1.0), (1, 1, 0.2065, 1.0), (0, 1, 0.0, 0.7935), (95, 100, 0.8882, 0.9785), (50, 50, 0.9287, 1.0)],
)
def test_wilsons_interval_holds_for_few_answers_and_for_all_right(
    right: int, answered: int, low: float, high: float
) -> None:
    assert wilson(right, answered) == pytest.approx((low, high), abs=1e-4)


def test_nearly_all_is_never_called_all() -> None:
    assert Precision("event", 10_000, 9_999).share_percent == "99.9 %"
    assert Precision("event", 10, 10).share_percent == "100 %"


@pytest.mark.parametrize(
    ("x", "y", "agreement"),
    [
        ("Ada", "ada", "same"),
        ("Jürgen", "Jurgen", "same"),
        ("O'Neill", "ONeill", "same"),
        ("Lovelace", "Lovelase", "nearly"),
        ("+442079460958", "+442079460985", "nearly"),
        ("Ada", "Ben", "different"),
        ("李小龍", "李小龍", "same"),
    ],
)
def test_two_values_agree_as_a_person_would_say(x: str, y: str, agreement: str) -> None:
    (field,) = _compared({"name": x}, {"name": y})
    assert field.agreement == agreement
    assert likeness(x, y) == likeness(y, x)


def test_only_the_signs_that_differ_are_marked() -> None:
    a, b = marked_apart("Lovelace", "Lovelase")
    assert [piece.text for piece in a if piece.differs] == ["c"]
    assert "".join(piece.text for piece in b) == "Lovelase"


def test_an_address_is_compared_part_by_part() -> None:
    flat = flattened([("address", {"city": "London", "geo": {"lat": 51.5}}), ("tags", ["a", "b"]), ("note", "")])
    assert flat == {"address city": "London", "address geo lat": "51.5", "tags": "a, b"}


def test_what_differs_comes_first_and_what_only_one_says_last() -> None:
    fields = _compared({"a": "x", "b": "same", "c": "one"}, {"b": "Same", "c": "two", "d": "y"})
    assert [field.agreement for field in fields] == ["different", "same", "a", "b"]


def test_a_waterfall_stays_on_its_scale_and_ends_where_its_weights_sum_up() -> None:
    parts = [{"field": "prior", "weight": -8.0}, {"field": "name", "weight": 12.0, "a": "Ada", "b": "Ada"}]
    drawn = waterfall(parts, mask=Mask(on=False))
    assert drawn.total == 4.0
    assert all(bar.x >= MARGIN and bar.x + bar.width <= WIDTH - MARGIN + 0.2 for bar in drawn.bars)
    assert drawn.bars[-1].end == pytest.approx(drawn.total_x + drawn.total_width, abs=0.2)
    masked = waterfall(parts, mask=Mask(on=True))
    assert masked.bars[1].a == "***"
    assert waterfall([{"field": "prior", "weight": 0}], mask=Mask(on=False)).total == 0


def _compared(a: dict[str, str], b: dict[str, str]) -> list[Field]:
    return compare(Side(1, [], a), Side(2, [], b), mask=Mask(on=False))
