"""Writes a made-up dump, to try the site, its import and its jobs on."""

import tempfile
import zipfile
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import py7zr
from django.core.management.base import BaseCommand, CommandError

from ask.core.progress import Progress
from ask.cron.reporting import reporter
from ask.stackexchange.sample import LANGUAGES, NotEmptyError, write_dump

_ARCHIVES = (".zip", ".7z")


class Command(BaseCommand):
    help = (
        "Writes a made-up dump of a community in exactly the form of the Stack Exchange data "
        "dump: eight XML files in the folder OUT, or in one archive if OUT ends in .zip or .7z. "
        "The same options give the same rows. Nothing is ever overwritten."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", metavar="OUT", type=Path, help="a folder, or a .zip or .7z file")
        parser.add_argument(
            "--questions", type=int, default=1_000, metavar="N", help="how many (default: 1000)"
        )
        parser.add_argument(
            "--seed", type=int, default=1, metavar="S", help="another number, other texts"
        )
        parser.add_argument(
            "--tags-format",
            choices=("angle", "pipe"),
            default="angle",
            help="how Posts.Tags is written: <a><b> (default) or |a|b|",
        )
        parser.add_argument(
            "--language",
            default=",".join(LANGUAGES),
            metavar="LIST",
            help=f"languages of the texts, with commas between (default: {','.join(LANGUAGES)})",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        out: Path = options["out"]
        questions: int = options["questions"]
        languages = [part.strip() for part in options["language"].split(",") if part.strip()]
        if questions < 0:
            raise CommandError(f"--questions must not be negative: {questions}")
        if unknown := [language for language in languages if language not in LANGUAGES]:
            raise CommandError(
                f"unknown language: {', '.join(unknown)} (there are {', '.join(LANGUAGES)})"
            )
        if not languages:
            raise CommandError("--language names no language")
        is_archive = out.suffix in _ARCHIVES
        if out.exists() and (is_archive or not out.is_dir()):
            raise CommandError(f"{out} exists already")

        with Progress(stream=self.stderr, report=reporter()) as progress:
            step = progress.step("Questions", total=questions, unit="questions")

            def advance(done: int, _total: int) -> None:
                step.advance(done - step.count)

            def write(folder: Path) -> dict[str, int]:
                return write_dump(
                    folder,
                    questions=questions,
                    seed=options["seed"],
                    tags_format=options["tags_format"],
                    languages=languages,
                    progress=advance,
                )

            try:
                rows = _write_archive(out, write) if is_archive else write(out)
            except NotEmptyError as error:
                raise CommandError(str(error)) from error
            except OSError as error:
                raise CommandError(f"cannot write {out}: {error.strerror or error}") from error
            step.done()
        figures = ", ".join(f"{count:,} {table}" for table, count in rows.items())
        self.stdout.write(f"wrote {out}: {figures}")


def _write_archive(out: Path, write: Callable[[Path], dict[str, int]]) -> dict[str, int]:
    """Write a dump beside `out`, pack it, and only then give it its name."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as made:
        folder = Path(made) / "dump"
        rows = write(folder)
        packed = Path(made) / out.name
        _pack(folder, archive=packed)
        packed.rename(out)
    return rows


def _pack(folder: Path, *, archive: Path) -> None:
    """Pack the files of a folder, without the folder, as the real archives have them."""
    files = sorted(folder.iterdir())
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files:
                packed.write(file, file.name)
        return
    # The real archives are packed with BZip2 as well.
    with py7zr.SevenZipFile(archive, "w", filters=[{"id": py7zr.FILTER_BZIP2}]) as bundle:
        for file in files:
            bundle.write(file, file.name)
