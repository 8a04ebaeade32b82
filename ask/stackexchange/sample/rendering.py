"""Renders the markdown of the sample's own texts to the HTML that the site would show.

It reads the little markdown that the texts use (one level of lists, no reference links); a test
holds it to cmarkgfm. Rendering happens once, when the texts are loaded: what is written later is
these pieces with their slots filled in.
"""

import re

SITE = "handmade.example.com"
"""The made-up site; links to it are internal and carry no `rel`."""

_INLINE = re.compile(
    r"(?P<code>`[^`]+`)"
    r"|(?P<math>\$\$[^$]+\$\$|\$[^$\n]+\$)"
    r"|(?P<linked>\[!\[(?P<lalt>[^\]]*)\]\((?P<lsrc>[^)\s]+)\)\]\((?P<lhref>[^)\s]+)\))"
    r"|(?P<image>!\[(?P<alt>[^\]]*)\]\((?P<src>[^)\s]+)\))"
    r"|(?P<link>\[(?P<text>[^\]]+)\]\((?P<href>[^)\s]+)\))"
    r"|<(?P<auto>https?://[^>\s]+)>"
    r"|(?P<tag></?(?:kbd|sub|sup|s)>)"
    r"|\*\*(?P<strong>[^*]+)\*\*"
    r"|\*(?P<em>[^*\s][^*]*)\*"
)
_ORDERED = re.compile(r"\d+\. ")
_FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def escape(text: str) -> str:
    """Escape a text for HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _anchor(*, href: str, inner: str) -> str:
    # The pieces that link to other questions have a slot for the site.
    is_internal = href.startswith((f"https://{SITE}/", "https://{site}/"))
    rel = "" if is_internal else ' rel="nofollow noreferrer"'
    return f'<a href="{escape(href)}"{rel}>{inner}</a>'


def _span(found: re.Match[str]) -> str:  # noqa: PLR0911 - one return a kind of span
    match found.lastgroup:
        case "code":
            return f"<code>{escape(found['code'][1:-1])}</code>"
        case "math":
            return escape(found["math"])
        case "lhref" | "linked":
            image = f'<img src="{found["lsrc"]}" alt="{found["lalt"]}" />'
            return _anchor(href=found["lhref"], inner=image)
        case "src" | "image":
            return f'<img src="{found["src"]}" alt="{found["alt"]}" />'
        case "href" | "link":
            return _anchor(href=found["href"], inner=inline(found["text"]))
        case "auto":
            return _anchor(href=found["auto"], inner=escape(found["auto"]))
        case "tag":
            return found["tag"]
        case "strong":
            return f"<strong>{inline(found['strong'])}</strong>"
        case _:
            return f"<em>{inline(found['em'])}</em>"


def inline(text: str) -> str:
    """Render the spans of a line: code, emphasis, links, images; TeX stays as it is."""
    done = []
    at = 0
    for found in _INLINE.finditer(text):
        done += [escape(text[at : found.start()]), _span(found)]
        at = found.end()
    return "".join(done) + escape(text[at:])


def _table(lines: list[str]) -> str:
    heads, ruler, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    styles = [' style="text-align: right;"' if rule.endswith(":") else "" for rule in ruler]

    def row(cells: list[str], *, tag: str) -> str:
        inner = "\n".join(
            f"<{tag}{style}>{inline(cell)}</{tag}>"
            for cell, style in zip(cells, styles, strict=True)
        )
        return f"<tr>\n{inner}\n</tr>"

    head = row(heads, tag="th")
    body = "\n".join(row(cells, tag="td") for cells in rows)
    return (
        '<div class="s-table-container">\n<table class="s-table">\n'
        f"<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _block(text: str) -> str:  # noqa: PLR0911 - one return a kind of block
    lines = text.split("\n")
    if lines == ["---"]:
        return "<hr />"
    if text.startswith("#"):
        mark, _, title = text.partition(" ")
        return f"<h{len(mark)}>{inline(title)}</h{len(mark)}>"
    if text.startswith("- "):
        items = "\n".join(f"<li>{inline(item)}</li>" for item in text[2:].split("\n- "))
        return f"<ul>\n{items}\n</ul>"
    if _ORDERED.match(text):
        items = "\n".join(
            f"<li>{inline(item.rstrip())}</li>"
            for item in re.split(r"^\d+\. ", text, flags=re.MULTILINE)[1:]
        )
        return f"<ol>\n{items}\n</ol>"
    if text.startswith(">"):
        quoted = "\n".join(line[1:].removeprefix(" ") for line in lines)
        return f"<blockquote>\n{render(quoted)}\n</blockquote>"
    if text.startswith("|"):
        return _table(lines)
    return f"<p>{inline(text)}</p>"


def render(text: str) -> str:
    """Render markdown blocks to HTML, one block a line group, without a newline at the end."""
    done = []
    at = 0
    for fence in _FENCE.finditer(text):
        done += _blocks(text[at : fence.start()])
        kind = f' class="{fence[1]} prettyprint-override"' if fence[1] else ""
        done.append(f"<pre{kind}><code>{escape(fence[2])}</code></pre>")
        at = fence.end()
    done += _blocks(text[at:])
    return "\n".join(done)


def _blocks(text: str) -> list[str]:
    return [_block(part) for part in text.strip("\n").split("\n\n") if part]
