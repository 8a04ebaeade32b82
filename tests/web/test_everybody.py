"""Every address, by every kind of visitor: one table, and no address is missing from it.

What a page shows is tested elsewhere; here it is who gets which status. Whoever adds an address
adds a line.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.db import connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import Settings

from ask.accounts.models import User
from ask.cron import interventions
from ask.cron.models import Run
from ask.moderation.deleting import delete
from ask.moderation.flagging import flag
from ask.moderation.models import Flag
from ask.questions.editing import source_of
from ask.questions.models import Comment, Post
from ask.web.members import login_address
from tests import cast, written

pytestmark = pytest.mark.django_db(databases="__all__")

# Who there is


def _staff() -> User:
    """With the permissions of the jobs' pages, and no privilege of the site's."""
    found = cast.person("Stan", is_staff=True)
    found.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=["cron", "digests"])
    )
    return found


VISITORS: dict[str, Callable[[], User | None]] = {
    "anonymous": lambda: None,
    "new": lambda: cast.person("Nora"),
    "member": lambda: cast.person("Mia", reputation=500),
    "author": lambda: cast.person("Otto", reputation=500),
    "privileged": lambda: cast.person("Petra", reputation=25_000),
    "moderator": lambda: cast.person("Mona", is_moderator=True),
    "staff": _staff,
    "suspended": lambda: cast.person(
        "Susan", reputation=25_000, suspended_until=timezone.now() + timedelta(days=1)
    ),
}
"""The author wrote all that the addresses name, but for one answer that is Bob's."""


# What they get: an HTTP status for each

Statuses = dict[str, int]


def everybody(status: int) -> Statuses:
    return dict.fromkeys(VISITORS, status)


def members(status: int, **others: int) -> Statuses:
    """Who is logged in; a stranger is led to the login. Some may get something else."""
    return {**everybody(status), "anonymous": 302, **others}


def only(*visitors: str, status: int, **others: int) -> Statuses:
    """Those alone; strangers are led to the login, everybody else is refused."""
    return members(403, **dict.fromkeys(visitors, status), **others)


@dataclass(frozen=True)
class Line:
    """What an address answers to reading and to a POST."""

    address: str
    """With `{question}`, `{answer}` and so on for what `scene` makes."""
    get: Statuses
    post: Statuses
    sent: dict[str, str] | None = None
    """The fields of the POST."""


NEVER = everybody(405)


def page(address: str, status: int = 200) -> Line:
    """What everybody may read, and nobody sends anything to."""
    return Line(address, everybody(status), NEVER)


def staff_page(address: str) -> Line:
    return Line(address, only("staff", status=200), NEVER)


def staff_button(address: str) -> Line:
    return Line(address, NEVER, only("staff", status=302))


NEW = {"new": 403, "staff": 403, "suspended": 403}
"""For who has no reputation yet, and who may not write."""


def flags(address: str) -> Line:
    """Of what the author wrote, who flags nothing of their own."""
    none = {**NEW, "author": 403}
    return Line(address, members(200, **none), members(302, **none), sent={"reason": "spam"})


def writing(address: str, sent: dict[str, str]) -> Line:
    """For everybody; a stranger gets their text back, to send it again."""
    return Line(
        address, members(200, suspended=403), members(302, suspended=403, anonymous=403), sent
    )


CRONTAB = "#: name=best\n*/10 * * * * calc_best\n"

