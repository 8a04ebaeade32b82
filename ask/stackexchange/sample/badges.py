"""Awards the badges of the sample community, with the names and classes of the real sites."""

from random import Random

from ask.stackexchange.sample.dates import DAY, END, HOUR, written
from ask.stackexchange.sample.people import TALLIED, People
from ask.stackexchange.sample.threads import Post, Thread
from ask.stackexchange.sample.writing import Ledger

GOLD, SILVER, BRONZE = 1, 2, 3

# Tag badges are followed for the first people only, so that memory stays the same.
_EXPERTS = 256
_TAG_BADGES = ((BRONZE, 20, 100), (SILVER, 80, 400), (GOLD, 200, 1000))

_STUDENT, _TEACHER, _SCHOLAR, _EDITOR, _PROMOTER = 1, 2, 4, 8, 16

_BY_VIEWS = (
    (1_000, "Popular Question", BRONZE),
    (2_500, "Notable Question", SILVER),
    (10_000, "Famous Question", GOLD),
)
_BY_QUESTION_SCORE = (
    (10, "Nice Question", BRONZE),
    (25, "Good Question", SILVER),
    (100, "Great Question", GOLD),
)
_BY_ANSWER_SCORE = (
    (10, "Nice Answer", BRONZE),
    (25, "Good Answer", SILVER),
    (100, "Great Answer", GOLD),
)
# What newcomers are given for looking round: chance out of 1024, days after registration.
_WELCOME = (
    ("Autobiographer", BRONZE, 440, 0),
    ("Supporter", BRONZE, 165, 3),
    ("Informed", BRONZE, 80, 0),
    ("Yearling", SILVER, 62, 366),
    ("Custodian", BRONZE, 28, 90),
    ("Citizen Patrol", BRONZE, 27, 60),
    ("Critic", BRONZE, 17, 30),
    ("Commentator", BRONZE, 10, 120),
    ("Enthusiast", SILVER, 9, 45),
    ("Organizer", BRONZE, 6, 50),
    ("Excavator", BRONZE, 5, 300),
    ("Fanatic", GOLD, 4, 130),
    ("Suffrage", BRONZE, 4, 40),
    ("Vox Populi", BRONZE, 3, 70),
    ("Civic Duty", SILVER, 1, 500),
)


