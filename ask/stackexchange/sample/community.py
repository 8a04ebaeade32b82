"""Writes the sample community: threads in blocks, in order, in constant memory.

A block of questions is planned, its posts are put in order of time and numbered, then written.
What lives longer than a block is bounded: the texts, the tags, the counters of the first people,
a few questions to link to, and the rows of other tables that wait for their date.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from ask.stackexchange.sample.badges import Awards
from ask.stackexchange.sample.dates import DAY, END, moment_at
from ask.stackexchange.sample.people import FOUNDERS, TALLIED, People
from ask.stackexchange.sample.records import Records, slug_of
from ask.stackexchange.sample.rendering import SITE
from ask.stackexchange.sample.subjects import PHRASES, SUBJECTS
from ask.stackexchange.sample.tags import Tags
from ask.stackexchange.sample.threads import Planner, Post, Thread
from ask.stackexchange.sample.writing import DumpFolder, Ledger

__all__ = ["SITE", "write_dump"]

PEOPLE_PER_QUESTION = 1.75

# How many rows of a table may wait for their date; those of the history hold whole texts.
_PATIENCE = {
    "Badges": 4_000,
    "Comments": 4_000,
    "PostHistory": 1_000,
    "PostLinks": 1_000,
    "Votes": 10_000,
}

Progress = Callable[[int, int], None]
"""Told how many questions are written, and how many there will be."""


def write_dump(
    folder: Path,
    *,
    questions: int,
    seed: int = 1,
    tags_format: str = "angle",
    languages: Sequence[str] = ("en", "ru"),
    progress: Progress | None = None,
) -> dict[str, int]:
    """Write the eight files of a dump into an empty folder; return the rows of each table.

    The same arguments give the same bytes. `tags_format` is `angle` (`<a><b>`) or `pipe`
    (`|a|b|`). Raises NotEmptyError if the folder has something in it.
    """
    with DumpFolder(folder) as dump:
        community = _Community(
            dump=dump,
            questions=questions,
            seed=seed,
            tags_format=tags_format,
            languages=languages,
        )
        community.write(progress=progress or (lambda _done, _all: None))
        return {table: file.rows for table, file in sorted(dump.files.items())}


class _Community:
    def __init__(
        self,
        *,
        dump: DumpFolder,
        questions: int,
        seed: int,
        tags_format: str,
        languages: Sequence[str],
    ) -> None:
        self._questions = questions
        self._rng = Random(seed)
        self._files = dump.files
        self._ledgers = {
            table: Ledger(file=dump.files[table], patience=patience)
            for table, patience in _PATIENCE.items()
        }
        self._people = People(
            count=max(FOUNDERS, int(questions * PEOPLE_PER_QUESTION)),
            seed=seed,
            phrases=PHRASES,
            languages=languages,
        )
        self._awards = Awards(rng=self._rng, people=self._people, ledger=self._ledgers["Badges"])
        self._records = Records(
            rng=self._rng,
            people=self._people,
            phrases=PHRASES,
            ledgers=self._ledgers,
            awards=self._awards,
            tag_format=tags_format,
        )
        self._planner = Planner(
            rng=self._rng,
            people=self._people,
            subjects=SUBJECTS,
            phrases=PHRASES,
            languages=languages,
        )
        self._tags = Tags(
            rng=self._rng, people=self._people, records=self._records, ledgers=self._ledgers
        )
        self._post_id = 0
        self._welcomed = 0

    def write(self, *, progress: Progress) -> None:
        """Write everything."""
        total = self._questions
        if total:
            self._write_help()
        size = max(64, min(128, total // 8))
        for first in range(0, total, size):
            self._write_block(first=first, size=min(size, total - first))
            progress(min(first + size, total), total)
        for ledger in self._ledgers.values():
            ledger.flush(until=2 * END)
        self._files["Tags"].write(self._tags.rows())
        self._write_people()

    def _write_help(self) -> None:
        rows = []
        for language in sorted(set(self._people.cycle)):
            self._post_id += 1
            html = PHRASES[language].scope.html + "&#xA;"
            moment = self._people.registered(1) + 60_000
            rows.append(self._records.placeholder(post_id=self._post_id, moment=moment, html=html))
        self._files["Posts"].write(rows)

    def _write_block(self, *, first: int, size: int) -> None:
        rng = self._rng
        total = self._questions
        end = moment_at((first + size) / total) if first + size < total else END
        latest = min(END, max(end, moment_at(first / total) + 60 * DAY))
        shares = sorted((first + rng.random() * size) / total for _ in range(size))
        threads = [self._planner.thread(share=share, latest=latest) for share in shares]
        posts: list[tuple[int, Thread | str, Post | None]] = []
        for thread in threads:
            posts.append((thread.question.moment, thread, thread.question))
            posts += [(answer.moment, thread, answer) for answer in thread.answers]
            for tag in self._tags.count(thread):
                posts.append((thread.question.moment + DAY, tag, None))
        posts.sort(key=lambda post: post[0])

        gone, wikis = self._number(posts)
        known = self._people.known_by(first / total)
        rows = []
        for at, (moment, owner, post) in enumerate(posts):
            if isinstance(owner, str):
                wiki_id = wikis[at]
                rows += self._tags.wiki(
                    tag=owner,
                    wiki_id=wiki_id,
                    excerpt_id=wiki_id + 1,
                    moment=min(END, moment),
                    known=known,
                )
            elif post is owner.question:
                rows.append(self._records.question(owner))
            elif post is not None:
                rows.append(self._records.answer(thread=owner, post=post))
        self._files["Posts"].write(rows)
        for post_id, moment in gone:
            self._records.dangling_votes(post_id=post_id, moment=moment, known=known)
        for thread in threads:
            self._planner.remember(thread=thread, slug=slug_of(thread.title))
        self._welcome(until=self._people.known_by((first + size) / total))
        for table, ledger in self._ledgers.items():
            # Votes know their day only.
            ledger.flush(until=end // DAY - 1 if table == "Votes" else end)

    def _number(
        self, posts: Sequence[tuple[int, Thread | str, Post | None]]
    ) -> tuple[list[tuple[int, int]], dict[int, int]]:
        """Give the posts their ids; return the ids of deleted posts, and those of tag wikis.

        The former come with their moments, the latter by their place among the posts.
        """
        gone = []
        wikis = {}
        for at, (moment, _, post) in enumerate(posts):
            self._post_id += 1
            if self._rng.random() < 0.2:
                gone.append((self._post_id, moment))
                self._post_id += 1
            if post is None:
                wikis[at] = self._post_id
                self._post_id += 1
            else:
                post.id = self._post_id
        return gone, wikis

    def _welcome(self, *, until: int) -> None:
        """Let newcomers in, and hand the block's votes out to those who cast them."""
        people = self._people
        records = self._records
        self._awards.welcome(after=self._welcomed, until=until)
        for number in range(max(self._welcomed + 1, TALLIED), until + 1):
            records.up_votes -= people.early_up_votes(number)
        self._welcomed = until
        random = self._rng.random
        known = min(until, TALLIED - 1)
        for votes, counters in (
            (records.up_votes, people.up_votes),
            (records.down_votes, people.down_votes),
        ):
            left = votes
            while left > 0:
                some = min(left, 1 + int(random() * 5))
                counters[1 + int(random() ** 3 * known)] += some
                left -= some
        records.up_votes = min(0, records.up_votes)
        records.down_votes = 0

    def _write_people(self) -> None:
        people = self._people
        file = self._files["Users"]
        file.write([people.row_of_community()])
        for first in range(1, people.count + 1, 4096):
            until = min(first + 4096, people.count + 1)
            file.write([people.row(number) for number in range(first, until)])
