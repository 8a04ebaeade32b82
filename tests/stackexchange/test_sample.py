"""The sample community: bytes, counters and texts are those of a real dump."""

import re
import subprocess
import sys
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

import ask
from ask.stackexchange.sample import SITE, NotEmptyError, write_dump
from ask.stackexchange.sample.subjects import SUBJECTS

Row = dict[str, str]

# The attributes of every table in the order of beer.stackexchange.com, June 2020.
ORDERS = {
    "Badges": "Id UserId Name Date Class TagBased",
    "Comments": "Id PostId Score Text CreationDate UserDisplayName UserId ContentLicense",
    "PostHistory": (
        "Id PostHistoryTypeId PostId RevisionGUID CreationDate UserId UserDisplayName Comment"
        " Text ContentLicense"
    ),
    "PostLinks": "Id CreationDate PostId RelatedPostId LinkTypeId",
    "Posts": (
        "Id PostTypeId AcceptedAnswerId ParentId CreationDate Score ViewCount Body OwnerUserId"
        " OwnerDisplayName LastEditorUserId LastEditorDisplayName LastEditDate LastActivityDate"
        " Title Tags AnswerCount CommentCount FavoriteCount ClosedDate CommunityOwnedDate"
        " ContentLicense"
    ),
    "Tags": "Id TagName Count ExcerptPostId WikiPostId",
    "Users": (
        "Id Reputation CreationDate DisplayName LastAccessDate WebsiteUrl Location AboutMe Views"
        " UpVotes DownVotes ProfileImageUrl AccountId"
    ),
    "Votes": "Id PostId VoteTypeId UserId CreationDate BountyAmount",
}
REQUIRED = {
    "Badges": "Id UserId Name Date Class TagBased",
    "Comments": "Id PostId Score Text CreationDate ContentLicense",
    "PostHistory": "Id PostHistoryTypeId PostId RevisionGUID CreationDate",
    "PostLinks": "Id CreationDate PostId RelatedPostId LinkTypeId",
    "Posts": "Id PostTypeId CreationDate Score Body LastActivityDate CommentCount ContentLicense",
    "Tags": "Id TagName Count",
    "Users": "Id Reputation CreationDate DisplayName LastAccessDate Views UpVotes DownVotes",
    "Votes": "Id PostId VoteTypeId CreationDate",
}
MAY_BE_EMPTY = {
    ("Posts", "Body"),
    ("PostHistory", "Text"),
    ("Users", "WebsiteUrl"),
    ("Users", "Location"),
    ("Users", "AboutMe"),
}
CYRILLIC = re.compile("[А-Яа-яё]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sample") / "dump"
    write_dump(made, questions=1_500)
    return made


@pytest.fixture(scope="module")
def tables(folder: Path) -> dict[str, list[Row]]:
    return {table: rows_of(folder, table) for table in ORDERS}


def rows_of(folder: Path, table: str) -> list[Row]:
    tree = ElementTree.parse(folder / f"{table}.xml")  # noqa: S314 - our own file
    return [dict(row.attrib) for row in tree.getroot()]


def questions_of(tables: dict[str, list[Row]]) -> list[Row]:
    return [post for post in tables["Posts"] if post["PostTypeId"] == "1"]


def tags_of(text: str) -> list[str]:
    return [tag for tag in re.split(r"[<>|]+", text) if tag]


# Bytes


@pytest.mark.parametrize("table", ORDERS)
def test_a_file_has_the_frame_of_the_real_ones(folder: Path, table: str) -> None:
    content = (folder / f"{table}.xml").read_bytes()
    root = table.lower().encode()
    assert content.startswith(
        b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n<' + root + b">\r\n"
    )
    assert content.endswith(b" />\r\n</" + root + b">")
    rows = content.split(b"\r\n")[2:-1]
    assert content.count(b"\n") == content.count(b"\r\n") == len(rows) + 2
    assert all(row.startswith(b"  <row Id=") and row.endswith(b'" />') for row in rows)