class Awards:
    """Writes badges into their ledger as the reasons for them appear."""

    def __init__(self, *, rng: Random, people: People, ledger: Ledger) -> None:
        self._rng = rng
        self._people = people
        self._ledger = ledger
        self._first_times = bytearray(TALLIED)
        self._expertise: dict[tuple[int, str], tuple[int, int]] = {}

    def welcome(self, *, after: int, until: int) -> None:
        """Award what people who have registered (numbers `after` < n <= `until`) get early."""
        people = self._people
        for number in range(after + 1, until + 1):
            chance = people.chance(number) ^ 0x5DEECE66D
            for at, (name, badge_class, share, days) in enumerate(_WELCOME):
                if (chance >> at * 3) & 1023 < share:
                    moment = people.registered(number) + days * DAY
                    moment += 120_000 + (chance >> 20) % (HOUR if days == 0 else 9 * DAY)
                    self._award(number=number, name=name, badge_class=badge_class, moment=moment)

    def for_thread(self, thread: Thread) -> None:
        """Award what a question and its answers earn."""
        question = thread.question
        asker = question.owner
        score = question.ups - question.downs
        later = int(200 * DAY * self._rng.random()) + DAY
        if asker:
            if score > 0:
                self._once(number=asker, flag=_STUDENT, name="Student", moment=question.moment)
            if thread.accepted >= 0:
                at = thread.answers[thread.accepted].moment
                self._once(number=asker, flag=_SCHOLAR, name="Scholar", moment=at)
            if score >= 10:
                self._reached(
                    number=asker, figure=score, levels=_BY_QUESTION_SCORE, moment=question.moment
                )
            if thread.views >= 1_000:
                self._reached(
                    number=asker,
                    figure=thread.views,
                    levels=_BY_VIEWS,
                    moment=question.moment + later,
                )
            if not thread.answers and score <= 0 and thread.views < 100:
                moment = question.moment + 7 * DAY
                self._award(number=asker, name="Tumbleweed", badge_class=BRONZE, moment=moment)
        for at, answer in enumerate(thread.answers):
            if answer.owner:
                self._for_answer(thread=thread, answer=answer, is_accepted=at == thread.accepted)

    def for_edit(self, *, number: int, moment: int) -> None:
        """Award the first edit."""
        self._once(number=number, flag=_EDITOR, name="Editor", moment=moment)

    def for_bounty(self, *, number: int, moment: int) -> None:
        """Award the first bounty."""
        self._once(number=number, flag=_PROMOTER, name="Promoter", moment=moment)

    def _for_answer(self, *, thread: Thread, answer: Post, is_accepted: bool) -> None:
        score = answer.ups - answer.downs
        number, moment = answer.owner, answer.moment
        if score > 0:
            self._once(number=number, flag=_TEACHER, name="Teacher", moment=moment)
            if number < _EXPERTS:
                self._count_expertise(thread=thread, answer=answer, score=score)
        if score >= 10:
            self._reached(number=number, figure=score, levels=_BY_ANSWER_SCORE, moment=moment)
            if is_accepted:
                self._award(number=number, name="Enlightened", badge_class=SILVER, moment=moment)
            if is_accepted and score >= 40:
                self._award(number=number, name="Guru", badge_class=SILVER, moment=moment)
        if moment - thread.question.moment > 60 * DAY and score >= 5:
            self._award(number=number, name="Necromancer", badge_class=SILVER, moment=moment)
        elif moment - thread.question.moment > 30 * DAY and score >= 2:
            self._award(number=number, name="Revival", badge_class=BRONZE, moment=moment)
        if number == thread.question.owner and score >= 3:
            self._award(number=number, name="Self-Learner", badge_class=BRONZE, moment=moment)

    def _count_expertise(self, *, thread: Thread, answer: Post, score: int) -> None:
        for tag in thread.tags:
            answers, total = self._expertise.get((answer.owner, tag), (0, 0))
            self._expertise[answer.owner, tag] = now = (answers + 1, total + score)
            for badge_class, answers_needed, score_needed in _TAG_BADGES:
                had = answers >= answers_needed and total >= score_needed
                if not had and now[0] >= answers_needed and now[1] >= score_needed:
                    self._award(
                        number=answer.owner,
                        name=tag,
                        badge_class=badge_class,
                        moment=answer.moment + DAY,
                        tag_based=True,
                    )

    def _reached(
        self, *, number: int, figure: int, levels: tuple[tuple[int, str, int], ...], moment: int
    ) -> None:
        for level, name, badge_class in levels:
            if figure >= level:
                moment += DAY + int(20 * DAY * self._rng.random())
                self._award(number=number, name=name, badge_class=badge_class, moment=moment)

    def _once(self, *, number: int, flag: int, name: str, moment: int) -> None:
        """Award a badge for a first time; beyond the tallied people the first seen counts."""
        if number < TALLIED:
            if self._first_times[number] & flag:
                return
            self._first_times[number] |= flag
        moment += int(2 * DAY * self._rng.random())
        self._award(number=number, name=name, badge_class=BRONZE, moment=moment)

    def _award(
        self, *, number: int, name: str, badge_class: int, moment: int, tag_based: bool = False
    ) -> None:
        if moment < END:
            self._ledger.add(
                (
                    moment,
                    f'UserId="{self._people.id_of(number)}" Name="{name}" Date="{written(moment)}"'
                    f' Class="{badge_class}" TagBased="{tag_based}"',
                )
            )
