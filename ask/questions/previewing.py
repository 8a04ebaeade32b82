"""What a text will look like, before it is published."""

from ask.questions import texts
from ask.questions.cached import delimiter
from ask.questions.markdown import render_post
from ask.questions.mathematics import Delimiter
from ask.questions.rendering import may_need_rendering, render
from ask.questions.source_links import links_in


def preview(markdown: str, *, source_host: str) -> str:
    """Safe HTML as a page shows it once jobs have done their part too, but for the colours of code.

    `source_host` is as in `needs_rendering`. What is too long to be published is cut.

    Some lexers think for minutes about a kilobyte. A job can stop them (`time_limit`), and a thread
    that answers a request cannot: eight such requests would stop the site.
    """
    html = render_post(texts.in_order(markdown)[: texts.BODY.stop])
    if not may_need_rendering(html):
        return html
    written = delimiter.get()
    return render(
        html,
        language=None,
        is_coloured=False,
        delimiter=Delimiter(written) if written else None,
        links=links_in([html], host=source_host),
    )
