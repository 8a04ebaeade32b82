"""The lists beside every page. Jobs compute them; a template only reads them."""

from django import template

from ask.ratings import cached

register = template.Library()


@register.simple_tag
def hot_questions() -> list[cached.HotQuestion]:
    return cached.hot_questions.get()


@register.simple_tag
def best_users() -> list[cached.BestUser]:
    return cached.best_users.get()


@register.simple_tag
def best_tags() -> list[cached.BestTag]:
    return cached.best_tags.get()
