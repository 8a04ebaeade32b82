"""Plans a thread: who asks what, who answers, and how it fares; rows are written from the plan."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ask.stackexchange.sample import distributions as drawn
from ask.stackexchange.sample.dates import DAY, END, HOUR, moment_at
from ask.stackexchange.sample.people import People
from ask.stackexchange.sample.rendering import SITE
from ask.stackexchange.sample.texts import Phrases, Piece, Stage, Subject, Topic

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789Zq"
_SIZE = drawn.SIZE


@dataclass(slots=True)
class Asked:
    """What later posts need to know of a question to link to it."""

    id: int
    title: str
    slug: str
    accepted_id: int
    share: float


@dataclass(slots=True)
class Post:
    """The plan of a question or an answer; `id` is given when the block is put in order."""

    moment: int
    owner: int
    deleted_owner: str
    pieces: list[Piece]
    values: dict[str, str]
    ups: int
    downs: int
    comments: int
    edited: int
    editor: int
    edit: str
    linked: Asked | None
    id: int = 0


@dataclass(slots=True)
class Thread:
    """The plan of a question with its answers."""

    share: float
    language: str
    topic: Topic
    subject: Subject
    title: str
    tags: list[str]
    views: int
    question: Post
    answers: list[Post]
    accepted: int
    duplicate_of: Asked | None
    fate: float


class Planner:
    """Draws threads, one after another."""

    def __init__(
        self,
        *,
        rng: Random,
        people: People,
        subjects: Sequence[Subject],
        phrases: Mapping[str, Phrases],
        languages: Sequence[str],
    ) -> None:
        self._rng = rng
        self._people = people
        self._phrases = phrases
        self._languages = languages
        # The first topics of a subject are asked about most, by Zipf's law.
        self._topics: dict[str, list[tuple[Subject, Topic]]] = {}
        for language in languages:
            of_language = [subject for subject in subjects if subject.language == language]
            self._topics[language] = [
                (subject, topic)
                for place, subject in enumerate(of_language, start=1)
                for rank, topic in enumerate(subject.topics, start=1)
                for _ in range(max(1, round(60 / (place**0.5 * rank**0.6))))
            ]
        self._lately: dict[str, deque[Asked]] = {}
        self._lately_on: dict[int, deque[Asked]] = {}

    def remember(self, *, thread: Thread, slug: str) -> None:
        """Keep a written question for a while, so that later posts can link to it."""
        accepted = thread.answers[thread.accepted].id if thread.accepted >= 0 else 0
        asked = Asked(
            id=thread.question.id,
            title=thread.title,
            slug=slug,
            accepted_id=accepted,
            share=thread.share,
        )
        name = thread.subject.language + next(iter(thread.subject.tags))
        self._lately.setdefault(name, deque(maxlen=48)).append(asked)
        self._lately_on.setdefault(id(thread.topic), deque(maxlen=6)).append(asked)

    def thread(self, *, share: float, latest: int) -> Thread:
        """Plan a thread asked at a share of all questions; no answer comes after `latest`."""
        rng = self._rng
        random = rng.random
        people = self._people
        known = people.known_by(share)
        moment = moment_at(share)
        languages = people.cycle
        language = languages[int(random() * len(languages))]
        topics = self._topics[language]
        subject, topic = topics[int(random() * len(topics))]

        values: dict[str, str] = {}
        tags = list(topic.tags[:1])
        for slot in topic.slots:
            option = slot[int(random() * len(slot))]
            values.update(option.forms)
            tags += option.tags
        tags += topic.tags[1:]
        count = drawn.TAG_COUNTS[int(random() * _SIZE)]
        tags = list(dict.fromkeys(tags))[:count]
        title = topic.titles[int(random() * len(topic.titles))] % values

        if random() < 0.55:
            asker = people.newcomer(rng=rng, known=known, language=language)
        else:
            asker = people.regular(rng=rng, known=known, language=language, power=2)
        fame = random()
        duplicate_of = None
        fate = random()
        if fate < 0.025:
            lately = self._lately_on.get(id(topic))
            duplicate_of = lately[int(random() * len(lately))] if lately else None
        question = self._post(
            moment=moment,
            owner=asker,
            language=language,
            known=known,
            stages=topic.question,
            start=int(random() * 60),
            number=0,
            values=values,
            ups=drawn.UP_VOTES_OF_QUESTION[int((fame if random() < 0.5 else random()) * _SIZE)],
            subject=subject,
            is_question=True,
        )
        answers = self._answers(
            question=question,
            topic=topic,
            subject=subject,
            language=language,
            known=known,
            values=values,
            latest=latest,
            asker=asker,
            fame=fame,
        )
        accepted = -1
        if answers and random() < 0.6:
            accepted = max(range(len(answers)), key=lambda at: answers[at].ups - answers[at].downs)
        age = 0.15 + (END - moment) / (END - moment + 700 * DAY)
        views = int(drawn.VIEWS[int((fame if random() < 0.4 else random()) * _SIZE)] * age)
        return Thread(
            share=share,
            language=language,
            topic=topic,
            subject=subject,
            title=title,
            tags=tags,
            views=views + question.ups + 3,
            question=question,
            answers=answers,
            accepted=accepted,
            duplicate_of=duplicate_of,
            fate=fate,
        )

    def _answers(
        self,
        *,
        question: Post,
        topic: Topic,
        subject: Subject,
        language: str,
        known: int,
        values: dict[str, str],
        latest: int,
        asker: int,
        fame: float,
    ) -> list[Post]:
        rng = self._rng
        random = rng.random
        people = self._people
        moment = question.moment
        answers = []
        start = int(random() * 60)
        for number in range(drawn.ANSWERS[int(random() * _SIZE)]):
            if random() < 0.06:
                at = moment + int(random() ** 2 * (latest - moment))
            else:
                at = moment + int(drawn.HOURS_UNTIL_ANSWER[int(random() * _SIZE)] * HOUR)
            at = max(moment + 60_000 * (number + 2), at)
            if at > latest:
                at = moment + int(random() * (latest - moment)) + 1
            if number == 0 and random() < 0.05:
                who = asker
            else:
                who = people.regular(rng=rng, known=known, language=language)
            answers.append(
                self._post(
                    moment=at,
                    owner=who,
                    language=language,
                    known=known,
                    stages=topic.answer,
                    start=start + number,
                    number=number,
                    values=values,
                    ups=drawn.UP_VOTES_OF_ANSWER[
                        int((fame if random() < 0.4 else random()) * _SIZE)
                    ],
                    subject=subject,
                    is_question=False,
                )
            )
        return answers

    def _post(  # noqa: PLR0912 - a draw for each thing that may befall a post
        self,
        *,
        moment: int,
        owner: int,
        language: str,
        known: int,
        stages: Sequence[Stage],
        start: int,
        number: int,
        values: dict[str, str],
        ups: int,
        subject: Subject,
        is_question: bool,
    ) -> Post:
        rng = self._rng
        random = rng.random
        phrases = self._phrases[language]
        # The answers of a thread take turns; where all openings are taken they do without.
        variants = stages[0].variants
        pieces = [] if number >= len(variants) else [variants[start % len(variants)]]
        for at, stage in enumerate(stages[1:], start=1):
            if stage.may_be_left_out and pieces and random() < 0.5:
                continue
            variants = stage.variants
            turn = int(random() * len(variants)) if is_question else start + at
            pieces.append(variants[turn % len(variants)])
        linked = None
        if random() < 0.09:
            lately = self._lately.get(subject.language + next(iter(subject.tags)))
            if lately:
                linked = lately[int(random() * len(lately))]
                values = self._linking(values=values, linked=linked)
                group = phrases.see_also_answer if linked.accepted_id else phrases.see_also
                pieces.append(group[int(random() * len(group))])
        chance = random()
        if is_question and chance < 0.3:
            pieces.append(phrases.thanks[int(random() * len(phrases.thanks))])
        elif not is_question and chance < 0.12:
            pieces.append(phrases.endings[int(random() * len(phrases.endings))])
        bits = rng.getrandbits(30)
        values = {
            **values,
            "image": _LETTERS[bits & 63]
            + _LETTERS[bits >> 6 & 63]
            + _LETTERS[bits >> 12 & 63]
            + _LETTERS[bits >> 18 & 63]
            + _LETTERS[bits >> 24],
        }

        edited = editor = 0
        edit = ""
        chance = random()
        if chance < 0.38:
            edited = moment + 360_000
            edited += int(drawn.HOURS_UNTIL_EDIT[int(random() * _SIZE)] * HOUR)
            if edited >= END:
                edited = moment + int(random() * (END - moment))
            if chance < 0.08 and is_question:
                edit, editor = "update", owner
                pieces.append(phrases.updates[int(random() * len(phrases.updates))])
            elif chance < 0.2:
                edit, editor = "typo", owner
            elif chance < 0.204:
                edit, editor = "rollback", owner
            else:
                edit = "typo" if chance < 0.32 or not is_question else "tags"
                editor = self._people.regular(rng=rng, known=known, language=language)
        deleted_owner = ""
        if random() < 0.012:
            # Whoever was deleted is gone as the editor of the post, too.
            deleted_owner = f"user{self._people.id_of(owner)}"
            editor = 0 if editor == owner else editor
            owner = 0
        return Post(
            moment=moment,
            owner=owner,
            deleted_owner=deleted_owner,
            pieces=pieces,
            values=values,
            ups=ups,
            downs=drawn.DOWN_VOTES[int(random() * _SIZE)],
            comments=drawn.COMMENTS[int(random() * _SIZE)],
            edited=edited,
            editor=editor,
            edit=edit,
            linked=linked,
        )

    @staticmethod
    def _linking(*, values: dict[str, str], linked: Asked) -> dict[str, str]:
        return {
            **values,
            "site": SITE,
            "linkedid": str(linked.id),
            "linkedtitle": linked.title,
            "linkedslug": linked.slug,
            "linkedanswer": str(linked.accepted_id),
        }
