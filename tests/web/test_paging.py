"""Links between numbered pages."""

from ask.web.paging import Page


def shown(number: int, *, has_next: bool, total: int | None) -> str:
    page = Page(number=number, size=10, ids=[], has_next=has_next, path="/x", total=total)
    return " ".join(
        f"[{link.number}]" if link.is_current else str(link.number or "…") for link in page.links
    )


def test_the_first_the_last_and_the_neighbours_are_linked() -> None:
    assert shown(1, has_next=True, total=200) == "[1] 2 3 … 20"
    assert shown(10, has_next=True, total=200) == "1 … 8 9 [10] 11 12 … 20"
    assert shown(20, has_next=False, total=200) == "1 … 18 19 [20]"


def test_without_a_total_the_next_page_is_the_last_known() -> None:
    assert shown(3, has_next=True, total=None) == "1 2 [3]"


def test_a_total_of_yesterday_breaks_nothing() -> None:
    assert shown(3, has_next=True, total=15) == "1 2 [3] 4"
    assert shown(2, has_next=False, total=500) == "1 [2]"


def test_parameters_without_a_value_are_left_out() -> None:
    page = Page(
        number=2,
        size=10,
        ids=[],
        has_next=True,
        path="/x",
        parameters={"q": "a b", "tab": None, "filters": ""},
    )
    assert page.previous_url == "/x?q=a+b"
    assert page.next_url == "/x?q=a+b&page=3"
