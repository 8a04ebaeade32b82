"""A dump becomes the site: read, clean, build aside, count, check, swap."""

import hashlib
import os
import re
import resource
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ask.caching import cached_value
from ask.caching.guarded import forget_everything
from ask.core.content import content_models
from ask.core.memory import proportional_size
from ask.core.progress import Progress, Step
from ask.questions.counters import Tally, recount
from ask.questions.models import PostTag, Tag
from ask.ratings.counters import TALLIES, derivations
from ask.ratings.standings import refresh_standings
from ask.stackexchange import comparing, same_site, tables
from ask.stackexchange.archives import Dump, UnreadableDump, site_of
from ask.stackexchange.aside import ALIAS, Aside, Batch, build_aside
from ask.stackexchange.carrying import Carried, carry_over, keep_rendered
from ask.stackexchange.comparing import Difference
from ask.stackexchange.crew import Work, run_alone, run_crew
from ask.stackexchange.models import Source
from ask.stackexchange.pieces import PIECE, Piece
from ask.stackexchange.rows import MOST_UNKNOWN, PieceReader
from ask.stackexchange.shapes import shapes
from ask.stackexchange.values import MOMENT

ROOM = 1.5
"""Bytes of disk that new content needs for each byte of XML: its tables and indexes, the largest
sort. Measured: 1.2 on PostgreSQL, 1.0 on SQLite."""

FORM = 1
"""Another number whenever an import makes other rows of the same dump: what a version built is not
finished by another."""

ALONE = 4 * PIECE
"""Bytes of a dump up to which processes of their own would cost more than they bring."""

MOST_WORKERS = 4
"""More would wait for the database, and each takes 50 MB of memory."""

WEIGHED_EVERY = 0.5
"""Seconds between two looks at the memory."""

_ADDRESS = re.compile(r"https?://[\w.-]+(:\d+)?/?$", re.IGNORECASE)

TAGGED = "ask_post_tag_name"
"""A table aside that says which post bears which tag's name, until tags have ids."""


@dataclass
class TableReport:
    """What became of one file."""

    read: int = 0
    stored: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    seconds: float = 0
    """Of all workers together."""
    unknown_columns: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What an import did. Kept in `Source.report`, shown at the end and on `/about`."""

    archives: list[str]
    tables: dict[str, TableReport] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds, by stage."""
    kept: dict[str, int] = field(default_factory=dict)
    """Rows that the dump has lost and that something written here hangs on, by table."""
    stayed: dict[str, int] = field(default_factory=dict)
    """Posts that were changed here later than in the dump, by what was changed."""
    overruled: dict[str, int] = field(default_factory=dict)
    """Posts that were changed here, and in the dump later, by what was changed."""
    drift: dict[str, int] = field(default_factory=dict)
    """Rows whose counter in the dump is not what the other tables say, by counter."""
    seconds: float = 0
    peak_memory: int = 0
    """Bytes, of all processes together, pages that they share counted once."""


class NoRoom(Exception):
    """The disk is too small for the new content; the text says how much is missing."""


class PieceWork:
    """What becomes of a piece: rows, cleaned and complete, stored aside."""

    def __init__(self, aside: Aside | None, *, source_host: str) -> None:
        """Without `aside` everything is read and cleaned, and nothing stored."""
        self.aside = aside
        self.shapes = shapes(source_host=source_host)
        self._inherited: Sequence[BaseDatabaseWrapper] = ()

    @property
    def work(self) -> Work:
        return Work(
            begin=self.begin,
            prepare=self.prepare,
            is_serial=self.aside is not None and self.aside.is_serial,
        )

    def begin(self) -> None:
        """In a process that was forked: open connections of its own."""
        # Kept, so that nobody closes what the parent goes on using.
        self._inherited = connections.all(initialized_only=True)
        for connection in self._inherited:
            del connections[connection.alias]
        if self.aside:
            self.aside.leave_to_parent()

    def prepare(self, piece: Piece) -> Callable[[], dict[str, Any]]:
        """Read and clean; what is returned stores the rows and says what they were."""
        started = time.monotonic()
        piece = piece.loaded()
        table = tables.ALL[piece.table]
        shape = self.shapes[piece.table]
        moments = [column.column for column in table.columns if column.kind is MOMENT]
        rows: list[tuple[Any, ...]] = []
        tagged: list[tuple[int, str]] = []
        latest: datetime | None = None
        reader = PieceReader(table, piece)
        for values in reader.batches():
            shape.complete(values)
            if "created_at" in values:
                last = max(values["created_at"])
                latest = max(last, latest or last)
            if self.aside:
                for name in moments:
                    values[name] = self.aside.adapt(values[name])
                tagged += shape.tags(values)
                rows += shape.rows(values)
        result: dict[str, Any] = {
            "rows": reader.read,
            "bytes": len(piece.data),
            "latest": latest.isoformat() if latest else None,
            "unknown": sorted(reader.unknown),
        }
        batches = [Batch(table.model._meta.db_table, shape.columns, rows)]
        if tagged:
            batches.append(Batch(TAGGED, ("post_id", "name"), tagged))

        def store() -> dict[str, Any]:
            if self.aside:
                result["seconds"] = round(time.monotonic() - started, 3)
                self.aside.store(piece.key, batches, result=result)
            return result | {"seconds": round(time.monotonic() - started, 3)}

        return store