@pytest.mark.parametrize("table", ORDERS)
def test_attributes_stand_in_the_real_order(tables: dict[str, list[Row]], table: str) -> None:
    order = ORDERS[table].split()
    # A comment of a deleted user has its name where the others have the id.
    place = {name: at for at, name in enumerate(order)}
    for row in tables[table]:
        assert [place[name] for name in row] == sorted(place[name] for name in row)
        assert set(REQUIRED[table].split()) <= row.keys()


def test_every_optional_attribute_is_there_somewhere(tables: dict[str, list[Row]]) -> None:
    for table, order in ORDERS.items():
        missing = set(order.split()).difference(*(row.keys() for row in tables[table]))
        assert not missing, table


def test_a_null_is_a_missing_attribute_and_empty_texts_occur(
    tables: dict[str, list[Row]],
) -> None:
    empty = {
        (table, name)
        for table, rows in tables.items()
        for row in rows
        for name, value in row.items()
        if not value
    }
    assert empty == MAY_BE_EMPTY


def test_moments_have_three_digits_and_votes_only_their_day(
    tables: dict[str, list[Row]],
) -> None:
    form = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}")
    for rows in tables.values():
        for row in rows:
            for name, value in row.items():
                if name.endswith("Date"):
                    assert form.fullmatch(value)
                    datetime.fromisoformat(value)
    assert all(vote["CreationDate"].endswith("T00:00:00.000") for vote in tables["Votes"])


def test_new_lines_are_those_of_the_real_files(folder: Path) -> None:
    posts = (folder / "Posts.xml").read_bytes()
    history = (folder / "PostHistory.xml").read_bytes()
    assert b"&lt;/p&gt;&#xA;" in posts
    assert b"&#xD;" not in posts
    assert b"&#xD;&#xA;" in history


def test_ids_ascend_with_gaps(tables: dict[str, list[Row]]) -> None:
    for table, rows in tables.items():
        ids = [int(row["Id"]) for row in rows]
        assert all(before < after for before, after in pairwise(ids)), table
        assert ids[-1] > len(ids), table
        assert ids[-1] < 2 * len(ids) + 20, table


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        write_dump(tmp_path / name, questions=150, seed=seed)
    for table in ORDERS:
        one, two, three = (
            (tmp_path / name / f"{table}.xml").read_bytes() for name in ("one", "two", "three")
        )
        assert one == two
        assert one != three


# Counters


def test_scores_are_the_votes(tables: dict[str, list[Row]]) -> None:
    scores: Counter[str] = Counter()
    for vote in tables["Votes"]:
        scores[vote["PostId"]] += {"2": 1, "3": -1}.get(vote["VoteTypeId"], 0)
    for post in tables["Posts"]:
        assert int(post["Score"]) == scores[post["Id"]]


def test_favourites_are_the_votes(tables: dict[str, list[Row]]) -> None:
    counts = Counter(vote["PostId"] for vote in tables["Votes"] if vote["VoteTypeId"] == "5")
    for post in tables["Posts"]:
        assert int(post.get("FavoriteCount", "0")) == counts[post["Id"]]


def test_answers_and_comments_are_counted(tables: dict[str, list[Row]]) -> None:
    answers = Counter(post.get("ParentId") for post in tables["Posts"])
    comments = Counter(comment["PostId"] for comment in tables["Comments"])
    for post in tables["Posts"]:
        assert int(post["CommentCount"]) == comments[post["Id"]]
        if post["PostTypeId"] == "1":
            assert int(post["AnswerCount"]) == answers[post["Id"]]


def test_accepted_answers_belong_to_their_question_and_have_their_vote(
    tables: dict[str, list[Row]],
) -> None:
    parents = {post["Id"]: post.get("ParentId") for post in tables["Posts"]}
    accepted = {
        question["AcceptedAnswerId"]: question["Id"]
        for question in questions_of(tables)
        if "AcceptedAnswerId" in question
    }
    assert all(parents[answer] == question for answer, question in accepted.items())
    votes = Counter(
        vote["PostId"]
        for vote in tables["Votes"]
        if vote["VoteTypeId"] == "1" and vote["PostId"] in parents
    )
    assert votes == dict.fromkeys(accepted, 1)


def test_tags_are_counted(tables: dict[str, list[Row]]) -> None:
    counts = Counter(tag for question in questions_of(tables) for tag in tags_of(question["Tags"]))
    assert {tag["TagName"]: int(tag["Count"]) for tag in tables["Tags"]} == counts


