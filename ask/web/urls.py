"""The addresses of pages, as people know them from Stack Exchange.

None ends with a slash, but for `/status/` and `/jobs/`. `ask.web.probes` answers what is no page.
"""

from django.urls import include, path, re_path, register_converter
from django.urls.converters import IntConverter, StringConverter

from ask.web.views import (
    about,
    answering,
    asking,
    badges,
    claims,
    closing,
    commenting,
    crawlers,
    crontab,
    deleting,
    drafts,
    editing,
    feeds,
    flagging,
    following,
    jobs,
    languages,
    moderation,
    privileges,
    question,
    questions,
    revisions,
    runs,
    settings,
    slashes,
    status,
    steering,
    suspending,
    tags,
    users,
    voting,
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
    path("questions/ask", asking.ask),
    path("questions/similar", asking.similar_titles),
    path("questions/<int:id>/answers", answering.answers),
    path("questions/<int:id>/following", following.follow_question),
    path("questions/<int:id>/following/end", following.unfollow_question),
    path("questions/<int:id>", question.question),
    path("questions/<int:id>/closure", closing.closure),
    path("questions/<int:id>/reopening", closing.reopening),
    path("questions/<int:id>/<str:slug>", question.question),
    path("questions/<int:id>/<str:slug>/<int:answer_id>", question.answer_of),
    path("q/<int:id>", question.question_by_id),
    path("q/<int:id>/<path:rest>", question.question_by_id),
    path("a/<int:id>", question.answer),
    path("a/<int:id>/<path:rest>", question.answer),
    path("posts/<int:id>", revisions.post),
    path("posts/<int:id>/edit", editing.edit),
    path("posts/<int:id>/rollback", editing.roll_back),
    path("posts/<int:id>/comments", commenting.comments),
    path("posts/<int:id>/vote", voting.vote),
    path("posts/<int:id>/acceptance", voting.accept),
    path("posts/<int:id>/acceptance/withdrawal", voting.withdraw),
    path("posts/<int:id>/deletion", deleting.deletion),
    path("posts/<int:id>/undeletion", deleting.undeletion),
    path("posts/<int:id>/flags", flagging.of_post),
    path("comments/<int:id>/flags", flagging.of_comment),
    path("posts/<int:id>/revisions", revisions.post_revisions),
    path("posts/<int:id>/timeline", revisions.timeline),
    path("comments/<int:id>/deletion", commenting.delete),
    path("preview", drafts.preview),
    path("drafts", drafts.save),
    path("tags", tags.tags),
    path("tags/completions", asking.tag_completions),
    path("tags/<tags:name>/following/end", following.unfollow_tag),
    path("tags/<tags:name>/following", following.follow_tag),
    path("tags/<tags:name>/info", tags.tag),
    path("users", users.users),
    path("", include("ask.web.account_urls")),
    path("users/claim/<str:token>", claims.claim),
    path("users/settings", settings.profile),
    path("users/settings/preferences", settings.preferences),
    path("users/settings/data", settings.data),
    path("users/settings/data.zip", settings.data_file),
    path("users/settings/data/deletion", settings.deletion),
    path("users/drafts", drafts.all_drafts),
    path("users/drafts/<uuid:token>/deletion", drafts.discard),
    path("users/following", following.followed),
    path("users/suspension", suspending.own_suspension),
    path("users/<signed:id>", users.user),
    path("users/<signed:id>/<str:slug>", users.user),
    path("badges", badges.badges),
    path("about", about.about),
    path("help/privileges", privileges.privileges),
    path("moderation", moderation.waiting),
    path("moderation/settlements", moderation.settlements),
    path("moderation/log", moderation.log),
    path("moderation/people/<signed:id>", suspending.person),
    path("moderation/people/<signed:id>/suspension", suspending.suspension),
    path("moderation/people/<signed:id>/release", suspending.release),
    path("moderation/people/<signed:id>/removal", suspending.removal),
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