TABLE: dict[str, Line] = {
    "admin": Line("/admin", everybody(301), everybody(301)),
    "": page("/"),
    "questions": page("/questions"),
    "questions/ask": writing(
        "/questions/ask",
        {"title": "What is it that shines?", "body": written.BODY, "tags": "sky"},
    ),
    "questions/similar": Line("/questions/similar?title=blue+sky", members(200), NEVER),
    "questions/<int:id>/answers": writing("/questions/{question}/answers", {"body": written.BODY}),
    "questions/<int:id>/following": Line(
        "/questions/{question}/following", NEVER, members(302, suspended=403)
    ),
    "questions/<int:id>/following/end": Line(
        "/questions/{question}/following/end", NEVER, members(302)
    ),
    "posts/<int:id>/edit": Line(
        "/posts/{answer}/edit",
        get=only("author", "privileged", "moderator", status=200),
        post=only("author", "privileged", "moderator", status=302, anonymous=403),
        sent={"body": written.BODY, "based_on": "{revision}"},
    ),
    "posts/<int:id>/rollback": Line(
        "/posts/{answer}/rollback",
        get=NEVER,
        post=only("author", "privileged", "moderator", status=302),
        sent={"revision": "{revision}"},
    ),
    "posts/<int:id>/comments": Line(
        "/posts/{answer}/comments",
        get=members(200, **NEW),
        post=members(302, anonymous=403, **NEW),
        sent={"body": written.REMARK},
    ),
    "posts/<int:id>/vote": Line(
        # Nobody votes on what they wrote themselves.
        "/posts/{answer}/vote",
        get=NEVER,
        post=members(302, author=403, **NEW),
        sent={"kind": "up"},
    ),
    "posts/<int:id>/acceptance": Line(
        "/posts/{theirs}/acceptance", get=NEVER, post=only("author", status=302)
    ),
    "posts/<int:id>/acceptance/withdrawal": Line(
        "/posts/{theirs}/acceptance/withdrawal", get=NEVER, post=only("author", status=302)
    ),
    "comments/<int:id>/deletion": Line(
        "/comments/{comment}/deletion", get=NEVER, post=only("author", "moderator", status=302)
    ),
    "comments/<int:id>/edit": Line(
        "/comments/{comment}/edit",
        get=only("author", "moderator", status=200),
        post=only("author", "moderator", status=302, anonymous=403),
        sent={"body": written.ANSWER, "based_on": "0"},
    ),
    "comments/<int:id>/vote": Line(
        "/comments/{comment}/vote",
        get=NEVER,
        post=members(302, author=403, **NEW),
        sent={"kind": "up"},
    ),
    "preview": Line("/preview", NEVER, members(200, anonymous=403), sent={"body": written.BODY}),
    "drafts": Line(
        "/drafts",
        get=NEVER,
        post=members(302, anonymous=403, suspended=403),
        sent={"kind": "question", "body": written.BODY},
    ),
    "users/drafts": Line("/users/drafts", members(200), NEVER),
    "users/drafts/<uuid:token>/deletion": Line("/users/drafts/{run}/deletion", NEVER, members(302)),
    "users/following": Line("/users/following", members(200), NEVER),
    "tags/completions": Line("/tags/completions?tags=s", members(200), NEVER),
    "tags/<tags:name>/following": Line("/tags/sky/following", NEVER, members(302, suspended=403)),
    "tags/<tags:name>/following/end": Line("/tags/sky/following/end", NEVER, members(302)),
    "questions/tagged/<tags:names>": page("/questions/tagged/sky"),
    "questions/<int:id>": page("/questions/{question}", 301),
    "questions/<int:id>/closure": Line(
        "/questions/{question}/closure",
        # The author has the privilege for what is their own.
        get=only("author", "privileged", "moderator", status=200),
        post=only("author", "privileged", "moderator", status=302),
        sent={"reason": "102"},
    ),
    "questions/<int:id>/closure/withdrawal": Line(
        "/questions/{question}/closure/withdrawal", get=NEVER, post=members(302, suspended=403)
    ),
    "questions/<int:id>/reopening": Line(
        "/questions/{closed}/reopening",
        get=NEVER,
        post=only("author", "privileged", "moderator", status=302),
    ),
    "questions/<int:id>/<str:slug>": page("/questions/{question}/why-is-the-sky-blue"),
    "questions/<int:id>/<str:slug>/<int:answer_id>": page("/questions/{question}/-/{answer}", 301),
    "q/<int:id>": page("/q/{question}", 301),
    "q/<int:id>/<path:rest>": page("/q/{question}/1", 301),
    "a/<int:id>": page("/a/{answer}", 301),
    "a/<int:id>/<path:rest>": page("/a/{answer}/1", 301),
    "posts/<int:id>": page("/posts/{answer}", 302),
    "posts/<int:id>/deletion": Line(
        "/posts/{lone}/deletion",
        get=NEVER,
        # Who has the privilege deletes closed questions only.
        post=only("author", "moderator", status=302),
    ),
    "posts/<int:id>/undeletion": Line(
        "/posts/{deleted}/undeletion",
        get=NEVER,
        post=only("author", "privileged", "moderator", status=302),
    ),
    "posts/<int:id>/flags": flags("/posts/{answer}/flags"),
    "posts/<int:id>/revisions": page("/posts/{question}/revisions"),
    "posts/<int:id>/timeline": page("/posts/{question}/timeline"),
    "comments/<int:id>/flags": flags("/comments/{comment}/flags"),
    "tags": page("/tags"),
    "tags/<tags:name>/info": page("/tags/sky/info"),
    "users": page("/users"),
    "users/suspension": Line("/users/suspension", get=members(200), post=NEVER),
    "users/<signed:id>": page("/users/{author}", 301),
    "users/<signed:id>/<str:slug>": page("/users/{author}/otto"),
    "badges": page("/badges"),
    "about": page("/about"),
    "help/privileges": page("/help/privileges"),
    "moderation": Line("/moderation", get=only("moderator", status=200), post=NEVER),
    "moderation/settlements": Line(
        "/moderation/settlements",
        get=NEVER,
        post=only("moderator", status=302),
        sent={"flag": "{flag}", "verdict": "helpful"},
    ),
    "moderation/log": Line("/moderation/log", get=only("moderator", status=200), post=NEVER),
    "moderation/people/<signed:id>": Line(
        "/moderation/people/{author}", get=only("moderator", status=200), post=NEVER
    ),
    "moderation/people/<signed:id>/suspension": Line(
        "/moderation/people/{author}/suspension",
        get=NEVER,
        post=only("moderator", status=302, anonymous=403),
        sent={"until": "2999-01-01", "reason": "Advertising"},
    ),
    "moderation/people/<signed:id>/release": Line(
        "/moderation/people/{author}/release", get=NEVER, post=only("moderator", status=302)
    ),
    "moderation/people/<signed:id>/removal": Line(
        "/moderation/people/{author}/removal",
        get=NEVER,
        post=only("moderator", status=302),
        sent={"is_sure": "yes"},
    ),
    "mail/dead-addresses": staff_button("/mail/dead-addresses"),
    "mail/dead-addresses/removal": staff_button("/mail/dead-addresses/removal"),
    "mail/log": staff_page("/mail/log"),
    "mail/pause": staff_button("/mail/pause"),
    "mail/resumption": staff_button("/mail/resumption"),
    "mail/unsubscribe/<str:token>": Line("/mail/unsubscribe/x", everybody(404), everybody(404)),
    "status": page("/status", 301),
    "status/": page("/status/"),
    "jobs": page("/jobs", 301),
    "jobs/": staff_page("/jobs/"),
    "jobs/entries/<str:name>": staff_page("/jobs/entries/best"),
    "jobs/entries/<str:name>/runs": staff_button("/jobs/entries/best/runs"),
    "jobs/entries/<str:name>/pause": Line(
        "/jobs/entries/best/pause",
        get=only("staff", status=200),
        post=only("staff", status=302),
    ),
    "jobs/entries/<str:name>/resumption": staff_button("/jobs/entries/best/resumption"),
    "jobs/timeline": staff_page("/jobs/timeline"),
    "jobs/crontab": Line(
        "/jobs/crontab",
        get=only("staff", status=200),
        post=only("staff", status=302),
        sent={"text": CRONTAB},
    ),
    "jobs/crontab/preview": Line(
        "/jobs/crontab/preview", NEVER, only("staff", status=200), {"text": CRONTAB}
    ),
    "jobs/history": staff_page("/jobs/history"),
    "jobs/interventions": staff_page("/jobs/interventions"),
    "jobs/runs/<uuid:id>": staff_page("/jobs/runs/{run}"),
    "jobs/runs/<uuid:id>/log/<int:number>": Line(
        "/jobs/runs/{run}/log/1", get=only("staff", status=404), post=NEVER
    ),
    "jobs/runs/<uuid:id>/cancellation": staff_button("/jobs/runs/{run}/cancellation"),
    "jobs/runs/<uuid:id>/retry": staff_button("/jobs/runs/{run}/retry"),
    "feeds": page("/feeds"),
    "feeds/tag/<tags:names>": page("/feeds/tag/sky"),
    "feeds/question/<int:id>": page("/feeds/question/{question}"),
    "sitemap.xml": page("/sitemap.xml"),
    "sitemap-<int:number>.xml": page("/sitemap-{stretch}.xml"),
    "robots.txt": page("/robots.txt"),
    "opensearch.xml": page("/opensearch.xml"),
    "language/<str:code>": page("/language/ru", 302),
    r"^(?P<path>.+)/$": page("/about/", 301),
}
"""By route of the URL conf."""

