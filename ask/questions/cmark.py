"""GitHub's cmark, called so that nothing of it stays behind.

`cmarkgfm.markdown_to_html_with_extensions` never frees the tree that it makes, nor the text: 2 kB
are lost with each call, gigabytes in an import of millions of comments. Here the same functions of
its library are called, and the two of them that it does not name.
"""

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

from cmarkgfm import _cmark
from cmarkgfm import cmark as known

_library, _ffi = _cmark.lib, _cmark.ffi
# The functions are in the library of the module itself, and what it allocates is the system's.
_free_node = ctypes.CDLL(_cmark.__file__).cmark_node_free
_free_text = ctypes.CDLL(None).free
for _function in (_free_node, _free_text):
    _function.argtypes, _function.restype = [ctypes.c_void_p], None


def to_html(markdown: str, *, extensions: Sequence[str], lets_html_through: bool = False) -> str:
    """The HTML of a text; of HTML that is written in it, nothing, unless `lets_html_through`.

    Raises UnicodeDecodeError for references to U+FFFE and U+FFFF, which cmark writes as no UTF-8.
    """
    data = markdown.encode()
    options = known.Options.CMARK_OPT_UNSAFE if lets_html_through else 0
    parser = _library.cmark_parser_new(options)
    try:
        for name in extensions:
            _library.cmark_parser_attach_syntax_extension(parser, _extension(name))
        _library.cmark_parser_feed(parser, data, len(data))
        root = _library.cmark_parser_finish(parser)
        try:
            attached = _library.cmark_parser_get_syntax_extensions(parser)
            text = _library.cmark_render_html(root, options, attached)
            html: bytes = _ffi.string(text)
            _free_text(_address(text))
            return html.decode()
        finally:
            _free_node(_address(root))
    finally:
        _library.cmark_parser_free(parser)


@cache
def _extension(name: str) -> Any:
    known.core_extensions_ensure_registered()
    return known.find_syntax_extension(name)


def _address(pointer: Any) -> int:
    return int(_ffi.cast("uintptr_t", pointer))
