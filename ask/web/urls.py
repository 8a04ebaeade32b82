"""The addresses of pages, as people know them from Stack Exchange.

None ends with a slash, but for `/status/` and `/jobs/`. `ask.web.probes` answers what is no page.
"""

from django.urls import include, path, re_path, register_converter
from django.urls.converters import IntConverter, StringConverter

from ask.web.views import (
    about,
    badges,
    claims,
    crawlers,
    crontab,
    feeds,
    jobs,
    languages,
    mail,
    question,
    questions,
    revisions,
    runs,
    settings,
    slashes,
    status,
    steering,
    tags,
    users,
)


class SignedConverter(IntConverter):
    """A whole number: the site's own user is -1."""

    regex = "-?[0-9]+"


class TagsConverter(StringConverter):
    """Names of tags. A dump's may have slashes in them; a last one is no part of an address."""

    regex = r"[\s\S]*[^/]"


register_converter(SignedConverter, "signed")
register_converter(TagsConverter, "tags")

urlpatterns = [
    path("", questions.home),
    path("questions", questions.all_questions),
    path("questions/tagged/<tags:names>", questions.tagged),
    path("questions/<int:id>", question.question),
    path("questions/<int:id>/<str:slug>", question.question),
    path("questions/<int:id>/<str:slug>/<int:answer_id>", question.answer_of),
    path("q/<int:id>", question.question_by_id),
    path("q/<int:id>/<path:rest>", question.question_by_id),
    path("a/<int:id>", question.answer),
    path("a/<int:id>/<path:rest>", question.answer),
    path("posts/<int:id>", revisions.post),
    path("posts/<int:id>/revisions", revisions.post_revisions),
    path("posts/<int:id>/timeline", revisions.timeline),
    path("tags", tags.tags),
    path("tags/<tags:name>/info", tags.tag),
    path("users", users.users),
    path("", include("ask.web.account_urls")),
    path("users/claim/<str:token>", claims.claim),
    path("users/settings", settings.profile),
    path("users/settings/preferences", settings.preferences),
    path("users/settings/data", settings.data),
    path("users/settings/data.zip", settings.data_file),
    path("users/settings/data/deletion", settings.deletion),
    path("users/inbox", mail.inbox),
    path("users/inbox/<int:id>", mail.notice),
    path("users/<signed:id>", users.user),
    path("users/<signed:id>/<str:slug>", users.user),
    path("badges", badges.badges),
    path("about", about.about),
    path("status", status.with_slash),
    path("status/", status.status_page),
    path("jobs", jobs.with_slash),
    path("jobs/", jobs.jobs),
    path("jobs/timeline", jobs.day),
    path("jobs/entries/<str:name>", jobs.entry),
    path("jobs/entries/<str:name>/runs", steering.start),
    path("jobs/entries/<str:name>/pause", steering.pause),
    path("jobs/entries/<str:name>/resumption", steering.resume),
    path("jobs/history", runs.history),
    path("jobs/interventions", runs.deeds),
    path("jobs/runs/<uuid:id>", runs.run),
    path("jobs/runs/<uuid:id>/log/<int:number>", runs.log),
    path("jobs/runs/<uuid:id>/cancellation", steering.cancel),
    path("jobs/runs/<uuid:id>/retry", steering.retry),
    path("jobs/crontab", crontab.crontab),
    path("jobs/crontab/preview", crontab.preview),
    path("mail/unsubscribe/<str:token>", mail.unsubscribe),
    path("mail/log", mail.log),
    path("mail/pause", mail.pause),
    path("mail/resumption", mail.resume),
    path("mail/dead-addresses", mail.bury),
    path("mail/dead-addresses/removal", mail.revive),
    path("feeds", feeds.newest),
    path("feeds/tag/<tags:names>", feeds.tagged),
    path("feeds/question/<int:id>", feeds.question),
    path("sitemap.xml", crawlers.sitemap),
    path("sitemap-<int:number>.xml", crawlers.sitemap_page),
    path("robots.txt", crawlers.robots),
    path("opensearch.xml", crawlers.opensearch),
    path("language/<str:code>", languages.language),
    re_path(r"^(?P<path>.+)/$", slashes.without_slash),
]
