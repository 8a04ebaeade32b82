"""Small dumps for tests, written by hand; and where the real ones are."""

import os
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

REAL_DUMPS = (
    Path(os.environ.get("ASK_DATA", Path(__file__).parents[3] / "shared" / "data")) / "dumps"
)
"""Real dumps are no part of the project; tests that read them say so where they are not there."""


def real_dump(name: str) -> Path:
    """The path of a real dump; the test is skipped, with this reason, where it is not present."""
    path = REAL_DUMPS / name
    if not path.exists():
        pytest.skip(f"the real dump {name} is not in {REAL_DUMPS} (set ASK_DATA)")
    return path


def row(**attributes: object) -> str:
    """One row of a dump's file."""
    written = " ".join(f"{name}={quoteattr(str(value))}" for name, value in attributes.items())
    return f"  <row {written} />"


def user(id: int, name: str, **more: object) -> str:
    return row(
        **{
            "Id": id,
            "Reputation": 101,
            "CreationDate": "2014-01-21T20:26:05.383",
            "DisplayName": name,
            "LastAccessDate": "2019-05-06T07:08:09.100",
            "Views": 3,
            "UpVotes": 5,
            "DownVotes": 1,
            **more,
        }
    )


def question(id: int, **more: object) -> str:
    return row(
        **{
            "Id": id,
            "PostTypeId": 1,
            "CreationDate": "2014-01-22T10:00:00.000",
            "Score": 0,
            "ViewCount": 12,
            "Body": "<p>Why is it so?</p>\n",
            "OwnerUserId": 1,
            "LastActivityDate": "2014-01-23T10:00:00.000",
            "Title": f"Why is it so, number {id}?",
            "Tags": "<hops><beer>",
            "AnswerCount": 0,
            "CommentCount": 0,
            **more,
        }
    )


def answer(id: int, *, to: int, **more: object) -> str:
    return row(
        **{
            "Id": id,
            "PostTypeId": 2,
            "ParentId": to,
            "CreationDate": "2014-01-22T11:00:00.000",
            "Score": 0,
            "Body": "<p>Because.</p>\n",
            "OwnerUserId": 2,
            "LastActivityDate": "2014-01-22T11:00:00.000",
            "CommentCount": 0,
            **more,
        }
    )


def vote(id: int, *, post: int, type: int, **more: object) -> str:
    return row(Id=id, PostId=post, VoteTypeId=type, CreationDate="2014-01-22T00:00:00.000", **more)


def comment(id: int, *, post: int, user: int = 1, **more: object) -> str:
    return row(
        **{
            "Id": id,
            "PostId": post,
            "Score": 0,
            "Text": "Is it?",
            "CreationDate": "2014-01-22T12:00:00.000",
            "UserId": user,
            **more,
        }
    )


def badge(id: int, *, user: int, name: str = "Student") -> str:
    return row(
        Id=id, UserId=user, Name=name, Date="2014-01-22T12:00:00.000", Class=3, TagBased="False"
    )


def history(
    id: int,
    *,
    post: int,
    user: int = 1,
    type: int = 2,
    text: str = "Why?",
    at: str = "2014-01-22T10:00:00.000",
) -> str:
    return row(
        Id=id,
        PostId=post,
        PostHistoryTypeId=type,
        RevisionGUID=f"guid-{id}",
        CreationDate=at,
        UserId=user,
        Text=text,
    )


def link(id: int, *, post: int, to: int, type: int = 1) -> str:
    return row(
        Id=id,
        PostId=post,
        RelatedPostId=to,
        LinkTypeId=type,
        CreationDate="2014-01-22T10:00:00.000",
    )


def tag(id: int, name: str, *, count: int) -> str:
    return row(Id=id, TagName=name, Count=count)


def write(folder: Path, **rows: list[str]) -> Path:
    """A folder with one file a table, as Stack Exchange writes them: BOM, CRLF."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, written in rows.items():
        root = table.lower()
        lines = ['<?xml version="1.0" encoding="utf-8"?>', f"<{root}>", *written, f"</{root}>"]
        (folder / f"{table}.xml").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    return folder


def small(folder: Path, **more: list[str]) -> Path:
    """Alice asks, Bob answers, both are voted on; `more` replaces or adds tables."""
    return write(
        folder,
        **{
            "Users": [user(1, "Alice"), user(2, "Bob")],
            "Posts": [
                question(1, AcceptedAnswerId=2, Score=1, AnswerCount=1),
                answer(2, to=1, Score=2),
            ],
            "Votes": [
                vote(1, post=1, type=2),
                vote(2, post=2, type=2),
                vote(3, post=2, type=2),
                vote(4, post=2, type=1),
            ],
            **more,
        },
    )