def test_every_vote_was_cast_by_somebody(tables: dict[str, list[Row]]) -> None:
    kinds = Counter(vote["VoteTypeId"] for vote in tables["Votes"])
    assert sum(int(user["UpVotes"]) for user in tables["Users"]) == kinds["2"]
    assert sum(int(user["DownVotes"]) for user in tables["Users"]) == kinds["3"]


def test_only_votes_and_links_point_to_posts_that_are_gone(
    tables: dict[str, list[Row]],
) -> None:
    posts = {post["Id"] for post in tables["Posts"]}
    users = {user["Id"] for user in tables["Users"]}
    for table in ("Comments", "PostHistory", "PostLinks"):
        assert all(row["PostId"] in posts for row in tables[table])
    for rows in tables.values():
        for row in rows:
            for name in ("UserId", "OwnerUserId", "LastEditorUserId"):
                assert name not in row or row[name] in users
    lost = sum(vote["PostId"] not in posts for vote in tables["Votes"])
    assert 0.02 < lost / len(tables["Votes"]) < 0.1
    lost = sum(link["RelatedPostId"] not in posts for link in tables["PostLinks"])
    assert 0 < lost / len(tables["PostLinks"]) < 0.1


def test_nothing_happens_before_its_cause(tables: dict[str, list[Row]]) -> None:
    posts = {post["Id"]: post for post in tables["Posts"]}
    registered = {user["Id"]: user["CreationDate"] for user in tables["Users"]}
    for post in posts.values():
        created = post["CreationDate"]
        assert created <= post["LastActivityDate"]
        assert created <= post.get("LastEditDate", created) <= post["LastActivityDate"]
        assert registered[post.get("OwnerUserId", "-1")] <= created
        if "ParentId" in post:
            assert int(post["ParentId"]) < int(post["Id"])
            assert posts[post["ParentId"]]["CreationDate"] < created
            assert posts[post["ParentId"]]["LastActivityDate"] >= post["LastActivityDate"]
    for table in ("Comments", "PostHistory", "PostLinks"):
        assert all(
            row["CreationDate"] >= posts[row["PostId"]]["CreationDate"] for row in tables[table]
        )
    for user in tables["Users"]:
        assert user["CreationDate"] <= user["LastAccessDate"] < "2025-07"


def test_rows_of_other_tables_stand_in_the_order_of_their_dates(
    tables: dict[str, list[Row]],
) -> None:
    for table in ("Badges", "Comments", "PostHistory", "PostLinks", "Votes"):
        dates = [row.get("Date") or row["CreationDate"] for row in tables[table]]
        late = sum(before > after for before, after in pairwise(dates))
        assert late <= len(dates) // 100, table
    dates = [post["CreationDate"] for post in tables["Posts"]]
    assert sum(before > after for before, after in pairwise(dates)) < len(dates) // 20


# A community


def test_distributions_are_those_of_real_sites(tables: dict[str, list[Row]]) -> None:
    questions = questions_of(tables)
    answers = [post for post in tables["Posts"] if post["PostTypeId"] == "2"]
    posts = len(questions) + len(answers)
    assert len(questions) == 1_500
    assert 1.8 < len(answers) / len(questions) < 2.4
    assert 0.45 < sum("AcceptedAnswerId" in q for q in questions) / len(questions) < 0.62
    assert 0.8 < len(tables["Comments"]) / posts < 1.6
    assert 4.5 < len(tables["Votes"]) / posts < 8
    assert 1.5 < len(tables["Users"]) / len(questions) < 2
    assert {len(tags_of(question["Tags"])) for question in questions} == {1, 2, 3, 4, 5}
    busiest = Counter(post.get("OwnerUserId") for post in answers).most_common(20)
    assert sum(count for _, count in busiest) > len(answers) / 4
    years = {post["CreationDate"][:4] for post in questions}
    assert len(years) == 16
    names = Counter(user["DisplayName"] for user in tables["Users"])
    assert names.most_common(1)[0][1] > 1


