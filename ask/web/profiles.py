"""What people write about themselves."""

from html import escape

from ask.questions import cmark
from ask.questions.cleaning import clean


def about_html(source: str) -> str:
    """Clean HTML of markdown; HTML in it is shown as nothing."""
    text = source.replace("\r\n", "\n").strip()
    try:
        marked = cmark.to_html(text, extensions=("autolink", "strikethrough", "table"))
    except UnicodeDecodeError:
        marked = f"<p>{escape(text)}</p>"
    return clean(marked).strip()