SEEING = ("author", "privileged", "moderator", "suspended")

HIDDEN: dict[str, Line] = {
    "a deleted question": Line(
        "/questions/{deleted}/why-is-the-sky-blue",
        get={**everybody(410), **dict.fromkeys(SEEING, 200)},
        post=NEVER,
    ),
    "the history of what is deleted": Line(
        "/posts/{deleted}/revisions",
        get={**everybody(410), **dict.fromkeys(SEEING, 200)},
        post=NEVER,
    ),
    "what happened to what is deleted": Line(
        "/posts/{deleted}/timeline",
        get={**everybody(410), **dict.fromkeys(SEEING, 200)},
        post=NEVER,
    ),
    "a deleted answer": Line(
        "/a/{deleted_answer}",
        get={**everybody(410), **dict.fromkeys(SEEING, 302)},
        post=NEVER,
    ),
    "what a moderator deleted": Line(
        "/posts/{removed}/undeletion", get=NEVER, post=only("moderator", status=302)
    ),
    "flags of what is deleted": Line(
        "/posts/{deleted}/flags", get=members(410), post=members(410), sent={"reason": "spam"}
    ),
    "a comment that is gone, below what is deleted": Line(
        "/comments/99999999/deletion",
        get=NEVER,
        post={**members(410), **dict.fromkeys(SEEING, 302)},
        sent={"post": "{deleted}"},
    ),
    "a comment below what is deleted": Line(
        "/comments/{hidden_comment}/deletion",
        get=NEVER,
        post=only("author", "moderator", status=302),
    ),
    "the text of a comment below what is deleted": Line(
        "/comments/{hidden_comment}/edit",
        get=members(410),
        post=members(410, anonymous=403),
        sent={"body": written.ANSWER, "based_on": "0"},
    ),
    "a vote for a comment below what is deleted": Line(
        "/comments/{hidden_comment}/vote",
        get=NEVER,
        post=members(409, author=403, **NEW),
        sent={"kind": "up"},
    ),
    "flags of a comment below what is deleted": Line(
        "/comments/{hidden_comment}/flags",
        get=members(410),
        post=members(410),
        sent={"reason": "spam"},
    ),
    "the end of following what is deleted": Line(
        "/questions/{deleted}/following/end", get=NEVER, post=members(302)
    ),
}
"""Addresses that answer otherwise by what stands there."""

