"""A dump becomes the site: read, clean, build aside, count, check, swap."""

import re
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connections

from ask.accounts.models import User
from ask.caching import cached_value
from ask.caching.guarded import forget_everything
from ask.core.progress import Progress, Step
from ask.questions.cleaning import clean
from ask.questions.counters import recount
from ask.questions.markdown import render_comment
from ask.questions.models import Comment, Post, PostTag, PostType, Tag
from ask.questions.rendering import needs_rendering
from ask.ratings.counters import TALLIES, derivations
from ask.ratings.hotness import hotness
from ask.ratings.standings import refresh_standings
from ask.stackexchange import comparing, same_site, tables
from ask.stackexchange.archives import Dump, UnreadableDump, site_of
from ask.stackexchange.aside import ALIAS, Aside, DoubledId, build_aside
from ask.stackexchange.carrying import keep_rendered
from ask.stackexchange.comparing import Difference
from ask.stackexchange.models import Source
from ask.stackexchange.rows import Row, RowReader

BATCH = 5_000
"""Rows that are inserted at once: enough to be fast, few enough to keep memory flat."""

_ADDRESS = re.compile(r"https?://[\w.-]+(:\d+)?/?$", re.IGNORECASE)

TAG_NAMES = "ask_post_tag_names"
"""A table aside that says which post bears which tag's name, until tags have ids."""


@dataclass
class TableReport:
    """What became of one file."""

    read: int = 0
    stored: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    seconds: float = 0
    unknown_columns: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What an import did. Kept in `Source.report`, shown at the end and on `/about`."""

    archives: list[str]
    tables: dict[str, TableReport] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds, by stage."""
    drift: dict[str, int] = field(default_factory=dict)
    """Rows whose counter in the dump is not what the other tables say, by counter."""
    kept: dict[str, int] = field(default_factory=dict)
    """Rows that the dump has lost and that something written here hangs on, by table."""
    seconds: float = 0
    peak_memory: int = 0
    """Bytes."""


class Shape:
    """How a table's row becomes a row of the database: the columns that the dump has not."""

    def __init__(self, table: tables.Table) -> None:
        self.columns = [column.column for column in table.columns]
        self.at = {name: index for index, name in enumerate(self.columns)}

    def complete(self, row: Row) -> list[str]:
        """Clean the row in place and append the further columns. Returns names of its tags."""
        return []


class UserShape(Shape):
    def __init__(self, table: tables.Table) -> None:
        super().__init__(table)
        self.columns += ["username", "password", "email", "is_staff", "is_active", "is_superuser"]
        self.columns += ["question_count", "answer_count"]
        self.columns += ["gold_count", "silver_count", "bronze_count"]
        self.about = self.at["about"]

    def complete(self, row: Row) -> list[str]:
        if row[self.about]:
            row[self.about] = clean(row[self.about])
        row += [f"user{row[0]}", "!", "", False, True, False, 0, 0, 0, 0, 0]
        return []


class PostShape(Shape):
    def __init__(self, table: tables.Table, *, source_host: str) -> None:
        super().__init__(table)
        self.source_host = source_host
        self.columns += ["is_answered", "hotness", "is_hotness_stale", "is_rendering_due"]
        at = self.at
        self.type, self.body, self.tags = at["post_type"], at["body"], at["tags"]
        self.created, self.active = at["created_at"], at["last_activity_at"]
        self.score, self.answers = at["score"], at["answer_count"]

    def complete(self, row: Row) -> list[str]:
        row[self.body] = body = clean(row[self.body])
        created = row[self.created]
        row[self.active] = row[self.active] or created
        heat = 0.0
        if is_question := row[self.type] == PostType.QUESTION:
            heat = hotness(
                score=row[self.score], answer_count=row[self.answers] or 0, created_at=created
            )
        row += [False, heat, False, needs_rendering(body, self.source_host)]
        return (row[self.tags] or "").split() if is_question else []


class CommentShape(Shape):
    def __init__(self, table: tables.Table) -> None:
        super().__init__(table)
        self.columns.append("html")
        self.text = self.at["text"]

    def complete(self, row: Row) -> list[str]:
        row.append(render_comment(row[self.text]))
        return []