class Loading:
    """Hears of pieces and tables that are done; shows and sums up what was in them."""

    def __init__(
        self, *, dump: Dump, aside: Aside | None, report: Report, progress: Progress
    ) -> None:
        self.dump = dump
        self.aside = aside
        self.report = report
        self.progress = progress
        self.latest: datetime | None = None
        """The latest moment that any row speaks of."""
        self._steps: dict[str, Step] = {}
        self._unknown: dict[str, set[str]] = {}
        self._weighed = 0.0

    def resume(self, finished: dict[str, Any]) -> None:
        """Take over what an earlier import has done, if it has done anything."""
        pieces = [key for key in finished if "/" in key]
        if not pieces:
            return
        size = sum(finished[key]["bytes"] for key in pieces)
        again = " What is packed must be unpacked again." if self.dump.is_packed else ""
        self.progress.note(
            f"Going on where an earlier import of this dump stopped: {100 * size // self.dump.size}"
            f" % of it is stored already.{again}"
        )
        for key in pieces:
            self.piece_done(key, finished[key])
        for table in [key for key in finished if key in tables.ALL]:
            self._close(table)

    def piece_done(self, key: str, result: dict[str, Any]) -> None:
        name = key.partition("/")[0]
        table = self.report.tables.setdefault(name, TableReport(bytes=self.dump.members[name].size))
        table.read += result["rows"]
        table.stored += result["rows"] if self.aside else 0
        table.seconds = round(table.seconds + result["seconds"], 2)
        self._unknown.setdefault(name, set()).update(result["unknown"])
        table.unknown_columns = sorted(self._unknown[name])[:MOST_UNKNOWN]
        if result["latest"]:
            latest = datetime.fromisoformat(result["latest"]).replace(tzinfo=UTC)
            self.latest = max(latest, self.latest or latest)
        if name not in self._steps:
            self._steps[name] = self.progress.step(name, total=table.bytes, unit="bytes")
        self._steps[name].advance(result["bytes"], rows=result["rows"])
        self.weigh()

    def table_done(self, table: str, piece_count: int) -> None:
        if self.aside:
            self.aside.once(table, lambda: piece_count)
        self._close(table)

    def _close(self, table: str) -> None:
        self._steps[table].done()

    def weigh(self) -> None:
        """Look now and then how much memory is used."""
        now = time.monotonic()
        if now - self._weighed >= WEIGHED_EVERY:
            self._weighed = now
            size = proportional_size([os.getpid(), *_children()])
            self.report.peak_memory = max(self.report.peak_memory, size)


def _children() -> list[int]:
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    try:
        return [int(pid) for pid in path.read_text().split()]
    except OSError:
        return []


