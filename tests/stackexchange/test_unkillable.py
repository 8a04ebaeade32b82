"""Imports that are killed, at any moment and in any of their processes."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.sites import Site, site

WRITTEN_HERE = """
from ask.questions.models import Comment, Post, Question, Vote
from ask.accounts.models import User
alice = User.objects.create_user(username="alice", password="secret", display_name="Alice")
asked = Question.objects.order_by("id")[0]
Post.objects.create(post_type=1, title="Asked here", body="<p>Why?</p>", owner=alice)
Post.objects.create(post_type=2, parent=asked, body="<p>Because.</p>", owner=alice)
Comment.objects.create(post=asked, user=alice, text="Well.", html="Well.")
Vote.objects.create(post=asked, vote_type=2)
"""


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Path, Path]]:
    """Two dumps of a site, large enough for processes of their own, and a site to bring them to.

    The newer one has lost a tenth of all comments, votes and badges.
    """
    folder = tmp_path_factory.mktemp("unkillable")
    old, new = folder / "old", folder / "new"
    with site(folder) as place:
        place.run("make_dump", str(old), "--questions", "2400")
        shutil.copytree(old, new)
        for table in ("Comments", "Votes", "Badges"):
            lines = (new / f"{table}.xml").read_text().splitlines(keepends=True)
            kept = [line for n, line in enumerate(lines) if n % 10 != 5 or "<row" not in line]
            (new / f"{table}.xml").write_text("".join(kept))
        yield place, old, new


def descendants(pid: int) -> list[int]:
    """Every process below this one, those that are gone meanwhile left out."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [found for child in children for found in (int(child), *descendants(int(child)))]


def test_the_site_is_the_old_or_the_new_one(dumps: tuple[Site, Path, Path]) -> None:
    kill_many(dumps, times=12)


@pytest.mark.long
def test_the_site_is_the_old_or_the_new_one_at_any_moment(
    dumps: tuple[Site, Path, Path],
) -> None:
    kill_many(dumps, times=200)


def kill_many(dumps: tuple[Site, Path, Path], *, times: int) -> None:
    place, old, new = dumps
    contents = {}
    seconds = 0.0
    place.run("import_dump", str(old))
    place.run("shell", "--command", WRITTEN_HERE)
    for path in (new, old):
        started = time.monotonic()
        place.run("import_dump", str(path))
        seconds = time.monotonic() - started
        contents[path] = place.content()
    indexes = place.index_names()
    assert contents[old] != contents[new]
    assert not place.leftovers()

    rng = random.Random(times)
    now, coming = old, new
    resumed = 0
    for attempt in range(times):
        process = place.start("import_dump", str(coming))
        # An import that goes on is quicker, so that moments spread over all of it.
        delay = seconds * rng.random()
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            everyone = [process.pid, *descendants(process.pid)]
            victim = process.pid if attempt % 2 else rng.choice(everyone)
            os.kill(victim, signal.SIGKILL)
        _, complaint = process.communicate(timeout=120)
        resumed += "Going on" in complaint
        found = place.content()
        assert found in (contents[now], contents[coming]), attempt
        assert place.index_names() == indexes
        if found == contents[coming]:
            now, coming = coming, now
        assert place.query("SELECT title FROM questions_post WHERE id = 1000000000") == [
            ("Asked here",)
        ]
    assert resumed
    out, _ = place.run("import_dump", str(coming))
    assert "The site is now" in out
    assert place.content() == contents[coming]
    assert place.index_names() == indexes
    assert not place.leftovers()


def test_what_is_migrated_meanwhile_stays(dumps: tuple[Site, Path, Path], tmp_path: Path) -> None:
    _, old, _ = dumps
    with site(tmp_path) as place:
        process = place.start("import_dump", str(old))
        assert process.stderr
        process.stderr.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        place.execute("ALTER TABLE django_content_type ADD COLUMN more text")
        place.execute("CREATE TABLE made_meanwhile (word text)")
        place.execute("CREATE INDEX made_meanwhile_word ON made_meanwhile (word)")
        place.execute("INSERT INTO made_meanwhile VALUES ('kept')")
        place.run("import_dump", str(old))
        assert place.query("SELECT word FROM made_meanwhile") == [("kept",)]
        assert place.query("SELECT count(more) FROM django_content_type") == [(0,)]
        assert "made_meanwhile_word" in place.index_names()


def test_a_worker_of_a_killed_import_does_no_harm(
    dumps: tuple[Site, Path, Path], tmp_path: Path
) -> None:
    _, old, _ = dumps
    with site(tmp_path) as place:
        process = place.start("import_dump", str(old))
        assert process.stderr
        process.stderr.readline()
        workers = descendants(process.pid)
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(60)
        again = place.start("import_dump", str(old))
        assert again.stderr
        again.stderr.readline()
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        _, complaint = again.communicate(timeout=120)
        assert again.returncode == 0, complaint
        assert place.query("SELECT count(*) FROM questions_post WHERE post_type = 1") == [(2400,)]
        assert not place.leftovers()