class Loader:
    """Takes the bytes of the tables as they come, and stores their rows aside in batches."""

    def __init__(
        self,
        *,
        aside: Aside | None,
        report: Report,
        progress: Progress,
        dump: Dump,
        source_host: str,
        is_interrupted: Callable[[], bool],
    ) -> None:
        """Without `aside` everything is read and cleaned, and nothing stored."""
        self.aside = aside
        self.report = report
        self.progress = progress
        self.dump = dump
        self.source_host = source_host
        self.is_interrupted = is_interrupted
        self.latest: datetime | None = None
        """The latest moment that any row speaks of."""
        self._name = ""

    def take(self, name: str, data: bytes) -> None:
        """The next bytes of a table's file; none at its end. Raises UnreadableDump, DoubledId."""
        if name != self._name:
            self._begin(tables.ALL[name])
        if data:
            read = self._reader.read
            self._reader.feed(data)
            self._step.advance(len(data), rows=self._reader.read - read)
        else:
            self._end()

    def _begin(self, table: tables.Table) -> None:
        self._name = table.name
        self._table = table
        self._started = time.monotonic()
        self._shape = self._shape_of(table)
        self._moment = self._shape.at.get("created_at")
        self._rows: list[Row] = []
        self._tags: list[tuple[int, str]] = []
        self._stored = 0
        self._reader = RowReader(table, self._take_row)
        self._step: Step = self.progress.step(
            table.name, total=self.dump.members[table.name].size, unit="bytes"
        )

    def _shape_of(self, table: tables.Table) -> Shape:
        if table.model is User:
            return UserShape(table)
        if table.model is Post:
            return PostShape(table, source_host=self.source_host)
        if table.model is Comment:
            return CommentShape(table)
        return Shape(table)

    def _take_row(self, row: Row) -> None:
        if self._moment is not None and (self.latest is None or row[self._moment] > self.latest):
            self.latest = row[self._moment]
        self._tags += [(row[0], name) for name in self._shape.complete(row)]
        self._rows.append(row)
        if len(self._rows) >= BATCH:
            self._store()

    def _store(self) -> None:
        if self.is_interrupted():
            raise KeyboardInterrupt
        if self.aside:
            table = self._table.model._meta.db_table
            self.aside.insert(table, self._shape.columns, self._rows)
            if self._tags:
                self.aside.insert(TAG_NAMES, ["post_id", "name"], self._tags)
        self._stored += len(self._rows)
        self._rows, self._tags = [], []

    def _end(self) -> None:
        self._reader.finish()
        self._store()
        self._step.done()
        self.report.tables[self._name] = TableReport(
            read=self._reader.read,
            stored=self._stored,
            bytes=self.dump.members[self._name].size,
            seconds=round(time.monotonic() - self._started, 2),
            unknown_columns=sorted(self._reader.unknown),
        )


