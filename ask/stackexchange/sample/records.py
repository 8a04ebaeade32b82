"""Writes what a planned thread leaves in the tables: posts, history, comments, votes, links."""

import re
from collections.abc import Mapping, Sequence
from random import Random

from ask.stackexchange.sample import distributions as drawn
from ask.stackexchange.sample.badges import Awards
from ask.stackexchange.sample.dates import BEGIN, DAY, END, HOUR, licence, written, written_day
from ask.stackexchange.sample.people import COMMUNITY, TALLIED, People
from ask.stackexchange.sample.texts import Phrases
from ask.stackexchange.sample.threads import Asked, Post, Thread
from ask.stackexchange.sample.writing import Ledger

_SIZE = drawn.SIZE
_LAST_DAY = END // DAY
_VOTE_DAYS = [f' CreationDate="{written_day(day)}"' for day in range(_LAST_DAY + 1)]
_PARAGRAPHS = "&#xD;&#xA;&#xD;&#xA;"

# From 2020-06 the sites rendered CommonMark, without empty lines between the blocks.
_COMMON_MARK = 18_414 * DAY
# From 2013-06-25 questions were closed for other reasons, and close votes were not kept.
_NEW_REASONS = 15_881 * DAY

_BY_COMMUNITY = (
    "{&quot;Voters&quot;:[{&quot;Id&quot;:-1,&quot;DisplayName&quot;:&quot;Community&quot;}]}"
)
_OLD_CLOSE_REASONS = (1, 2, 3, 4, 7)
_DANGLING = drawn.weighted(
    [(3, 655), (10, 290), (2, 242), (15, 225), (12, 31), (5, 15), (16, 13), (4, 7), (1, 6), (11, 1)]
)


def _careless(text: str) -> str:
    """Return the text as it was before somebody tidied it up; never the same."""
    for careful, careless in _TYPOS:
        if careful in text:
            return text.replace(careful, careless, 1)
    return text + " "


_TYPOS = (
    (" I ", " i "),
    ("the ", "teh "),
    (", что ", " что "),
    (", но ", " но "),
    (" — ", " - "),
    (".", ""),
)


