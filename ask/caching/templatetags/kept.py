"""A part of a page that is kept in the cache."""

from django import template
from django.core.cache.utils import make_template_fragment_key
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context

from ask.caching import guarded

register = template.Library()


class KeptNode(template.Node):
    def __init__(
        self, nodelist: NodeList, *, timeout: int, name: str, arguments: list[FilterExpression]
    ) -> None:
        self.nodelist = nodelist
        self.timeout = timeout
        self.name = name
        self.arguments = arguments

    def render(self, context: Context) -> str:
        arguments = [argument.resolve(context) for argument in self.arguments]
        key = make_template_fragment_key(self.name, arguments)
        found = guarded.read(key)
        if isinstance(found, str):
            return found
        made = self.nodelist.render(context)
        guarded.keep(key, made, self.timeout)
        return made


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept 300 sidebar language %}…{% endkept %}`: for 300 seconds, a copy per language.

    Django's `{% cache %}`, except that a cache that is down makes the page slow and not fail.
    """
    try:
        _, timeout, name, *arguments = token.split_contents()
        seconds = int(timeout)
    except ValueError:
        raise template.TemplateSyntaxError("kept needs seconds and a name") from None
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(
        nodelist,
        timeout=seconds,
        name=name,
        arguments=[parser.compile_filter(argument) for argument in arguments],
    )