class Import:
    """One import, from the paths of a dump to the changed site."""

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        site_name: str = "",
        site_url: str = "",
        may_replace: bool = False,
        now: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        """Another site's dump replaces the live one if `may_replace`, and nothing hangs on it.

        Raises UnreadableDump when the paths hold no dump, or one without Posts or Users.
        """
        self.dump = Dump(paths)
        for name in tables.REQUIRED:
            if name not in self.dump.members:
                raise UnreadableDump(f"{name}.xml is missing, and a dump is nothing without it")
        host = site_of(paths)
        if site_url and not _ADDRESS.match(site_url):
            raise UnreadableDump(
                f"{site_url!r} is no address of a site; it looks like https://beer.stackexchange.com"
            )
        self.site_url = (site_url or (f"https://{host}" if host else "")).rstrip("/")
        self.source_host = self.site_url.partition("://")[2]
        self.site_name = site_name or host or paths[0].name.split(".")[0]
        self.may_replace = may_replace
        self.now = now
        self.progress = progress
        self.report = Report(
            archives=[path.name for path in paths],
            absent=[name for name in tables.ALL if name not in self.dump.members],
        )
        self.is_interrupted = False
        """Set by whoever wants it to end: an exception of a signal may be lost in a library that
        calls back."""
        self.is_in_place = False
        """Whether the site is the new one already."""
        self._started = time.monotonic()

    def check(self) -> Report:
        """Read and clean everything, change nothing. Raises UnreadableDump."""
        self._load(None)
        self._finish_report()
        return self.report

    def run(self) -> Report:
        """Build the new content aside and put it in place.

        Raises UnreadableDump when the dump cannot be read, SomebodyBuilds when another import is at
        work, and AnotherSite; the site is then as it was.
        """
        with self._built() as (aside, latest):
            with self._stage("Standings"):
                refresh_standings(now=self.now(), dumped_at=latest, using=ALIAS)
            Source.objects.using(ALIAS).create(
                name=self.site_name,
                url=self.site_url,
                imported_at=self.now(),
                dumped_at=latest,
            )
            with self._stage("Swap"):
                self.report.kept = aside.swap()
            self.is_in_place = True
        self._verify()
        with self._stage("Caches"):
            forget_everything()
            cached_value.fill_all()
        self._finish_report()
        Source.objects.update(report=asdict(self.report))
        return self.report

    def compare(self) -> list[Difference]:
        """Build the new content aside, and only say what it would change. Raises as `run` does."""
        with self._built() as (aside, _), self._stage("Differences"), aside.trial() as sides:
            found = comparing.differences(sides)
        self._finish_report()
        return found

    @contextmanager
    def _built(self) -> Iterator[tuple[Aside, datetime | None]]:
        """The new content aside, complete but for its standings; and its latest moment."""
        same_site.check_address(site_url=self.site_url, may_replace=self.may_replace)
        try:
            with build_aside(connections["default"].vendor) as aside:
                aside.run(f"CREATE TABLE {TAG_NAMES} (post_id bigint NOT NULL, name text NOT NULL)")
                latest = self._load(aside)
                with aside.beside() as sides:
                    same_site.check_content(
                        sides, site_name=self.site_name, may_replace=self.may_replace
                    )
                    with self._stage("Rendered posts"):
                        keep_rendered(sides, host=self.source_host)
                with self._stage("Tags"):
                    self._connect_tags(aside)
                self._derive(aside)
                self._index(aside)
                with self._stage("Statistics"):
                    aside.analyze()
                yield aside, latest
        except DoubledId as e:
            raise UnreadableDump(f"the dump has two rows with the same id or name: {e}") from e

    def _load(self, aside: Aside | None) -> datetime | None:
        loader = Loader(
            aside=aside,
            report=self.report,
            progress=self.progress,
            dump=self.dump,
            source_host=self.source_host,
            is_interrupted=lambda: self.is_interrupted,
        )
        self.dump.read(loader.take)
        return loader.latest

    @contextmanager
    def _stage(self, name: str, *, unit: str = "steps") -> Iterator[Step]:
        started = time.monotonic()
        with self.progress.step(name, unit=unit) as step:
            yield step
        self.report.stages[name] = round(time.monotonic() - started, 2)

    def _connect_tags(self, aside: Aside) -> None:
        """Tags by id. Names that no row of Tags has get one, after the highest of the dump."""
        tag, post_tag = Tag._meta.db_table, PostTag._meta.db_table
        aside.run(
            f"INSERT INTO {tag} (id, name, question_count, is_moderator_only, is_required)"  # noqa: S608
            f" SELECT (SELECT coalesce(max(id), 0) FROM {tag}) + row_number() OVER (ORDER BY name),"
            f" name, count(*), false, false FROM {TAG_NAMES} AS used"
            f" WHERE NOT EXISTS (SELECT 1 FROM {tag} AS known WHERE known.name = used.name)"
            " GROUP BY name"
        )
        aside.run(
            f"INSERT INTO {post_tag} (tag_id, post_id)"  # noqa: S608
            f" SELECT known.id, used.post_id FROM {TAG_NAMES} AS used"
            f" JOIN {tag} AS known ON known.name = used.name ORDER BY known.id, used.post_id"
        )
        aside.run(f"DROP TABLE {TAG_NAMES}")

    def _derive(self, aside: Aside) -> None:
        with self._stage("Columns that the dump has not") as step:
            for derivation in derivations():
                aside.run(derivation.sql)
                step.advance(1)

    def _index(self, aside: Aside) -> None:
        with self._stage("Indexes") as step:
            for _ in aside.add_indexes():
                step.advance(1)

    def _verify(self) -> None:
        """Count again what the dump counted, and say where the two differ."""
        with self._stage("Counters", unit="rows") as step:
            for tally in TALLIES:
                for finding in recount(tally, is_mending=False, advanced=step.advance):
                    if finding.drift_count:
                        self.report.drift[finding.name] = finding.drift_count

    def _finish_report(self) -> None:
        self.report.seconds = round(time.monotonic() - self._started, 2)
        self.report.peak_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