class Records:
    """Turns planned threads into rows."""

    def __init__(
        self,
        *,
        rng: Random,
        people: People,
        phrases: Mapping[str, Phrases],
        ledgers: Mapping[str, Ledger],
        awards: Awards,
        tag_format: str,
    ) -> None:
        self._rng = rng
        self._people = people
        self._phrases = phrases
        self._awards = awards
        self._history = ledgers["PostHistory"].add
        self._comment = ledgers["Comments"].add
        self._vote = ledgers["Votes"].add
        self._vote_all = ledgers["Votes"].add_all
        self._link = ledgers["PostLinks"].add
        self._angle = tag_format == "angle"
        self._edit_ids = 0
        self.up_votes = 0
        self.down_votes = 0

    def tag_list(self, tags: Sequence[str]) -> str:
        """Write the tags of a question in the form asked for."""
        if self._angle:
            return f"&lt;{'&gt;&lt;'.join(tags)}&gt;"
        return f"|{'|'.join(tags)}|"

    def question(self, thread: Thread) -> str:
        """Write a question with all that belongs to it; return its row of Posts."""
        random = self._rng.random
        post = thread.question
        closed = 0
        bounty = self._bounty(thread)
        post_id = post.id
        moment = post.moment
        tags = self.tag_list(thread.tags)
        html = self._texts(post=post, title=thread.title, tags=thread.tags)
        active = max([moment, post.edited, *[max(a.moment, a.edited) for a in thread.answers]])
        if thread.fate < 0.075:
            closed = self._close(thread)
        elif thread.fate < 0.16:
            active = max(active, self._events(thread=thread))
        favourites = self._favourites(thread)
        comment_count = self._comments(thread=thread, post=post)
        self._votes(post)
        if thread.duplicate_of is not None:
            self._relate(post=post, other=thread.duplicate_of, kind=3, moment=closed or moment)
        row = [f'Id="{post_id}" PostTypeId="1"']
        if thread.accepted >= 0:
            row.append(f' AcceptedAnswerId="{thread.answers[thread.accepted].id}"')
            self._accept(thread)
        row.append(
            f' CreationDate="{written(moment)}" Score="{post.ups - post.downs}"'
            f' ViewCount="{thread.views}" Body="{html}"{self._signature(post)}'
            f' LastActivityDate="{written(active)}" Title="{thread.title}" Tags="{tags}"'
            f' AnswerCount="{len(thread.answers)}" CommentCount="{comment_count}"'
        )
        if favourites or random() < 0.02:
            row.append(f' FavoriteCount="{favourites}"')
        if closed:
            row.append(f' ClosedDate="{written(closed)}"')
        if 0.2 < thread.fate < 0.203:
            owned = self._own_by_community(post)
            row.append(f' CommunityOwnedDate="{written(owned)}"')
        row.append(f' ContentLicense="{licence(max(moment, post.edited))}"')
        self._awards.for_thread(thread)
        if bounty:
            self._awards.for_bounty(number=bounty, moment=min(END, moment + 3 * DAY))
        return "".join(row)

    def answer(self, *, thread: Thread, post: Post) -> str:
        """Write an answer with all that belongs to it; return its row of Posts."""
        html = self._texts(post=post)
        comment_count = self._comments(thread=thread, post=post)
        self._votes(post)
        owned = ""
        if 0.2 < thread.fate < 0.202:
            owned = f' CommunityOwnedDate="{written(self._own_by_community(post))}"'
        return (
            f'Id="{post.id}" PostTypeId="2" ParentId="{thread.question.id}"'
            f' CreationDate="{written(post.moment)}" Score="{post.ups - post.downs}"'
            f' Body="{html}"{self._signature(post)}'
            f' LastActivityDate="{written(max(post.moment, post.edited))}"'
            f' CommentCount="{comment_count}"{owned}'
            f' ContentLicense="{licence(max(post.moment, post.edited))}"'
        )

    def placeholder(self, *, post_id: int, moment: int, html: str) -> str:
        """Write a text of the help pages, which is a post of the Community user."""
        self._event(post_id=post_id, kind=2, moment=moment, who=COMMUNITY, text=html)
        date = written(moment)
        return (
            f'Id="{post_id}" PostTypeId="7" CreationDate="{date}" Score="0" Body="{html}"'
            f' OwnerUserId="-1" LastEditorUserId="1" LastEditDate="{date}"'
            f' LastActivityDate="{date}" CommentCount="0" ContentLicense="{licence(moment)}"'
        )

    def dangling_votes(self, *, post_id: int, moment: int, known: int) -> None:
        """Write the votes that a deleted post has left behind."""
        random = self._rng.random
        for _ in range(1 + int(random() * 4)):
            kind = _DANGLING[int(random() * _SIZE)]
            day = min(_LAST_DAY, moment // DAY + int(random() * 30))
            if kind == 2:
                self.up_votes += 1
            elif kind == 3 and random() < 0.6:
                self._people.down_votes_of_community += 1
            elif kind == 3:
                self.down_votes += 1
            user = ""
            if kind == 5:
                user = f' UserId="{self._people.id_of(1 + int(random() ** 2 * known))}"'
                user = user if random() < 0.7 else ' UserId="-1"'
            self._vote((day, f'PostId="{post_id}" VoteTypeId="{kind}"{user}{_VOTE_DAYS[day]}'))

    def guid(self) -> str:
        """Return a new revision's id."""
        digits = f"{self._rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def _signature(self, post: Post) -> str:
        row = ""
        if post.owner:
            row = f' OwnerUserId="{self._people.id_of(post.owner)}"'
        else:
            row = f' OwnerDisplayName="{post.deleted_owner}"'
        if post.edited:
            if post.editor:
                row += f' LastEditorUserId="{self._people.id_of(post.editor)}"'
            else:
                row += f' LastEditorDisplayName="{post.deleted_owner}"'
            row += f' LastEditDate="{written(post.edited)}"'
        return row

    def _texts(self, *, post: Post, title: str = "", tags: Sequence[str] = ()) -> str:
        """Write the revisions of a post into the history; return its HTML."""
        values = post.values
        blocks = [piece.markdown for piece in post.pieces]
        markdown = _PARAGRAPHS.join(blocks) % values
        first_text, first_title, first_tags = markdown, title, tags
        if post.edit == "update":
            first_text = _PARAGRAPHS.join(blocks[:-1]) % values
        elif post.edit == "typo":
            first_text = _careless(markdown)
        elif post.edit == "tags":
            if len(tags) > 1:
                first_tags = tags[:-1]
            else:
                first_title = title[0].lower() + title[1:].rstrip("?")
        post_id = post.id
        date = written(post.moment)
        user = (
            f' UserId="{self._people.id_of(post.owner)}"'
            if post.owner
            else f' UserDisplayName="{post.deleted_owner}"'
        )
        rights = licence(post.moment)
        guid = self.guid()
        head = f'PostId="{post_id}" RevisionGUID="{guid}" CreationDate="{date}"{user} Text="'
        tail = f'" ContentLicense="{rights}"'
        add = self._history
        moment = post.moment
        add((moment, f'PostHistoryTypeId="2" {head}{first_text}{tail}'))
        if title:
            add((moment, f'PostHistoryTypeId="1" {head}{first_title}{tail}'))
            add((moment, f'PostHistoryTypeId="3" {head}{self.tag_list(first_tags)}{tail}'))
        if post.edited:
            changes = []
            if first_text != markdown:
                changes.append((5, markdown))
            if first_title != title:
                changes.append((4, title))
            if first_tags != tags:
                changes.append((6, self.tag_list(tags)))
            if post.edit == "rollback":
                self._roll_back(post=post, guid=guid, markdown=markdown)
            else:
                self._edit(post=post, changes=changes or [(5, markdown)], before=len(first_text))
        separator = "&#xA;" if max(moment, post.edited) >= _COMMON_MARK else "&#xA;&#xA;"
        return separator.join([piece.html for piece in post.pieces]) % values + "&#xA;"

    def _roll_back(self, *, post: Post, guid: str, markdown: str) -> None:
        """Write an edit by somebody else and its undoing; the post is as it was first."""
        between = (post.moment + post.edited) // 2
        spoilt = _careless(markdown)
        for kind, moment, who, comment, text in (
            (5, between, max(1, post.editor // 2), "made it shorter", spoilt),
            (8, post.edited, post.editor or 1, f"Rollback to [{guid}]", markdown),
        ):
            self._history(
                (
                    moment,
                    f'PostHistoryTypeId="{kind}" PostId="{post.id}" RevisionGUID="{self.guid()}"'
                    f' CreationDate="{written(moment)}" UserId="{self._people.id_of(who)}"'
                    f' Comment="{comment}" Text="{text}" ContentLicense="{licence(moment)}"',
                )
            )

    def _edit(self, *, post: Post, changes: list[tuple[int, str]], before: int) -> None:
        random = self._rng.random
        guid = self.guid()
        date = written(post.edited)
        rights = licence(post.edited)
        language = self._people.cycle[max(1, post.editor) % len(self._people.cycle)]
        summaries = self._phrases[language].edit_summaries
        kind, text = changes[0]
        if random() < 0.45 and kind == 5:
            difference = max(1, abs(len(text) - before))
            summary = f"added {difference} characters in body"
        elif kind == 6:
            summary = "edited tags"
        elif kind == 4:
            summary = "edited title"
        else:
            summary = summaries[int(random() * len(summaries))]
        user = (
            f' UserId="{self._people.id_of(post.editor)}"'
            if post.editor
            else f' UserDisplayName="{post.deleted_owner}"'
        )
        place = f'PostId="{post.id}" RevisionGUID="{guid}" CreationDate="{date}"'
        for kind, text in changes:
            self._history(
                (
                    post.edited,
                    f'PostHistoryTypeId="{kind}" {place}{user} Comment="{summary}" Text="{text}"'
                    f' ContentLicense="{rights}"',
                )
            )
        if post.editor:
            self._awards.for_edit(number=post.editor, moment=post.edited)
        if post.editor > 40 and post.editor != post.owner and random() < 0.5:
            self._edit_ids += 1
            editor = self._people.id_of(post.editor)
            judge = self._people.id_of(1 + int(random() * min(20, post.editor)))
            self._history(
                (
                    post.edited,
                    f'PostHistoryTypeId="24" {place} Comment="Proposed by {editor} approved by'
                    f' {judge} edit id of {self._edit_ids}" ContentLicense="{rights}"',
                )
            )
            day = post.edited // DAY
            self._vote((day, f'PostId="{post.id}" VoteTypeId="16"{_VOTE_DAYS[day]}'))
            if post.editor < TALLIED:
                self._people.reputation[post.editor] += 2

    def _comments(self, *, thread: Thread, post: Post) -> int:
        """Write the comments of a post; return how many they are."""
        random = self._rng.random
        people = self._people
        phrases = self._phrases[thread.language]
        moment = post.moment
        last = 0
        known = people.known_by(thread.share)
        for number in range(post.comments):
            moment += 60_000 + int(drawn.HOURS_UNTIL_COMMENT[int(random() * _SIZE)] * HOUR)
            if moment >= END:
                moment = max(post.moment, END - 1 - int(random() * (END - post.moment)))
            replies = number > 0 and random() < 0.35
            if replies and post.owner and post.owner != last:
                who = post.owner
            else:
                who = people.regular(rng=self._rng, known=known, language=thread.language)
            chance = random()
            if replies and last:
                text = phrases.replies[int(random() * len(phrases.replies))]
                text %= {"name": people.name(last).replace(" ", "")}
            elif chance < 0.08 and post.linked is not None:
                group = phrases.comments_with_link
                text = group[int(random() * len(group))] % post.values
            elif chance < 0.65 and thread.topic.comments:
                group = thread.topic.comments
                text = group[int(random() * len(group))] % post.values
            else:
                text = phrases.comments[int(random() * len(phrases.comments))]
            score = drawn.COMMENT_SCORES[int(random() * _SIZE)]
            if random() < 0.014:
                user = f'UserDisplayName="user{people.id_of(who)}"'
            else:
                user = f'UserId="{people.id_of(who)}"'
            self._comment(
                (
                    moment,
                    f'PostId="{post.id}" Score="{score}" Text="{text}"'
                    f' CreationDate="{written(moment)}" {user} ContentLicense="{licence(moment)}"',
                )
            )
            last = who
        if post.linked is not None:
            self._relate(post=post, other=post.linked, kind=1, moment=post.moment)
        return post.comments

    def _votes(self, post: Post) -> None:
        random = self._rng.random
        first = post.moment // DAY
        left = _LAST_DAY - first + 1
        delays = drawn.DAYS_UNTIL_VOTE
        head = f'PostId="{post.id}" VoteTypeId="2"'
        rows = []
        for _ in range(post.ups):
            delay = delays[int(random() * _SIZE)]
            day = first + (delay if delay < left else int(random() * left))
            rows.append((day, head + _VOTE_DAYS[day]))
        for _ in range(post.downs):
            delay = delays[int(random() * _SIZE)]
            day = first + (delay if delay < left else int(random() * left))
            rows.append((day, f'PostId="{post.id}" VoteTypeId="3"{_VOTE_DAYS[day]}'))
        if random() < 0.018:
            rows.append((first, f'PostId="{post.id}" VoteTypeId="15"{_VOTE_DAYS[first]}'))
        self._vote_all(rows)
        self.up_votes += post.ups
        self.down_votes += post.downs
        number = post.owner
        if 0 < number < TALLIED:
            self._people.reputation[number] += 10 * post.ups - 2 * post.downs
            self._people.last_seen[number] = max(self._people.last_seen[number], post.moment)

    def _favourites(self, thread: Thread) -> int:
        post = thread.question
        random = self._rng.random
        if random() > 0.12 + post.ups * 0.02:
            return 0
        count = 1 + int(post.ups * 0.25 * random())
        first = post.moment // DAY
        left = _LAST_DAY - first + 1
        known = self._people.known_by(thread.share)
        for _ in range(count):
            day = first + int(random() ** 4 * left)
            user = self._people.id_of(1 + int(random() ** 2 * known))
            self._vote((day, f'PostId="{post.id}" VoteTypeId="5" UserId="{user}"{_VOTE_DAYS[day]}'))
        return count

    def _accept(self, thread: Thread) -> None:
        random = self._rng.random
        answer = thread.answers[thread.accepted]
        first = answer.moment // DAY
        day = min(_LAST_DAY, first + int(random() ** 6 * 60))
        self._vote((day, f'PostId="{answer.id}" VoteTypeId="1"{_VOTE_DAYS[day]}'))
        reputation = self._people.reputation
        if answer.owner != thread.question.owner:
            if 0 < answer.owner < TALLIED:
                reputation[answer.owner] += 15
            if 0 < thread.question.owner < TALLIED:
                reputation[thread.question.owner] += 2

    def _bounty(self, thread: Thread) -> int:
        """Offer a bounty on one question in seventy; return who offered it, or 0."""
        random = self._rng.random
        if not 0.3 < thread.fate < 0.314:
            return 0
        question = thread.question
        who = question.owner or 1
        amount = drawn.BOUNTIES[int(random() * _SIZE)]
        day = question.moment // DAY + 2 + int(random() ** 2 * 90)
        end = day + 7
        if end > _LAST_DAY:
            return 0
        user = self._people.id_of(who)
        offered = f'PostId="{question.id}" VoteTypeId="8" UserId="{user}"{_VOTE_DAYS[day]}'
        self._vote((day, f'{offered} BountyAmount="{amount}"'))
        moment = day * DAY + int(random() * DAY)
        self._event(post_id=question.id, kind=33, moment=moment, who=who, comment="48")
        until = end * DAY + int(random() * DAY)
        self._event(post_id=question.id, kind=34, moment=until, who=COMMUNITY, comment="48")
        winners = [answer for answer in thread.answers if answer.moment < end * DAY]
        if winners:
            winner = winners[thread.accepted if 0 <= thread.accepted < len(winners) else 0]
            awarded = amount if random() < 0.8 else amount // 2
            self._vote(
                (
                    end,
                    f'PostId="{winner.id}" VoteTypeId="9"{_VOTE_DAYS[end]}'
                    f' BountyAmount="{awarded}"',
                )
            )
            if 0 < winner.owner < TALLIED:
                self._people.reputation[winner.owner] += awarded
        else:
            self._vote((end, f'PostId="{question.id}" VoteTypeId="9"{_VOTE_DAYS[end]}'))
        if who < TALLIED:
            self._people.reputation[who] -= amount
        return who

    def _voters(self, *, count: int, known: int) -> tuple[int, str]:
        """Return the last of some trusted users, and all of them in the history's JSON."""
        numbers = []
        for _ in range(count):
            number = 1 + int(self._rng.random() * min(60, known))
            if number not in numbers:
                numbers.append(number)
        voters = ",".join(
            f"{{&quot;Id&quot;:{self._people.id_of(number)},"
            f"&quot;DisplayName&quot;:&quot;{self._people.name(number)}&quot;}}"
            for number in numbers
        )
        return numbers[-1], f"&quot;Voters&quot;:[{voters}]"

    def _close(self, thread: Thread) -> int:
        """Close a question; return when, or 0 if it has been opened again."""
        random = self._rng.random
        question = thread.question
        known = self._people.known_by(thread.share)
        moment = question.moment + 600_000
        moment += int(drawn.HOURS_UNTIL_ANSWER[int(random() * _SIZE)] * HOUR)
        if moment >= END:
            return 0
        is_new = moment >= _NEW_REASONS
        originals = ""
        if thread.duplicate_of is not None:
            reason = 101 if is_new else 1
            originals = f"&quot;OriginalQuestionIds&quot;:[{thread.duplicate_of.id}],"
        elif is_new:
            reason = 102 + int(random() * 4)
        else:
            reason = _OLD_CLOSE_REASONS[1 + int(random() * 4)]
        last, voters = self._voters(count=1 if random() < 0.3 else 5, known=known)
        text = f"{{{originals}{voters}}}"
        self._event(
            post_id=question.id, kind=10, moment=moment, who=last, comment=str(reason), text=text
        )
        if not is_new:
            day = moment // DAY
            row = f'PostId="{question.id}" VoteTypeId="6"{_VOTE_DAYS[day]}'
            self._vote_all([(day, row)] * 5)
        reopened = moment + int((0.2 + random() * 20) * DAY)
        if random() < 0.12 and thread.duplicate_of is None and reopened < END:
            last, voters = self._voters(count=3, known=known)
            self._event(
                post_id=question.id, kind=11, moment=reopened, who=last, text=f"{{{voters}}}"
            )
            return 0
        return moment

    def _events(self, *, thread: Thread) -> int:
        """Write what else may befall a question; return when it was bumped, or 0."""
        random = self._rng.random
        question = thread.question
        moment = question.moment + int((0.1 + random() * 30) * DAY)
        fate = thread.fate
        known = self._people.known_by(thread.share)
        if moment >= END:
            return 0
        post_id = question.id
        if fate < 0.125:
            tweet = 10**17 + int((moment - BEGIN) * 3_700_000)
            comment = f"https://twitter.com/HandmadeQA/status/{tweet}"
            self._event(post_id=post_id, kind=25, moment=moment, who=0, comment=comment)
        elif fate < 0.14 and thread.accepted < 0:
            self._event(post_id=post_id, kind=50, moment=moment, who=COMMUNITY)
            return moment
        elif fate < 0.15:
            self._event(post_id=post_id, kind=19, moment=moment, who=COMMUNITY, text=_BY_COMMUNITY)
            if fate < 0.142:
                last, voters = self._voters(count=1, known=known)
                later = min(END, moment + 40 * DAY)
                self._event(post_id=post_id, kind=20, moment=later, who=last, text=f"{{{voters}}}")
        elif fate < 0.153:
            self._event(post_id=post_id, kind=52, moment=moment, who=0)
        elif fate < 0.155:
            last, voters = self._voters(count=1, known=known)
            self._event(
                post_id=post_id,
                kind=12,
                moment=moment,
                who=last,
                comment="via Vote",
                text=f"{{{voters}}}",
            )
            later = min(END, moment + 5 * HOUR)
            self._event(post_id=post_id, kind=13, moment=later, who=last, text=f"{{{voters}}}")
            for kind, at in ((10, moment), (11, later)):
                day = at // DAY
                self._vote((day, f'PostId="{post_id}" VoteTypeId="{kind}"{_VOTE_DAYS[day]}'))
        elif fate < 0.157:
            address = f"https://hobbies.example.net/questions/{post_id * 3 + 7}"
            self._event(
                post_id=post_id,
                kind=36,
                moment=question.moment + 1,
                who=COMMUNITY,
                comment=f"from {address}",
            )
        return 0

    def _own_by_community(self, post: Post) -> int:
        moment = min(END, post.moment + HOUR)
        self._event(post_id=post.id, kind=16, moment=moment, who=post.owner or COMMUNITY)
        return moment

    def _event(
        self, *, post_id: int, kind: int, moment: int, who: int, comment: str = "", text: str = ""
    ) -> None:
        """Write a row of history that is not a revision; such rows have no licence."""
        row = (
            f'PostHistoryTypeId="{kind}" PostId="{post_id}" RevisionGUID="{self.guid()}"'
            f' CreationDate="{written(moment)}"'
        )
        if who:
            row += f' UserId="{self._people.id_of(who) if who > 0 else who}"'
        if comment:
            row += f' Comment="{comment}"'
        if text:
            row += f' Text="{text}"'
        self._history((moment, row))

    def _relate(self, *, post: Post, other: Asked, kind: int, moment: int) -> None:
        # One link in thirty points to a question that was deleted later.
        other_id = other.id if self._rng.random() > 0.03 or kind == 3 else other.id + 1
        self._link(
            (
                moment,
                f'CreationDate="{written(moment)}" PostId="{post.id}" RelatedPostId="{other_id}"'
                f' LinkTypeId="{kind}"',
            )
        )


_NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")
_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdezijklmnoprstufhye", strict=True)),
        "ё": "e",
        "ж": "zh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sch",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
        "’": "",
        "'": "",
    }
)


def slug_of(title: str) -> str:
    """Return a question's slug: what follows its id in its address."""
    return _NOT_IN_SLUGS.sub("-", title.lower().translate(_CYRILLIC)).strip("-")[:80].strip("-")