def test_what_makes_dumps_difficult_is_there(tables: dict[str, list[Row]]) -> None:
    posts = tables["Posts"]
    bodies = "".join(post["Body"] for post in posts)
    for mark in (
        '<pre class="lang-py prettyprint-override"><code>',
        "<pre><code>",
        "<blockquote>",
        "<ul>",
        "<ol>",
        "<table",
        "<kbd>",
        "<hr />",
        '<img src="https://i.stack.imgur.com/',
        f'<a href="https://{SITE}/questions/',
        f'<a href="https://{SITE}/q/',
        f'<a href="https://{SITE}/a/',
        "$$",
    ):
        assert mark in bodies, mark
    assert {post["PostTypeId"] for post in posts} == {"1", "2", "4", "5", "7"}
    licences = {f"CC BY-SA {version}" for version in ("2.5", "3.0", "4.0")}
    assert {post["ContentLicense"] for post in posts} == licences
    votes = {vote["VoteTypeId"] for vote in tables["Votes"]}
    assert votes >= {"1", "2", "3", "4", "5", "6", "8", "9", "10", "12", "15", "16"}
    history = {row["PostHistoryTypeId"] for row in tables["PostHistory"]}
    assert history >= {
        *("1", "2", "3", "4", "5", "6", "8", "10", "11", "16", "19", "24", "25", "33", "34", "50")
    }
    assert {link["LinkTypeId"] for link in tables["PostLinks"]} == {"1", "3"}
    assert {badge["Class"] for badge in tables["Badges"]} == {"1", "2", "3"}
    assert {badge["TagBased"] for badge in tables["Badges"]} == {"True", "False"}
    assert tables["Users"][0]["Id"] == "-1"
    assert tables["Users"][0]["DisplayName"] == "Community"


def test_a_duplicate_names_its_original(tables: dict[str, list[Row]]) -> None:
    originals = {
        (link["PostId"], link["RelatedPostId"])
        for link in tables["PostLinks"]
        if link["LinkTypeId"] == "3"
    }
    closings = [
        row
        for row in tables["PostHistory"]
        if row["PostHistoryTypeId"] == "10" and row["Comment"] in ("1", "101")
    ]
    assert closings
    for row in closings:
        found = re.match(r'\{"OriginalQuestionIds":\[(\d+)\],"Voters":\[\{"Id":', row["Text"])
        assert found
        assert (row["PostId"], found[1]) in originals


def test_a_bounty_is_offered_by_somebody_and_closed(tables: dict[str, list[Row]]) -> None:
    for vote in tables["Votes"]:
        assert ("UserId" in vote) == (vote["VoteTypeId"] in ("5", "8"))
        assert "BountyAmount" not in vote or vote["VoteTypeId"] in ("8", "9")
    kinds = Counter(vote["VoteTypeId"] for vote in tables["Votes"])
    assert kinds["8"] == kinds["9"] > 0


def test_the_body_is_what_the_last_markdown_renders_to(tables: dict[str, list[Row]]) -> None:
    newest = {
        row["PostId"]: row["Text"]
        for row in tables["PostHistory"]
        if row["PostHistoryTypeId"] in ("2", "5", "8")
    }
    checked = 0
    for post in tables["Posts"]:
        if post["PostTypeId"] in ("1", "2"):
            rendered = cmarkgfm.github_flavored_markdown_to_html(
                newest[post["Id"]].replace("\r\n", "\n"), Options.CMARK_OPT_UNSAFE
            )
            assert _plain(post["Body"]) == _plain(rendered)
            checked += 1
    assert checked > 3_000


def _plain(html: str) -> str:
    """Take away what Stack Exchange adds to CommonMark's HTML, and empty lines."""
    html = re.sub(r' rel="[^"]*"| style="[^"]*"| align="[^"]*"| class="s-table"', "", html)
    html = re.sub(r'<pre class="(\S+) prettyprint-override">', r'<pre lang="\1">', html)
    html = re.sub(r"</?div[^>]*>\n?", "", html)
    return re.sub(r"\n+", "\n", html.replace("&quot;", '"')).strip()