class Import:
    """One import, from the paths of a dump to the changed site."""

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        site_name: str = "",
        site_url: str = "",
        now: Callable[[], datetime],
        progress: Progress,
        may_replace: bool = False,
        worker_count: int | None = None,
        is_size_checked: bool = True,
    ) -> None:
        """Another site's dump replaces the live one if `may_replace`, and nothing hangs on it.

        `worker_count` processes work pieces into rows; None: as many as there are cores, and one
        more if nothing is to be unpacked, since one or another always waits for the database.

        Raises UnreadableDump when the paths hold no dump, or one without Posts or Users.
        """
        self.dump = Dump(paths, is_size_checked=is_size_checked)
        for name in tables.REQUIRED:
            if name not in self.dump.members:
                raise UnreadableDump(f"{name}.xml is missing, and a dump is nothing without it")
        host = site_of(paths)
        if site_url and not _ADDRESS.match(site_url):
            raise UnreadableDump(
                f"{site_url!r} is no address of a site; it looks like https://beer.stackexchange.com"
            )
        self.site_url = (site_url or (f"https://{host}" if host else "")).rstrip("/")
        self._given_name = site_name
        self.site_name = site_name or host or paths[0].resolve().name.split(".")[0]
        self.now = now
        self.progress = progress
        self.may_replace = may_replace
        at_work = (os.cpu_count() or 1) + (not self.dump.is_packed)
        self.worker_count = worker_count or min(at_work, MOST_WORKERS)
        self.is_size_checked = is_size_checked
        self.report = Report(
            archives=[path.name for path in paths],
            absent=[name for name in tables.ALL if name not in self.dump.members],
        )
        self.is_in_place = False
        """Whether the site is the new one already."""
        self._started = time.monotonic()

    @property
    def source_host(self) -> str:
        return self.site_url.partition("://")[2]

    @property
    def fingerprint(self) -> str:
        """Two imports with the same one build the same rows."""
        columns = [
            f"{model._meta.db_table}.{column.column} {column.db_type(connections['default'])}"
            for model in content_models()
            for column in model._meta.local_concrete_fields
        ]
        parts = [
            str(FORM),
            str(PIECE),
            *self.dump.fingerprint,
            self.source_host,
            *settings.IMAGE_HOSTS,
            *columns,
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def check(self) -> Report:
        """Read and clean everything, change nothing. Raises UnreadableDump, WorkerFailed."""
        self._load(None)
        self._finish_report()
        return self.report

    def run(self) -> Report:
        """Build the new content aside and put it in place.

        Raises UnreadableDump when the dump cannot be read, AnotherSite when it is another site's,
        SomebodyBuilds when another import is at work, NoRoom when the disk is too small, and
        WorkerFailed when one of its processes is lost; the site is then as it was.
        """
        with self._building() as aside:
            latest = self._load(aside)
            self._complete(aside, latest=latest)
            with self._stage("Swap"):
                self._say_carried(aside.swap(lambda: self._sign(latest)))
            self.is_in_place = True
        with self._stage("Caches"):
            forget_everything()
            cached_value.fill_all()
        self._finish_report()
        Source.objects.update(report=asdict(self.report))
        return self.report

    def compare(self) -> list[Difference]:
        """Build the new content aside, and only say what it would change. Raises as `run` does.

        What was built is removed, unless it went on with an import that was stopped.
        """
        with self._building() as aside:
            is_resumed = bool(aside.finished)
            latest = self._load(aside)
            self._complete(aside, latest=latest)
            with self._stage("Differences"), aside.trial() as sides:
                self._say_carried(carry_over(sides))
                found = comparing.differences(sides)
            aside.is_kept = is_resumed
        self._finish_report()
        return found

    def _remember_source(self) -> None:
        """What nobody says of the source stays as this site knows it."""
        known = same_site.known_site()
        if known and not self.may_replace and not self.site_url:
            self.site_url = known.url
            self.site_name = self._given_name or known.name

    @contextmanager
    def _building(self) -> Iterator[Aside]:
        self._remember_source()
        same_site.check_address(site_url=self.site_url, may_replace=self.may_replace)
        building = build_aside(
            connections["default"].vendor,
            dump=", ".join(self.report.archives),
            fingerprint=self.fingerprint,
        )
        with building as aside:
            if self.is_size_checked:
                self._require_room(aside)
            yield aside

    def _require_room(self, aside: Aside) -> None:
        stored = sum(done["bytes"] for key, done in aside.finished.items() if "/" in key)
        needed, free = int(ROOM * (self.dump.size - stored)), aside.free_space()
        if free is not None and free < needed:
            raise NoRoom(
                f"the new content is built beside the old and needs about {needed >> 20:,} MB,"
                f" but the database's disk has {free >> 20:,} MB free; make room,"
                " or try it all the same with --no-size-check"
            )

    def _load(self, aside: Aside | None) -> datetime | None:
        work = PieceWork(aside, source_host=self.source_host).work
        loading = Loading(dump=self.dump, aside=aside, report=self.report, progress=self.progress)
        finished: Collection[str] = ()
        if aside:
            aside.once("tagged", lambda: aside.run(_MAKE_TAGGED))
            loading.resume(aside.finished)
            finished = set(aside.finished)
        started = time.monotonic()
        if self.dump.size <= ALONE:
            run_alone(self.dump, work, loading, finished=finished)
        else:
            if aside:
                aside.close()  # a connection must not be open on both sides of a fork
            run_crew(self.dump, work, loading, finished=finished, worker_count=self.worker_count)
        if aside:
            aside.is_loaded()
        self.report.stages["Tables"] = round(time.monotonic() - started, 2)
        return loading.latest

    def _complete(self, aside: Aside, *, latest: datetime | None) -> None:
        """Everything between the last row of the dump and the swap."""
        with aside.beside() as sides:
            same_site.check_content(sides, site_name=self.site_name, may_replace=self.may_replace)
            with self._stage("Rendered posts"):
                keep_rendered(sides, host=self.source_host)
        names = [model._meta.db_table for model in aside.models]
        # Standings are not a step: they know by themselves whether they are of these rows.
        standings = partial(
            refresh_standings,
            now=self.now(),
            dumped_at=latest,
            using=ALIAS,
            exclusively=aside.writing,
        )
        by_table: dict[str, list[str]] = {}
        for derivation in derivations():
            by_table.setdefault(derivation.table, []).append(derivation.sql)
        tags = aside.step("tags", lambda: self._connect_tags(aside))
        derived = [
            aside.step(f"derived {table}", partial(_each, aside.run, statements))
            for table, statements in by_table.items()
        ]
        indexes = [
            aside.step(f"index {name}", partial(aside.add_index, sql))
            for name, sql in aside.indexes().items()
        ]
        if aside.is_serial:  # one thread writes, while the other computes
            self._together(aside, "Tags", [tags])
            self._together(aside, "Columns, indexes, standings", [standings, *derived, *indexes])
        else:
            self._together(aside, "Tags and columns that the dump has not", [tags, *derived])
            # A long statement beside it would keep it from its work.
            self._together(aside, "Tidying", [partial(aside.vacuum, name) for name in names])
            self._together(aside, "Indexes and standings", [standings, *indexes])
        self._together(
            aside,
            "Statistics and counters",
            [
                *(partial(aside.analyze, name) for name in names),
                *(partial(self._verify, tally) for tally in TALLIES),
            ],
        )

    def _together(self, aside: Aside, title: str, works: Sequence[Callable[[], Any]]) -> None:
        """Do what need not wait for one another, two at once."""
        left = deque(works)
        errors: list[BaseException] = []

        def run() -> None:
            try:
                with aside.in_thread():
                    while not errors:
                        try:
                            work = left.popleft()
                        except IndexError:  # not asked before: the other thread may be quicker
                            break
                        work()
                        step.advance(1)
            except BaseException as e:
                errors.append(e)

        with self._stage(title, total=len(works)) as step:
            threads = [Thread(target=run, name=title) for _ in range(min(2, len(left)))]
            for thread in threads:
                thread.start()
            try:
                for thread in threads:
                    thread.join()
            except KeyboardInterrupt:
                left.clear()
                aside.interrupt()
                for thread in threads:
                    thread.join()
                raise
            if errors:
                raise errors[0]

    @contextmanager
    def _stage(self, name: str, *, total: int | None = None) -> Iterator[Step]:
        started = time.monotonic()
        with self.progress.step(name, total=total, unit="steps") as step:
            yield step
        self.report.stages[name] = round(time.monotonic() - started, 2)

    def _connect_tags(self, aside: Aside) -> None:
        """Tags by id. Names that no row of Tags has get one, after the highest of the dump."""
        tag, post_tag = Tag._meta.db_table, PostTag._meta.db_table
        aside.run(
            f"INSERT INTO {tag} (id, name, question_count, is_moderator_only, is_required)"  # noqa: S608
            f" SELECT (SELECT coalesce(max(id), 0) FROM {tag}) + row_number() OVER (ORDER BY name),"
            f" name, count(*), false, false FROM {TAGGED} AS used"
            f" WHERE NOT EXISTS (SELECT 1 FROM {tag} AS known WHERE known.name = used.name)"
            " GROUP BY name"
        )
        aside.run(
            f"INSERT INTO {post_tag} (tag_id, post_id)"  # noqa: S608
            f" SELECT known.id, used.post_id FROM {TAGGED} AS used"
            f" JOIN {tag} AS known ON known.name = used.name ORDER BY known.id, used.post_id"
        )
        aside.run(f"DROP TABLE {TAGGED}")

    def _sign(self, latest: datetime | None) -> None:
        Source.objects.using(ALIAS).create(
            name=self.site_name, url=self.site_url, imported_at=self.now(), dumped_at=latest
        )

    def _verify(self, tally: Tally) -> None:
        """Count again what the dump counted, and say where the two differ."""
        for finding in recount(tally, is_mending=False, advanced=lambda _: None, using=ALIAS):
            if finding.drift_count:
                self.report.drift[finding.name] = finding.drift_count

    def _say_carried(self, carried: Carried) -> None:
        self.report.kept = carried.kept
        self.report.stayed = carried.stayed
        self.report.overruled = carried.overruled

    def _finish_report(self) -> None:
        self.report.seconds = round(time.monotonic() - self._started, 2)
        # A peak between two looks is known of each process alone.
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            peak = resource.getrusage(who).ru_maxrss * 1024
            self.report.peak_memory = max(self.report.peak_memory, peak)


_MAKE_TAGGED = f"CREATE TABLE {TAGGED} (post_id bigint NOT NULL, name text NOT NULL)"


def _each(work: Callable[[str], Any], arguments: Sequence[str]) -> None:
    for argument in arguments:
        work(argument)
