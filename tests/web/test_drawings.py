"""What ran, drawn for everybody: who sees, who hears, and who has a small screen."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import html5lib
import pytest
from django.template.loader import render_to_string
from django.utils import translation

from ask.cron.durations import Durations, Lasted
from ask.cron.models import Run
from ask.cron.timeline import STATES, TROUBLES, Bar, Line, Timeline
from ask.web.drawings import drawn_durations, drawn_timeline, zone_name

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
S = Run.State
HOSTILE = """</title><script>alert("'1'")</script>&amp;"""
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def bar(hours: float, *, lasts: float = 12, state: Run.State = S.SUCCEEDED, others: int = 0) -> Bar:
    """So many hours before `NOW`; it lasts seconds. With others, which succeeded, it has no id."""
    began_at = NOW - timedelta(hours=hours)
    return Bar(
        state=state,
        began_at=began_at,
        ended_at=began_at + timedelta(seconds=lasts),
        counts={state: 1, S.SUCCEEDED: others} if others else {state: 1},
        run=None if others else uuid4(),
    )


def timeline(*bars: Bar, name: str = "calc_best") -> Timeline:
    counts: dict[Run.State, int] = {}
    for one in bars:
        for state, count in one.counts.items():
            counts[state] = counts.get(state, 0) + count
    line = Line(
        name=name,
        bars=bars,
        mishaps=tuple(one for one in bars if one.state in TROUBLES),
        counts={state: counts[state] for state in STATES if state in counts},
    )
    return Timeline(since=NOW - timedelta(hours=24), until=NOW, lines=(line,))


def durations(*seconds: float, state: Run.State = S.SUCCEEDED, job: str = "calc_best") -> Durations:
    runs = tuple(
        Lasted(
            run=uuid4(),
            state=state,
            began_at=NOW - timedelta(hours=len(seconds) - index),
            seconds=one,
            peak_memory=50 * 2**20,
        )
        for index, one in enumerate(seconds)
    )
    return Durations(job=job, runs=runs, median=seconds[0] if runs else None)


def html(drawn: Timeline | Durations) -> str:
    if isinstance(drawn, Timeline):
        context: dict[str, Any] = {"timeline": drawn_timeline(drawn, zone=BERLIN)}
        return render_to_string("web/jobs/timeline.html", context)
    context = {"durations": drawn_durations(drawn, zone=BERLIN)}
    return render_to_string("web/jobs/durations.html", context)


def tree(text: str) -> Any:
    """The elements of a valid page. Raises ParseError for what is not valid."""
    page = f"<!doctype html><html lang=en><title>Drawing</title><body>{text}</body></html>"
    return html5lib.HTMLParser(strict=True).parse(page)


EXAMPLES: dict[str, Timeline | Durations] = {
    "empty": Timeline(since=NOW - timedelta(hours=24), until=NOW, lines=()),
    "nothing ran": timeline(),
    "one run": timeline(bar(3)),
    "every state": timeline(
        *(bar(n + 1, state=state) for n, state in enumerate(STATES)),
        *(bar(n + 9, state=state, others=5) for n, state in enumerate(STATES)),
    ),
    "hostile": timeline(bar(3, state=S.FAILED), name=HOSTILE),
    "thousands": Timeline(
        since=NOW - timedelta(hours=24),
        until=NOW,
        lines=tuple(timeline(*(bar(n / 6) for n in range(144))).lines[0] for _ in range(10)),
    ),
    "no durations": durations(),
    "one duration": durations(0.0),
    "durations": durations(*(1.5 * n for n in range(120)), state=S.TIMED_OUT),
    "hostile durations": durations(3, job=HOSTILE),
}


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_drawing_is_valid_without_styles_and_scripts(example: str, language: str) -> None:
    with translation.override(language):
        text = html(EXAMPLES[example])
    tree(text)
    assert "<script" not in text
    assert not re.search(r"\s(style|on\w+)=", text)


@pytest.mark.parametrize("example", ["every state", "durations"])
def test_numbers_are_those_of_svg_in_every_language(example: str) -> None:
    with translation.override("ru"):
        document = tree(html(EXAMPLES[example]))
    names = ("x", "y", "x1", "x2", "y1", "y2", "width", "height")
    values = [e.get(name) for e in document.iter() for name in names if e.get(name) is not None]
    assert len(values) > 50
    assert all(re.fullmatch(r"-?\d+(\.\d+)?%?", value) for value in values)


def test_every_bar_stays_within_the_drawing() -> None:
    drawn = drawn_timeline(
        timeline(bar(30, lasts=8 * 3600), bar(0, lasts=0), bar(0.001, lasts=3), bar(24)),
        zone=BERLIN,
    )
    bars = drawn.lines[0].bars
    assert all(one.x >= 0 and one.width > 0 and one.x + one.width <= 100.01 for one in bars)
    assert bars[0].x == 0
    assert bars[0].width == pytest.approx(100 * 2 / 24, abs=0.01)


def test_a_picture_says_in_words_what_is_to_be_seen() -> None:
    text = html(timeline(bar(9, state=S.FAILED), bar(8.5, state=S.FAILED), bar(2), bar(1)))
    picture = next(e for e in tree(text).iter(f"{SVG}g") if e.get("role") == "img")
    assert picture.find(f"{SVG}title").text == "calc_best: 4 runs"
    assert picture.find(f"{SVG}desc").text == "2 failed (04:00, 04:30), 2 succeeded"


def test_of_many_failures_the_newest_are_named_and_the_others_counted() -> None:
    failed = [bar(10 - n, state=S.FAILED) for n in range(8)]
    (line,) = drawn_timeline(timeline(*failed), zone=BERLIN).lines
    assert line.results == "8 failed (06:00, 07:00, 08:00, 09:00, 10:00 and 3 more)"
    assert [one.words for one in line.mishaps][:2] == ["10:00, failed", "09:00, failed"]
    assert line.more == "and 3 more"


def test_a_single_run_is_a_link_with_a_name() -> None:
    one = bar(2, state=S.FAILED, lasts=65)
    (link,) = (e for e in tree(html(timeline(one))).iter(f"{SVG}a"))
    assert link.get("href") == f"/jobs/runs/{one.run}"
    assert link.find(f"{SVG}title").text == "calc_best, 11:00, failed, 1 minute 5 seconds"


def test_no_link_is_inside_of_a_picture() -> None:
    for example in ("every state", "durations"):
        for picture in tree(html(EXAMPLES[example])).iter(f"{SVG}g"):
            assert picture.find(f".//{SVG}a") is None


def test_several_runs_are_no_link_and_say_how_many_they_are() -> None:
    text = html(timeline(bar(2, state=S.FAILED, lasts=540, others=9)))
    document = tree(text)
    assert not list(document.iter(f"{SVG}a"))
    titles = [e.text for e in document.iter(f"{SVG}title")]
    assert "calc_best, 11:00–11:09, 10 runs: 1 failed, 9 succeeded" in titles
    assert "several runs" in text


def test_a_state_differs_by_more_than_its_colour() -> None:
    document = tree(html(timeline(*(bar(n + 1, state=s) for n, s in enumerate(STATES)))))
    looks = {}
    for link in document.iter(f"{SVG}a"):
        sign = link.find(f".//{SVG}path")
        shape = link.find(f"{SVG}rect")
        looks[link.get("class")] = (sign.get("d") if sign is not None else "", shape.get("height"))
    assert len(looks) == len(STATES) == len(set(looks.values()))


def test_the_table_says_the_same() -> None:
    one = bar(2, state=S.LOST)
    text = html(timeline(one, bar(1)))
    table = text[text.index("<table") :]
    assert "1 lost (11:00), 1 succeeded" in table
    assert f'<a href="/jobs/runs/{one.run}">11:00, lost</a>' in table


def test_an_entry_s_name_leads_to_its_page() -> None:
    links = [e.get("href") for e in tree(html(timeline(bar(1)))).iter() if e.get("href")]
    assert "/jobs/entries/calc_best" in links


def test_the_drawing_can_be_skipped() -> None:
    for example in ("one run", "durations"):
        document = tree(html(EXAMPLES[example]))
        (skip,) = (e for e in document.iter() if e.get("class") == "skip")
        assert skip.get("href")[1:] in [e.get("id") for e in document.iter()]


def test_times_are_those_of_the_zone_that_is_named() -> None:
    drawn = drawn_timeline(timeline(bar(1)), zone=BERLIN)
    assert drawn.zone == "Europe/Berlin"
    assert drawn.until == "15 January 2027, 13:00"
    assert [(tick.label, tick.at) for tick in drawn.hours][:4] == [
        ("15:00", 8.33), ("18:00", 20.83), ("21:00", 33.33), ("Fri", 45.83),
    ]  # fmt: skip
    assert [tick.label for tick in drawn.hours if tick.is_strong] == ["Fri"]
    assert "12:00, succeeded" in drawn.lines[0].bars[0].words


def test_an_hour_stands_where_it_is_on_the_day_when_clocks_change() -> None:
    until = datetime(2027, 3, 28, 12, tzinfo=UTC)
    change = Timeline(since=until - timedelta(hours=24), until=until, lines=())
    hours = {tick.label: tick.at for tick in drawn_timeline(change, zone=BERLIN).hours}
    assert hours["03:00"] - hours["Sun"] == pytest.approx(100 * 2 / 24, abs=0.02)


def test_whole_hours_are_found_in_zones_with_a_half_one() -> None:
    drawn = drawn_timeline(timeline(), zone=ZoneInfo("Asia/Kathmandu"))
    assert drawn.hours[0].label == "18:00"
    assert drawn.hours[0].at == pytest.approx(100 * 0.25 / 24, abs=0.01)


def test_what_began_before_the_window_is_told_with_its_day() -> None:
    drawn = drawn_timeline(timeline(bar(26, lasts=3 * 3600)), zone=BERLIN)
    assert drawn.lines[0].bars[0].words == "calc_best, 14 January, 11:00, succeeded, 3 hours"


def test_a_zone_without_a_name_has_its_abbreviation() -> None:
    assert zone_name(ZoneInfo("Etc/UTC"), at=NOW) == "UTC"
    assert zone_name(UTC, at=NOW) == "UTC"


def test_words_are_right_in_russian() -> None:
    with translation.override("ru"):
        drawn = drawn_timeline(
            timeline(*(bar(n + 1, state=S.FAILED) for n in range(2)), *(bar(5),) * 21),
            zone=BERLIN,
        )
        assert drawn.lines[0].runs == "23 запуска"
        assert drawn.lines[0].results == "2 сбоя (12:00, 11:00), 21 успешный"
        assert drawn.until == "15 января 2027, 13:00"
        scale = [tick.label for tick in drawn_durations(durations(0.9), zone=BERLIN).scale]
        assert scale == ["1 с", "0,8 с", "0,6 с", "0,4 с", "0,2 с", "0 с"]


@pytest.mark.parametrize(
    ("longest", "labels"),
    [
        (0, ["0.1 s", "0 s"]),
        (4.2, ["5 s", "4 s", "3 s", "2 s", "1 s", "0 s"]),
        (130, ["2 min 30 s", "2 min", "1 min 30 s", "1 min", "30 s", "0 s"]),
        (1200, ["20 min", "15 min", "10 min", "5 min", "0 s"]),
    ],
)
def test_a_scale_has_few_lines_at_round_durations(longest: float, labels: list[str]) -> None:
    drawn = drawn_durations(durations(longest), zone=BERLIN)
    assert [tick.label for tick in drawn.scale] == labels
    assert drawn.scale[0].at < drawn.scale[-1].at <= drawn.height


def test_a_bar_is_as_high_as_its_run_took_long() -> None:
    drawn = drawn_durations(durations(5, 10, 0), zone=BERLIN)
    half, whole, none = drawn.bars
    assert whole.height == pytest.approx(2 * half.height, abs=0.2)
    assert 0 < none.height < 3
    assert half.x < whole.x < none.x < 100
    assert drawn.median is not None
    assert (drawn.median.at, drawn.median.label) == (half.y, "5.0 s")
    assert drawn.range == "from 0 ms to 10 seconds"


@pytest.mark.parametrize("count", [2, 23, 24, 120])
def test_the_first_and_the_last_run_stand_where_their_labels_are(count: int) -> None:
    bars = drawn_durations(durations(*range(1, count + 1)), zone=BERLIN).bars
    assert bars[0].x == 0
    assert bars[-1].x + bars[-1].width == pytest.approx(100, abs=0.02)
    assert all(one.x + one.width < other.x for one, other in pairwise(bars))


def test_durations_say_in_words_what_is_to_be_seen() -> None:
    picture = next(e for e in tree(html(durations(5, 10))).iter(f"{SVG}g"))
    assert picture.find(f"{SVG}title").text == "calc_best: how long 2 runs took"
    words = "from 5.0 s to 10 seconds; median of the successful: 5.0 s; 2 succeeded"
    assert picture.find(f"{SVG}desc").text == words


def test_memory_is_in_the_table() -> None:
    assert "52 MB" in html(durations(5))


def test_where_nothing_is_to_be_drawn_a_sentence_says_so() -> None:
    assert "No run of it has ended yet" in html(durations())
    assert "Nothing ran in the last 24 hours." in html(timeline())
    assert "Nothing runs by itself here." in html(EXAMPLES["empty"])


def test_a_hostile_name_is_only_text() -> None:
    for example in ("hostile", "hostile durations"):
        document = tree(html(EXAMPLES[example]))
        titles = [e.text for e in document.iter(f"{SVG}title")]
        assert any(title.startswith(HOSTILE) for title in titles)


def test_ten_entries_with_a_run_every_ten_minutes_are_no_large_page() -> None:
    assert len(html(EXAMPLES["thousands"])) < 500_000
    assert UUID(re.findall(r"/jobs/runs/([^\"]+)", html(EXAMPLES["one run"]))[0])
