"""Counts the tags of the sample community and writes their wikis."""

from collections.abc import Mapping
from random import Random

from ask.stackexchange.sample.dates import licence, written
from ask.stackexchange.sample.people import COMMUNITY, People
from ask.stackexchange.sample.records import Records
from ask.stackexchange.sample.subjects import PHRASES
from ask.stackexchange.sample.texts import escape_attribute
from ask.stackexchange.sample.threads import Thread
from ask.stackexchange.sample.writing import Ledger


class Tags:
    """The tags that questions have used so far; a fixed set, however many questions there are."""

    def __init__(
        self, *, rng: Random, people: People, records: Records, ledgers: Mapping[str, Ledger]
    ) -> None:
        self._rng = rng
        self._people = people
        self._records = records
        self._history = ledgers["PostHistory"].add
        self._counts: dict[str, int] = {}
        self._wikis: dict[str, tuple[int, int]] = {}
        self._described: dict[str, tuple[str, str]] = {}

    def count(self, thread: Thread) -> list[str]:
        """Count the tags of a question; return those that are to get a wiki now."""
        new = []
        for tag in thread.tags:
            if tag not in self._counts:
                self._counts[tag] = 0
                if self._rng.random() < 0.75:
                    new.append(tag)
                    self._described[tag] = (thread.language, thread.subject.tags[tag])
            self._counts[tag] += 1
        return new

    def wiki(
        self, *, tag: str, wiki_id: int, excerpt_id: int, moment: int, known: int
    ) -> list[str]:
        """Write the two posts that describe a tag; return their rows."""
        self._wikis[tag] = (excerpt_id, wiki_id)
        language, about = self._described[tag]
        random = self._rng.random
        owner = 1 + int(random() * min(40, known))
        excerpt = escape_attribute(about)
        full = PHRASES[language].wiki
        values = {"tag": tag, "about": excerpt}
        rows = []
        for post_id, kind in ((wiki_id, 5), (excerpt_id, 4)):
            is_empty = not about or (kind == 5 and random() < 0.35)
            user = COMMUNITY if is_empty else self._people.id_of(owner)
            markdown = "" if is_empty else excerpt
            html = markdown
            if kind == 5 and not is_empty:
                markdown = full.markdown % values
                html = full.html % values + "&#xA;"
            date = written(moment)
            rights = licence(moment)
            rows.append(
                f'Id="{post_id}" PostTypeId="{kind}" CreationDate="{date}" Score="0"'
                f' Body="{html}" OwnerUserId="{user}" LastEditorUserId="{user}"'
                f' LastEditDate="{date}" LastActivityDate="{date}" CommentCount="0"'
                f' ContentLicense="{rights}"'
            )
            self._history(
                (
                    moment,
                    f'PostHistoryTypeId="2" PostId="{post_id}"'
                    f' RevisionGUID="{self._records.guid()}" CreationDate="{date}"'
                    f' UserId="{user}" Text="{markdown}"'
                    f' ContentLicense="{rights}"',
                )
            )
        return rows

    def rows(self) -> list[str]:
        """Write the rows of all tags, in the order of their first use."""
        written_rows = []
        number = 0
        for at, (tag, count) in enumerate(self._counts.items()):
            number += 1 + (at % 3 == 2)
            row = f'Id="{number}" TagName="{tag}" Count="{count}"'
            if tag in self._wikis:
                excerpt_id, wiki_id = self._wikis[tag]
                row += f' ExcerptPostId="{excerpt_id}" WikiPostId="{wiki_id}"'
            written_rows.append(row)
        return written_rows
