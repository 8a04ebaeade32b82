import json
import zipfile
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import py7zr
import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from ask.accounts.models import User
from ask.core.content import LOCAL_IDS
from ask.core.progress import Progress
from ask.questions.models import Comment, Post, PostHistory, PostTag, Question, Tag, Vote
from ask.ratings.cached import hot_questions
from ask.ratings.models import Badge, Board, Reckoning, Standing, TopAnswerer
from ask.ratings.standings import refresh_standings
from ask.stackexchange.importing import Import, Report
from ask.stackexchange.models import Source
from tests.caching.broken import BROKEN as NO_CACHE
from tests.stackexchange.dumps import (
    question,
    real_dump,
    row,
    small,
    user,
    vote,
    write,
)

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def bring(*paths: Path, **options: Any) -> Report:
    with Progress(stream=StringIO()) as progress:
        return Import(paths, now=lambda: NOW, progress=progress, **options).run()


def content() -> dict[str, int]:
    return {
        model.__name__: model._default_manager.count()
        for model in (User, Post, Comment, Vote, Tag, PostTag, Badge, PostHistory)
    }


def index_names() -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
        return sorted(name for (name,) in cursor.fetchall())


def constraint_names() -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return []
        cursor.execute("SELECT conname FROM pg_constraint ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def test_a_folder_becomes_the_site(tmp_path: Path) -> None:
    report = bring(small(tmp_path), site_name="Beer", site_url="https://beer.example/")
    found = Question.objects.get()
    assert found.title == "Why is it so, number 1?"
    assert found.created_at == datetime(2014, 1, 22, 10, tzinfo=UTC)
    assert found.owner.display_name == "Alice"
    assert found.accepted_answer.owner.display_name == "Bob"
    assert found.tag_names == ["hops", "beer"]
    assert found.is_answered
    assert report.tables["Votes"].stored == 4
    assert report.absent == ["Tags", "Comments", "Badges", "PostHistory", "PostLinks"]
    source = Source.objects.get()
    assert (source.name, source.url) == ("Beer", "https://beer.example")
    assert source.imported_at == NOW
    assert source.report["tables"]["Posts"]["read"] == 2


def test_an_import_brings_its_own_standings(tmp_path: Path) -> None:
    bring(small(tmp_path / "one"))
    before = standings()
    assert before
    assert Reckoning.objects.get().ends_at == Source.objects.get().dumped_at
    assert TopAnswerer.objects.exists()
    refreshed = refresh_standings(now=NOW, dumped_at=Source.objects.get().dumped_at)
    assert refreshed is None
    bring(small(tmp_path / "two", Votes=[]))
    assert not Standing.objects.filter(board=Board.REPUTATION).exists()
    bring(small(tmp_path / "three"))
    assert standings() == before


def standings() -> set[tuple[object, ...]]:
    return set(Standing.objects.values_list("board", "period", "user_id", "points"))


@pytest.mark.parametrize("kind", ["7z", "zip"])
def test_an_archive_reads_like_its_folder(tmp_path: Path, kind: str) -> None:
    folder = small(tmp_path / "xml")
    path = tmp_path / f"beer.example.com.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.iterdir():
                archive.write(file, file.name)
    else:
        with py7zr.SevenZipFile(path, "w") as archive7:
            for file in folder.iterdir():
                archive7.write(file, file.name)
    bring(path)
    assert content()["Post"] == 2
    assert Source.objects.get().url == "https://beer.example.com"


def test_the_archives_of_a_large_site_are_one_dump(tmp_path: Path) -> None:
    folder = small(tmp_path / "xml")
    paths = []
    for file in folder.iterdir():
        paths.append(tmp_path / f"large.example.com-{file.stem}.7z")
        with py7zr.SevenZipFile(paths[-1], "w") as archive:
            archive.write(file, file.name)
    bring(*paths)
    assert content()["Vote"] == 4
    assert Source.objects.get().name == "large.example.com"


def test_what_nobody_says_of_the_source_stays(tmp_path: Path) -> None:
    bring(small(tmp_path / "one"), site_name="Beer", site_url="https://beer.example")
    bring(small(tmp_path / "two"))
    source = Source.objects.get()
    assert (source.name, source.url) == ("Beer", "https://beer.example")


def test_missing_and_empty_texts_differ(tmp_path: Path) -> None:
    bring(
        small(
            tmp_path,
            Users=[user(1, "Alice", Location="", AboutMe=""), user(2, "Bob")],
        )
    )
    alice, bob = User.objects.order_by("id")
    assert (alice.location, alice.about) == ("", "")
    assert (bob.location, bob.about) == (None, None)


def test_both_notations_of_tags_are_read(tmp_path: Path) -> None:
    posts = [question(1, Tags="<c#><a>"), question(2, Tags="|a|b.c|"), question(3, Tags="")]
    bring(
        small(tmp_path, Posts=posts, Votes=[], Tags=[row(Id=7, TagName="a", Count=2)]),
    )
    names = {
        found.id: sorted(
            Tag.objects.filter(id__in=PostTag.objects.filter(post=found).values("tag")).values_list(
                "name", flat=True
            )
        )
        for found in Question.objects.all()
    }
    assert names == {1: ["a", "c#"], 2: ["a", "b.c"], 3: []}
    assert Tag.objects.get(name="a").id == 7
    assert Tag.objects.get(name="a").question_count == 2


def test_deleted_authors_keep_their_names(tmp_path: Path) -> None:
    posts = [
        row(
            Id=1,
            PostTypeId=1,
            CreationDate="2014-01-22T10:00:00.000",
            Score=0,
            Body="",
            OwnerDisplayName="user123",
            LastActivityDate="2014-01-22T10:00:00.000",
            CommentCount=1,
            Title="T",
            Tags="",
        )
    ]
    comment = row(
        Id=1,
        PostId=1,
        Score=0,
        Text="*yes* <b>",
        CreationDate="2014-01-22T10:00:00.000",
        UserDisplayName="user9",
    )
    bring(small(tmp_path, Posts=posts, Votes=[], Comments=[comment]))
    found = Question.objects.get()
    assert (found.owner, found.owner_display_name) == (None, "user123")
    remark = Comment.objects.get()
    assert (remark.user, remark.user_display_name) == (None, "user9")
    assert remark.text == "*yes* <b>"
    assert remark.html == "<em>yes</em> &lt;b&gt;"


def test_html_is_cleaned_on_the_way_in(tmp_path: Path) -> None:
    body = '<p onclick="x()">a<script>alert(1)</script><a href="javascript:x()">b</a></p>'
    about = '<iframe src="https://evil.example"></iframe><p>me</p>'
    bring(
        small(
            tmp_path,
            Posts=[question(1, Body=body)],
            Votes=[],
            Users=[user(1, "Alice", AboutMe=about)],
        )
    )
    assert Question.objects.get().body == '<p>a<a rel="nofollow ugc noopener">b</a></p>'
    assert User.objects.get(id=1).about == "<p>me</p>"


def test_unknown_columns_are_ignored_and_listed(tmp_path: Path) -> None:
    report = bring(small(tmp_path, Posts=[question(1, Mood="good")], Votes=[]))
    assert report.tables["Posts"].unknown_columns == ["Mood"]


def test_dangling_votes_are_kept(tmp_path: Path) -> None:
    bring(small(tmp_path, Votes=[vote(1, post=999, type=2)], Posts=[question(1)]))
    assert Vote.objects.get().post_id == 999


def test_medals_and_posts_of_each_person_are_counted(tmp_path: Path) -> None:
    badges = [
        row(
            Id=n,
            UserId=1,
            Name="Student",
            Date="2014-01-22T10:00:00.000",
            Class=c,
            TagBased="False",
        )
        for n, c in enumerate([1, 3, 3], start=1)
    ]
    bring(small(tmp_path, Badges=badges))
    alice, bob = User.objects.order_by("id")
    assert (alice.gold_count, alice.silver_count, alice.bronze_count) == (1, 0, 2)
    assert (alice.question_count, alice.answer_count) == (1, 0)
    assert (bob.question_count, bob.answer_count) == (0, 1)


def test_drift_of_the_dump_is_reported(tmp_path: Path) -> None:
    report = bring(small(tmp_path, Posts=[question(1, Score=40)]))
    assert report.drift["Post.score"] == 1


def test_imported_people_cannot_log_in(tmp_path: Path) -> None:
    bring(small(tmp_path))
    assert not User.objects.get(id=1).has_usable_password()


def test_what_was_made_here_stays_and_gets_ids_of_its_own(tmp_path: Path) -> None:
    staff = User.objects.create_staff(username="staff", password="secret", now=NOW)
    LogEntry.objects.create(user=staff, action_flag=1, object_repr="something")
    mine = Post.objects.create(post_type=1, title="Mine", body="", owner=staff)
    bring(small(tmp_path))
    assert User.objects.get(username="staff").check_password("secret")
    assert LogEntry.objects.get().user == staff
    assert Post.objects.get(id=mine.id).title == "Mine"
    later = Post.objects.create(post_type=1, title="Later", body="")
    assert later.id > mine.id >= LOCAL_IDS


def test_a_claimed_account_stays_claimed(tmp_path: Path) -> None:
    bring(small(tmp_path))
    alice = User.objects.get(id=1)
    alice.set_password("secret")
    alice.username = "alice"
    alice.save()
    bring(small(tmp_path, Users=[user(1, "Alice the second"), user(2, "Bob")]))
    alice = User.objects.get(id=1)
    assert alice.check_password("secret")
    assert (alice.username, alice.display_name) == ("alice", "Alice the second")


def test_a_second_import_replaces_the_first(tmp_path: Path) -> None:
    bring(small(tmp_path / "old"))
    bring(write(tmp_path / "new", Users=[user(5, "Carol")], Posts=[question(8, OwnerUserId=5)]))
    assert [found.id for found in Question.objects.all()] == [8]
    assert Source.objects.count() == 1


def test_the_same_dump_twice_gives_the_same(tmp_path: Path) -> None:
    folder = small(tmp_path)
    bring(folder)
    first = list(Post.objects.order_by("id").values())
    bring(folder)
    assert list(Post.objects.order_by("id").values()) == first


def test_names_of_indexes_and_constraints_are_those_of_the_migrations(tmp_path: Path) -> None:
    indexes, constraints = index_names(), constraint_names()
    bring(small(tmp_path))
    assert index_names() == indexes
    assert constraint_names() == constraints
    call_command("migrate", verbosity=0)


def test_lists_are_computed_ahead(tmp_path: Path) -> None:
    cache = caches["values"]
    cache.set("page", "old")
    bring(small(tmp_path))
    assert cache.get("page") is None
    assert cache.get(hot_questions.key)[0][0]["title"] == "Why is it so, number 1?"


def test_an_import_needs_no_cache(tmp_path: Path, settings: Settings) -> None:
    settings.CACHES = NO_CACHE
    bring(small(tmp_path))
    assert content()["Post"] == 2


@pytest.mark.parametrize("address", ["javascript:alert(1)", "beer.example.com", "https://a/b c"])
def test_the_original_has_an_address_or_none(tmp_path: Path, address: str) -> None:
    with pytest.raises(CommandError, match="is no address of a site"):
        call_command("import_dump", str(small(tmp_path)), "--site-url", address)


def test_a_folder_named_after_its_site_says_its_address(tmp_path: Path) -> None:
    bring(small(tmp_path / "beer.stackexchange.com"))
    assert Source.objects.get().url == "https://beer.stackexchange.com"


def test_a_dry_run_reads_everything_and_changes_nothing(tmp_path: Path) -> None:
    out = StringIO()
    call_command("import_dump", str(small(tmp_path)), "--dry-run", stdout=out, stderr=StringIO())
    assert content()["Post"] == 0
    assert "2 read" in out.getvalue()
    assert out.getvalue().endswith("Nothing was changed.\n")


def test_the_report_is_plain_data(tmp_path: Path) -> None:
    bring(small(tmp_path))
    report = Source.objects.get().report
    assert json.loads(json.dumps(report)) == report
    assert report["seconds"] > 0
    assert report["peak_memory"] > 10_000_000


@pytest.mark.parametrize(
    ("name", "posts", "votes"),
    [
        ("conlang.meta.stackexchange.com.7z", 177, 1_119),
        ("bicycles.meta.stackexchange.com.7z", 1_446, 5_671),
        ("beer.stackexchange.com.7z", 3_471, 18_564),
    ],
)
def test_a_real_dump_recomputes_exactly(name: str, posts: int, votes: int) -> None:
    report = bring(real_dump(name))
    assert (content()["Post"], content()["Vote"]) == (posts, votes)
    assert report.drift == {}
    assert all(table.read == table.stored for table in report.tables.values())


@pytest.mark.long
def test_the_large_real_dump_recomputes_but_for_its_tags(settings: Settings) -> None:
    report = bring(real_dump("travel-2017-semireal.7z"))
    assert sum(table.stored for table in report.tables.values()) == 1_136_325
    # Its tags are synthetic: data/README.md says so.
    assert set(report.drift) == {"Tag.question_count"}
