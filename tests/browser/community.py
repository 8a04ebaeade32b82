"""A small imported community, and an address of every family of its pages."""

from datetime import datetime
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from ask.accounts.models import User
from ask.core.progress import Progress
from ask.questions.models import Post, PostHistoryType, Question, Tag
from ask.stackexchange.importing import Import
from ask.stackexchange.sample import write_dump
from tests.cast import NOON, answer, ask, comment, history

LONG_WORD = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3
WIDE = f"""<h2>A heading</h2>
<p>{LONG_WORD} <a href="https://elsewhere.example/{LONG_WORD}">{LONG_WORD}</a>
<code>{LONG_WORD}</code></p>
<pre class="highlight"><code><span class="k">return</span> <span class="s">"{LONG_WORD}"</span>
</code></pre>
<table><tr>{"<th>A wide column</th>" * 12}</tr><tr>{"<td>12,345,678</td>" * 12}</tr></table>
<blockquote><p>Somebody said so.</p></blockquote><p><kbd>Ctrl</kbd></p>
<p><img src="https://i.stack.imgur.com/wide.png" alt="A wide picture"></p>
<ul><li>one<ol><li>two</li></ol></li></ul>"""


def import_community(folder: Path, *, now: datetime = NOON) -> None:
    """A sample through the importer and the jobs, and what it lacks from the cast."""
    write_dump(folder, questions=60)
    with Progress(stream=StringIO()) as progress:
        Import([folder], now=lambda: now, progress=progress).run()
    wide = ask(f"{LONG_WORD} or not?", body=WIDE, tags="a-tag-of-a-considerable-length")
    for number in range(9):
        comment(wide, f"Remark {number} <code>{LONG_WORD}</code>", score=number)
    answer(wide, body=WIDE, is_accepted=True)
    history(wide, PostHistoryType.INITIAL_BODY, f"a {LONG_WORD}\n" * 3, guid="1")
    link = f"https://elsewhere.example/{LONG_WORD}"
    history(wide, PostHistoryType.EDIT_BODY, f"another {LONG_WORD}", guid="2", comment=link)
    ask("What was deleted?", deleted_at=NOON)
    call_command("calc_best", stdout=StringIO(), stderr=StringIO())


def families() -> dict[str, str]:
    """An address of each family of pages, by the family's name."""
    wide = Question.objects.get(title__startswith=LONG_WORD)
    long = Question.objects.exclude(pk=wide.pk).order_by("-answer_count", "id")[0]
    gone = Post.objects.get(deleted_at__isnull=False)
    tag = Tag.objects.order_by("-question_count", "name")[0].name
    author = User.objects.order_by("-answer_count", "id")[0].get_absolute_url()
    return {
        "home": "/",
        "questions": "/questions",
        "search": "/questions?q=what",
        "nothing found": f"/questions?q={LONG_WORD}x",
        "tagged": f"/questions/tagged/{tag}",
        "question": long.get_absolute_url(),
        "wide question": wide.get_absolute_url(),
        "revisions": f"/posts/{wide.pk}/revisions",
        "timeline": f"/posts/{wide.pk}/timeline",
        "tags": "/tags",
        "tag": f"/tags/{tag}/info",
        "users": "/users",
        "profile": author,
        "profile: questions": f"{author}?tab=questions",
        "profile: answers": f"{author}?tab=answers",
        "profile: tags": f"{author}?tab=tags",
        "profile: badges": f"{author}?tab=badges",
        "profile: activity": f"{author}?tab=activity",
        "badges": "/badges",
        "about": "/about",
        "status": "/status/",
        "not found": "/nosuch",
        "deleted": f"/q/{gone.pk}",
    }
