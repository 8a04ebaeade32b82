"""Under which licence a text stands."""

from datetime import UTC, datetime

import pytest

from ask.questions.licences import licence


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [
        (None, datetime(2011, 4, 7, tzinfo=UTC), "CC BY-SA 2.5"),
        (None, datetime(2011, 4, 8, tzinfo=UTC), "CC BY-SA 3.0"),
        (None, datetime(2018, 5, 1, tzinfo=UTC), "CC BY-SA 3.0"),
        (None, datetime(2018, 5, 2, tzinfo=UTC), "CC BY-SA 4.0"),
        ("CC BY-SA 3.0", datetime(2024, 1, 1, tzinfo=UTC), "CC BY-SA 3.0"),
    ],
)
def test_a_text_without_a_licence_has_that_of_its_time(
    name: str | None, at: datetime, expected: str
) -> None:
    found = licence(name, created_at=at)
    assert found.name == expected
    assert found.url.startswith(f"https://creativecommons.org/licenses/by-sa/{expected[-3:]}")


def test_another_licence_is_named_without_an_address() -> None:
    assert licence("MIT", created_at=datetime(2024, 1, 1, tzinfo=UTC)) == ("MIT", "")