LINES = {**TABLE, **HIDDEN}


# What stands there


@pytest.fixture
def scene(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """One of each thing that an address names, by the name that it has in the table."""
    settings.CRONTAB = tmp_path / "crontab"
    settings.CRON_FOLDER = tmp_path / "spool"
    settings.CRONTAB.write_text(CRONTAB)
    settings.CRON_EDITABLE = True
    monkeypatch.setattr(interventions, "see_to", lambda intervention: None)
    author, now = VISITORS["author"](), timezone.now()
    assert author is not None

    def ask() -> Post:
        return written.ask(by=author, now=now)

    question, closed, deleted = ask(), ask(), ask()
    Post.objects.filter(id=closed.id).update(closed_at=now)
    answer = written.answer(question, by=author, now=now)
    bad = written.answer(question, by=author, now=now)
    said: Comment = written.comment(question, by=author, now=now)
    hidden: Comment = written.comment(deleted, by=author, now=now)
    for post in (deleted, bad):
        delete(person=author, post=post, now=now)
    removed = written.answer(question, by=author, now=now)
    delete(person=cast.carol(), post=removed, now=now)
    flag(person=cast.bob(), post=question, reason="spam", now=now)
    run = UUID(int=1)
    Run.objects.create(
        id=run, job="best", scheduled_for=now, claimed_at=now, started_at=now, lease="best",
        host="one.example", command="calc_best", cause="schedule", attempt_count=1,
    )  # fmt: skip
    return {
        "question": question.id,
        "closed": closed.id,
        "deleted": deleted.id,
        "lone": ask().id,
        "answer": answer.id,
        "deleted_answer": bad.id,
        "removed": removed.id,
        "theirs": written.answer(question, now=now).id,
        "comment": said.id,
        "hidden_comment": hidden.id,
        "author": author.id,
        "flag": Flag.objects.get().id,
        "run": run,
        "revision": source_of(answer).revision,
        "stretch": question.id // 10_000,
    }


def client_of(who: str, *, is_strict: bool = False) -> Client:
    client = Client(enforce_csrf_checks=is_strict)
    if (user := VISITORS[who]()) is not None:
        client.force_login(user)
    return client


def sent(client: Client, line: Line, scene: dict[str, object]) -> int:
    """The status of the line's POST."""
    fields = {name: value.format(**scene) for name, value in (line.sent or {}).items()}
    return client.post(line.address.format(**scene), fields).status_code


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is taken back, on every database."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
        yield
        for alias in connections:
            transaction.set_rollback(True, using=alias)


def routes(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    """All of the site's own; Django's admin has tests of its own."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield str(pattern.pattern)
        elif pattern.app_name != "admin":
            yield from routes(pattern.url_patterns)


ACCOUNTS: dict[str, tuple[str, Statuses, int]] = {
    "users/account-recovery": ("/users/account-recovery", everybody(200), 200),
    "users/account-recovery/<base36:uidb36>-<str:key>": (
        "/users/account-recovery/1-x",
        everybody(200),
        200,
    ),
    "users/account-recovery/done": ("/users/account-recovery/done", everybody(200), 405),
    "users/account-recovery/sent": ("/users/account-recovery/sent", everybody(200), 405),
    "users/claim/<str:token>": ("/users/claim/x", everybody(410), 410),
    "users/confirm": ("/users/confirm", everybody(200), 405),
    "users/confirm/<str:key>": ("/users/confirm/x", everybody(200), 404),
    "users/identity": ("/users/identity", members(200), 302),
    "users/identity/code": ("/users/identity/code", everybody(302), 302),
    "users/identity/passkey": ("/users/identity/passkey", everybody(302), 302),
    "users/inactive": ("/users/inactive", everybody(200), 405),
    "users/inbox": ("/users/inbox", members(200), 302),
    "users/inbox/<int:id>": ("/users/inbox/1", members(404), 302),
    "users/login": ("/users/login", everybody(302) | {"anonymous": 200}, 200),
    "users/login/code": ("/users/login/code", everybody(302), 302),
    "users/login/passkey": ("/users/login/passkey", everybody(302), 302),
    "users/logout": ("/users/logout", members(200), 302),
    "users/settings": ("/users/settings", members(200), 302),
    "users/settings/data": ("/users/settings/data", members(200), 302),
    "users/settings/data.zip": ("/users/settings/data.zip", members(200), 302),
    "users/settings/data/deletion": ("/users/settings/data/deletion", members(200), 302),
    "users/settings/email": ("/users/settings/email", members(200), 302),
    "users/settings/factors": ("/users/settings/factors", members(200), 302),
    "users/settings/factors/app": ("/users/settings/factors/app", everybody(302), 302),
    "users/settings/factors/app/removal": (
        "/users/settings/factors/app/removal",
        members(404),
        302,
    ),
    "users/settings/factors/keys": ("/users/settings/factors/keys", members(200), 302),
    "users/settings/factors/keys/<int:pk>": ("/users/settings/factors/keys/1", everybody(302), 302),
    "users/settings/factors/keys/<int:pk>/removal": (
        "/users/settings/factors/keys/1/removal",
        everybody(302),
        302,
    ),
    "users/settings/factors/keys/new": ("/users/settings/factors/keys/new", everybody(302), 302),
    "users/settings/factors/recovery-codes": (
        "/users/settings/factors/recovery-codes",
        members(404),
        302,
    ),
    "users/settings/factors/recovery-codes/file": (
        "/users/settings/factors/recovery-codes/file",
        members(404),
        302,
    ),
    "users/settings/factors/recovery-codes/new": (
        "/users/settings/factors/recovery-codes/new",
        everybody(302),
        302,
    ),
    "users/settings/password": ("/users/settings/password", members(200), 302),
    "users/settings/password/first": ("/users/settings/password/first", everybody(302), 302),
    "users/settings/preferences": ("/users/settings/preferences", members(200), 302),
    "users/settings/sessions": ("/users/settings/sessions", members(200), 302),
    "users/signup": ("/users/signup", everybody(302) | {"anonymous": 200}, 200),
}
"""The entrance, and what everybody has for themselves: an address, what each gets by reading, and
what a stranger gets for sending something. What people send of their own is tested elsewhere."""


def test_no_address_is_missing_from_the_table() -> None:
    assert set(routes(get_resolver().url_patterns)) == {*TABLE, *ACCOUNTS}


@pytest.mark.parametrize("who", VISITORS)
def test_everybody_has_an_account_of_their_own(who: str, scene: dict[str, object]) -> None:
    client, statuses = client_of(who), {}
    for name, (address, _gets, _post) in ACCOUNTS.items():
        with undone():
            statuses[name] = client.get(address).status_code
    assert statuses == {name: gets[who] for name, (_, gets, _post) in ACCOUNTS.items()}


def test_a_stranger_changes_nobody_s_account(scene: dict[str, object]) -> None:
    client = client_of("anonymous")
    statuses = {
        name: client.post(address).status_code for name, (address, _, _p) in ACCOUNTS.items()
    }
    assert statuses == {name: post for name, (_, _gets, post) in ACCOUNTS.items()}


@pytest.mark.parametrize("who", VISITORS)
def test_everybody_reads_what_is_for_them(who: str, scene: dict[str, object]) -> None:
    client = client_of(who)
    found = {name: client.get(line.address.format(**scene)) for name, line in LINES.items()}
    statuses = {name: response.status_code for name, response in found.items()}
    assert statuses == {name: line.get[who] for name, line in LINES.items()}


@pytest.mark.parametrize("who", VISITORS)
def test_everybody_does_what_they_may(who: str, scene: dict[str, object]) -> None:
    client = client_of(who)
    statuses = {}
    for name, line in LINES.items():
        with undone():
            statuses[name] = sent(client, line, scene)
    assert statuses == {name: line.post[who] for name, line in LINES.items()}


@pytest.mark.parametrize("who", ["author", "moderator", "staff"])
def test_nothing_is_done_without_the_token_of_a_page(who: str, scene: dict[str, object]) -> None:
    client = client_of(who, is_strict=True)
    done = {name: line for name, line in TABLE.items() if line.post[who] == 302}
    assert done
    assert {name: sent(client, line, scene) for name, line in done.items()} == dict.fromkeys(
        done, 403
    )


def test_strangers_are_led_to_the_login_and_back(scene: dict[str, object]) -> None:
    client = client_of("anonymous")
    for line in LINES.values():
        if line.get["anonymous"] == 302 and line.get["new"] != 302:
            address = line.address.format(**scene)
            assert client.get(address).headers["Location"] == login_address(address)
