"""Formulas in a text."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ask.questions import mathematics
from ask.questions.mathematics import Delimiter, mathml, used_delimiter, with_formulas
from ask.questions.time_limit import TookTooLongError


def dollars(text: str) -> str:
    return with_formulas(text, delimiter=Delimiter.DOLLAR)


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "from US$5 to US$6",
        "$20,000 in Brazil or A$ 30",
        "$20 here and US$",
        "between 5$ and 6$",
        "costs $5/$10",
        "a $ b $ c",
        "only one $x",
        r"an escaped \$x\$",
        "$x$5",
        "$first line\n\nsecond line$",
        "$$ $$",
    ],
)
def test_amounts_and_other_dollars_are_no_formulas(text: str) -> None:
    assert dollars(text) == text


@pytest.mark.parametrize(
    "text", ["$x$", "$x^2$-axis", "($n+1$)", r"\(x\)", "$5$", "$n$th", r"$a\$b$", "$a &lt; b$"]
)
def test_formulas_in_a_line_become_mathml(text: str) -> None:
    assert '<math display="inline">' in dollars(text)
    assert "</math>" in dollars(text)


@pytest.mark.parametrize(
    "text", ["$$x$$", "$$\nx = 1\n$$", r"\[x\]", r"\begin{align}a&amp;=b\\c&amp;=d\end{align}"]
)
def test_formulas_of_their_own_are_displayed(text: str) -> None:
    assert dollars(text).startswith('<math display="block">')


def test_the_text_around_formulas_is_kept() -> None:
    assert dollars("Let $x$ be &lt; $y$.") == (
        'Let <math display="inline"><mrow><mi>x</mi></mrow></math> be &lt; '
        '<math display="inline"><mrow><mi>y</mi></mrow></math>.'
    )


def test_where_dollars_are_escaped_plain_ones_are_not_formulas() -> None:
    text = r"Ohm: \$V = I R\$ for $5 or $x$"
    html = with_formulas(text, delimiter=Delimiter.ESCAPED_DOLLAR)
    assert html.count("<math") == 1
    assert html.endswith("for $5 or $x$")


@pytest.mark.parametrize(
    "text", ["$x^$", r"$\left( x$", r"$\unknown{x}$", "${{{{$", "$" + "x" * 5000 + "$"]
)
def test_a_bad_formula_stays_as_it_was(text: str) -> None:
    assert dollars(text) == text


def test_a_formula_that_takes_too_long_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise TookTooLongError

    monkeypatch.setattr(mathematics, "_write", fail)
    assert dollars("$too + slow$") == "$too + slow$"


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{menu}{x}",
        r'\color{red" onclick="alert(1)}{x}',
        "a<img src=x>b",
    ],
)
def test_a_formula_brings_no_elements_or_attributes_of_its_own(tex: str) -> None:
    found = Elements(mathml(tex, is_displayed=False) or "")
    assert not found.names & {"script", "img", "a"}
    assert not found.attributes & {"href", "style", "class", "onclick"}


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=r"\{}^_$&<>ab12 fractextmilefgh", max_size=60))
def test_whatever_is_written_only_known_elements_come_out(tex: str) -> None:
    found = Elements(mathml(tex, is_displayed=True) or "")
    assert all(name.startswith("m") or name == "none" for name in found.names)


def test_a_site_that_writes_amounts_does_not_use_mathematics() -> None:
    assert used_delimiter(["<p>It was $5, now $10.</p>", "<p>US$ 7</p>"]) is None


def test_variables_in_code_are_no_mathematics() -> None:
    assert (
        used_delimiter(["<pre><code>$a_b = $c_d; $e$</code></pre>", "<code>$x_1$</code>"]) is None
    )


def test_a_site_with_formulas_uses_mathematics() -> None:
    assert used_delimiter([r"<p>$\frac{a}{b}$</p>", "<p>words</p>"]) == Delimiter.DOLLAR
    assert used_delimiter([r"<p>\$V_{cc}\$ costs $5</p>"]) == Delimiter.ESCAPED_DOLLAR


def test_one_formula_among_many_questions_is_not_enough() -> None:
    assert used_delimiter([r"<p>$x^2$</p>", *["<p>words</p>"] * 99]) is None


def test_no_questions_no_mathematics() -> None:
    assert used_delimiter([]) is None