def test_titles_and_tags_of_the_last_revision_are_those_of_the_post(
    tables: dict[str, list[Row]],
) -> None:
    titles: Row = {}
    tags: Row = {}
    for row in tables["PostHistory"]:
        if row["PostHistoryTypeId"] in ("1", "4"):
            titles[row["PostId"]] = row["Text"]
        elif row["PostHistoryTypeId"] in ("3", "6"):
            tags[row["PostId"]] = row["Text"]
    for question in questions_of(tables):
        assert titles[question["Id"]] == question["Title"]
        assert tags[question["Id"]] == question["Tags"]


def test_titles_differ(tables: dict[str, list[Row]]) -> None:
    titles = {question["Title"] for question in questions_of(tables)}
    assert len(titles) > 900
    assert all(15 <= len(title) <= 150 for title in titles)


def test_no_slot_is_left_open(folder: Path) -> None:
    for table in ORDERS:
        content = (folder / f"{table}.xml").read_text(encoding="utf-8-sig")
        assert not re.search(r"%\(\w+", content)
        assert not re.search(r"\{[a-z]{3,}(:[a-z]+)?\}", content), table


def test_every_tag_has_a_question_to_stand_on() -> None:
    for subject in SUBJECTS:
        used = {tag for topic in subject.topics for tag in topic.tags}
        used |= {
            tag
            for topic in subject.topics
            for slot in topic.slots
            for option in slot
            for tag in option.tags
        }
        assert set(subject.tags) == used


# What may be asked for


def test_one_language_alone_may_be_asked_for(tmp_path: Path) -> None:
    write_dump(tmp_path / "ru", questions=120, languages=["ru"])
    write_dump(tmp_path / "en", questions=120, languages=["en"])
    for name, is_russian in (("ru", True), ("en", False)):
        tables = {"Posts": rows_of(tmp_path / name, "Posts")}
        for question in questions_of(tables):
            assert bool(CYRILLIC.search(question["Title"])) == is_russian


def test_tags_may_be_written_with_pipes(tmp_path: Path) -> None:
    write_dump(tmp_path, questions=80, tags_format="pipe")
    for question in questions_of({"Posts": rows_of(tmp_path, "Posts")}):
        assert re.fullmatch(r"(\|[^|<>]+)+\|", question["Tags"])
    revisions = [
        row["Text"]
        for row in rows_of(tmp_path, "PostHistory")
        if row["PostHistoryTypeId"] in ("3", "6")
    ]
    assert all(text.startswith("|") for text in revisions)


@pytest.mark.parametrize("questions", [0, 1, 2, 7])
def test_a_tiny_community_is_whole(tmp_path: Path, questions: int) -> None:
    rows = write_dump(tmp_path, questions=questions)
    tables = {table: rows_of(tmp_path, table) for table in ORDERS}
    assert rows == {table: len(tables[table]) for table in sorted(ORDERS)}
    assert len(questions_of(tables)) == questions
    users = {user["Id"] for user in tables["Users"]}
    assert all(post.get("OwnerUserId", "-1") in users for post in tables["Posts"])


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NotEmptyError):
        write_dump(tmp_path, questions=1)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dump(tmp_path, questions=100, progress=interrupt)
    assert not list(tmp_path.iterdir())


def test_what_a_killed_run_left_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "Posts.xml.part").write_text("half a dump")
    write_dump(tmp_path, questions=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{t}.xml" for t in ORDERS)


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_dump(tmp_path, questions=700, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (700, 700)
    assert told == sorted(told)


def test_memory_does_not_grow_with_the_dump(tmp_path: Path) -> None:
    def peak(questions: int) -> int:
        """Return the most memory (kB) that a process of its own needed."""
        ran = subprocess.run(
            [sys.executable, "-c", MEASURED, str(tmp_path / str(questions)), str(questions)],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(Path(ask.__file__).parent.parent)},
        )
        return int(ran.stdout)

    # From some 3,000 questions on everything that is bounded has reached its bound.
    assert peak(9_000) < peak(3_000) * 1.1


MEASURED = """
import re, sys
from pathlib import Path
from ask.stackexchange.sample import write_dump

write_dump(Path(sys.argv[1]), questions=int(sys.argv[2]))
status = Path("/proc/self/status").read_text()
print(re.search(r"VmHWM:\\s+(\\d+)", status)[1])
"""
