"""Code in colours: spans with the class names of Pygments, never a style."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape, unescape

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from ask.questions.time_limit import time_limit

LONGEST = 50_000
"""Characters of code; longer code stays plain."""

SECONDS = 1.0
"""How long a lexer may compute; an average block takes a millisecond."""

LANGUAGE_CLASS = re.compile(r"(?:^|\s)(?:lang|language|snippet-code)-([\w+#.-]+)")

NAMES = {
    # Names of the highlighters that Stack Exchange has used, where Pygments has another.
    "basic": "vbnet",
    "cl": "common-lisp",
    "clj": "clojure",
    "el": "emacs-lisp",
    "hs": "haskell",
    "fs": "fsharp",
    "m": "objective-c",
    "ml": "ocaml",
    "mathematica": "mathematica",
    "obj-c": "objective-c",
    "objectivec": "objective-c",
    "proto": "protobuf",
    "rkt": "racket",
    "scm": "scheme",
    "vb": "vbnet",
    "vba": "vbnet",
    "wolfram": "mathematica",
    "xsl": "xslt",
}

TAGS = {
    # Tags of questions whose code is certainly in one language.
    "ada": "ada",
    "bash": "bash",
    "c": "c",
    "c#": "csharp",
    "c++": "cpp",
    "c++11": "cpp",
    "c++17": "cpp",
    "clojure": "clojure",
    "cmake": "cmake",
    "common-lisp": "common-lisp",
    "css": "css",
    "dart": "dart",
    "delphi": "delphi",
    "django": "python",
    "elisp": "emacs-lisp",
    "elixir": "elixir",
    "erlang": "erlang",
    "f#": "fsharp",
    "fortran": "fortran",
    "go": "go",
    "groovy": "groovy",
    "haskell": "haskell",
    "html": "html",
    "java": "java",
    "javascript": "javascript",
    "json": "json",
    "julia": "julia",
    "kotlin": "kotlin",
    "latex": "latex",
    "lua": "lua",
    "matlab": "matlab",
    "mysql": "sql",
    "numpy": "python",
    "objective-c": "objective-c",
    "ocaml": "ocaml",
    "pandas": "python",
    "perl": "perl",
    "php": "php",
    "plutus": "haskell",
    "postgresql": "sql",
    "powershell": "powershell",
    "python": "python",
    "python-2.7": "python",
    "python-3.x": "python",
    "r": "r",
    "ruby": "ruby",
    "ruby-on-rails": "ruby",
    "rust": "rust",
    "scala": "scala",
    "sql": "sql",
    "sql-server": "sql",
    "sqlite": "sql",
    "swift": "swift",
    "typescript": "typescript",
    "vb.net": "vbnet",
    "verilog": "verilog",
    "vhdl": "vhdl",
    "vue.js": "javascript",
    "xml": "xml",
    "yaml": "yaml",
}

PLAIN = {"none", "text", "plain", "plaintext", "nohighlight"}
"""Classes by which an author asks for no colours."""

UNCOLOURED = {"", "err", "n", "p", "w"}
"""Classes of plain names, punctuation and space, which no style colours. A lexer's errors are not
shown: code in a question is often a part, or wrong on purpose."""


def language_of(tags: Sequence[str]) -> str | None:
    """The one language that a question's tags name; None if they name several or none."""
    named = {TAGS[tag] for tag in tags if tag in TAGS}
    return named.pop() if len(named) == 1 else None


def highlight(code: str, *, classes: str, language: str | None) -> str | None:
    """HTML of a block of code, to stand in place of its `<code>` element; None to leave it as is.

    `code` is the HTML of a text (escaped, no elements), `classes` what stands in the class
    attributes around it, and `language` what it is in if they do not say. The text of the result is
    exactly the code's text.
    """
    found = LANGUAGE_CLASS.search(classes)
    name = found[1].lower() if found and found[1].lower() != "default" else language
    if not name or name in PLAIN or len(code) > LONGEST:
        return None
    lexer = _lexer(NAMES.get(name, name))
    if lexer is None:
        return None
    text = unescape(code)
    try:
        with time_limit(SECONDS):
            spans = _spans(text, lexer)
    except Exception:  # a lexer may fail in any way on a text that is not in its language
        return None
    if spans is None:
        return None
    return f'<code class="highlight lang-{escape(name)}">{spans}</code>'


def _spans(text: str, lexer: Lexer) -> str | None:
    runs: list[tuple[str, list[str]]] = []
    for kind, value in lexer.get_tokens(text):
        # A kind without a class of its own has that of the nearest kind above it.
        while kind not in STANDARD_TYPES:
            kind = kind.parent  # type: ignore[assignment]  # noqa: PLW2901
        name = STANDARD_TYPES[kind]
        name = "" if name in UNCOLOURED else name
        if runs and runs[-1][0] == name:
            runs[-1][1].append(value)
        else:
            runs.append((name, [value]))
    if "".join("".join(values) for _, values in runs) != text:
        return None  # some lexers change line ends or drop what they do not know
    if all(not name for name, _ in runs):
        return None
    return "".join(
        f'<span class="{name}">{escape("".join(values), quote=False)}</span>'
        if name
        else escape("".join(values), quote=False)
        for name, values in runs
    )


@lru_cache(maxsize=256)
def _lexer(name: str) -> Lexer | None:
    try:
        lexer: Lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return lexer
