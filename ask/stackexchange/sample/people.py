"""The people of the sample community, computed from their number and never stored.

A person is `number` 1 to `count` in the order of registration; everything about them follows from
the number and the seed. Only the first `TALLIED` of them, who write nearly everything, have
counters, so that memory stays the same however many people there are.
"""

from array import array
from collections.abc import Mapping, Sequence
from random import Random

from ask.stackexchange.sample.dates import DAY, END, HOUR, moment_at, written
from ask.stackexchange.sample.rendering import SITE
from ask.stackexchange.sample.texts import Phrases, Values

COMMUNITY = -1
TALLIED = 65_536
FOUNDERS = 12
"""Those who were there before the first question."""

_MASK = (1 << 64) - 1
_LANGUAGE_CYCLES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("en", "ru"): ("en", "ru", "en", "ru", "en"),
    ("ru", "en"): ("ru", "en", "ru", "en", "ru"),
}
_COMMUNITY_ABOUT = (
    "&lt;p&gt;I am not a person but the part of this site that tidies up at night.&lt;/p&gt;&#xA;"
    "&lt;ul&gt;&#xA;&lt;li&gt;I bring back questions that nobody has answered.&lt;/li&gt;&#xA;"
    "&lt;li&gt;I own what belongs to everybody, such as the wikis of tags.&lt;/li&gt;&#xA;"
    "&lt;/ul&gt;&#xA;"
)


class People:
    """Everybody of the community."""

    def __init__(
        self, *, count: int, seed: int, phrases: Mapping[str, Phrases], languages: Sequence[str]
    ) -> None:
        self.count = count
        self.reputation = array("q", bytes(8 * TALLIED))
        self.up_votes = array("q", bytes(8 * TALLIED))
        self.down_votes = array("q", bytes(8 * TALLIED))
        self.last_seen = array("q", bytes(8 * TALLIED))
        self.down_votes_of_community = 0
        self._salt = (seed * 0xD1B54A32D192ED03 + 0x632BE59BD9B4E019) & _MASK
        self._scatter = self._salt & 0xFFFF
        self._phrases = phrases
        self.cycle = _LANGUAGE_CYCLES.get(tuple(languages), tuple(languages))
        self._steps = {
            language: tuple(
                next(step for step in range(len(self.cycle)) if self.cycle[at - step] == language)
                for at in range(len(self.cycle))
            )
            for language in languages
        }

    def id_of(self, number: int) -> int:
        """Return the user id of a person: it grows, with gaps where others were deleted."""
        return number * 1_618_033 // 1_000_000

    def chance(self, number: int) -> int:
        """Return 64 bits that belong to a person, the same in every run with the seed."""
        mixed = (number * 0x9E3779B97F4A7C15 + self._salt) & _MASK
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def registered(self, number: int) -> int:
        """Return the moment of a person's registration."""
        if number <= FOUNDERS:
            return moment_at(0.0) - (FOUNDERS + 1 - number) * HOUR - self.chance(number) % HOUR
        return moment_at((number - 0.5) / self.count)

    def known_by(self, share: float) -> int:
        """Return how many had registered when a share of all questions had been asked."""
        return max(FOUNDERS, int(self.count * share))

    def speaks(self, language: str, *, near: int) -> int:
        """Return the number next below `near` of somebody who speaks the language."""
        number = near - self._steps[language][near % len(self.cycle)]
        return number if number > 0 else number + len(self.cycle)

    def regular(self, *, rng: Random, known: int, language: str, power: int = 3) -> int:
        """Choose somebody who has registered: a few write most, by a power law."""
        rank = int(known * rng.random() ** power) + 1
        base = 1 << (rank.bit_length() - 1)
        # Within a power of two ranks are shuffled: activity must not simply fall with the number.
        number = base + ((rank * 0x9E3779B1 + self._scatter) & (base - 1))
        return self.speaks(language, near=number if number <= known else rank)

    def newcomer(self, *, rng: Random, known: int, language: str) -> int:
        """Choose somebody who has registered lately, most often to ask."""
        return self.speaks(language, near=max(1, known - int(known * 0.02 * rng.random())))

    def name(self, number: int) -> str:  # noqa: PLR0911 - one return a kind of name
        """Return the display name, which others may have as well."""
        chance = self.chance(number)
        phrases = self._phrases[self.cycle[number % len(self.cycle)]]
        kind = chance & 15
        first, sex = phrases.first_names[(chance >> 4) % len(phrases.first_names)]
        surnames = phrases.surnames[(chance >> 16) % len(phrases.surnames)]
        surname = surnames[0 if sex == "m" else 1]
        if kind < 6:
            return f"{first} {surname}"
        if kind < 8:
            return f"{first} {surname[0]}."
        if kind < 10:
            return first
        if kind < 11:
            return f"{first[0]}. {surname}"
        nickname = phrases.nicknames[(chance >> 28) % len(phrases.nicknames)]
        if kind < 13:
            return nickname
        if kind < 15:
            return f"{nickname}{(chance >> 40) % 99 + 1}"
        return f"user{self.id_of(number)}"

    def early_up_votes(self, number: int) -> int:
        """Return the up votes of a person beyond the tallied ones; most have none."""
        chance = self.chance(number) >> 50
        return 0 if chance & 15 else 1 + (chance >> 4) % 4

    def row(self, number: int) -> str:
        """Write a person's row."""
        chance = self.chance(number)
        phrases = self._phrases[self.cycle[number % len(self.cycle)]]
        registered = self.registered(number)
        bonus = 100 if chance % 10 < 4 else 0
        if number < TALLIED:
            reputation = max(1, 1 + bonus + self.reputation[number])
            ups, downs = self.up_votes[number], self.down_votes[number]
            seen = self.last_seen[number]
        else:
            earned = (chance >> 8) % 64
            reputation = 1 + bonus + (earned - 40 if earned > 40 else 0)
            ups, downs, seen = self.early_up_votes(number), 0, 0
        away = (chance >> 20) % 2048
        later = registered + (away * away * away // 2048 * (END - registered)) // (2048 * 2048)
        seen = min(END, max(seen, later if away > 700 else registered))
        row = [
            f'Id="{self.id_of(number)}" Reputation="{reputation}"'
            f' CreationDate="{written(registered)}" DisplayName="{self.name(number)}"'
            f' LastAccessDate="{written(seen)}"'
        ]
        profile = (chance >> 32) & 0xFF
        if profile < 60:
            row.append(f' WebsiteUrl="{_website(chance)}"')
        elif profile < 64:
            row.append(' WebsiteUrl=""')
        if profile & 1:
            place = phrases.places[(chance >> 40) % len(phrases.places)] if profile != 77 else ""
            row.append(f' Location="{place}"')
        if profile % 9 < 4:
            about = self._about(chance=chance, phrases=phrases) if profile % 40 != 11 else ""
            row.append(f' AboutMe="{about}"')
        views = reputation * ((chance >> 44) & 15) // 40
        row.append(f' Views="{views}" UpVotes="{ups}" DownVotes="{downs}"')
        if profile % 20 < 17:
            row.append(f' ProfileImageUrl="{_picture(chance)}"')
        if profile % 64 != 33:
            row.append(f' AccountId="{self.id_of(number) * 7 + 1000 + (chance >> 60)}"')
        return "".join(row)

    def row_of_community(self) -> str:
        """Write the row of the user that is the site itself."""
        return (
            f'Id="-1" Reputation="1" CreationDate="{written(moment_at(0.0) - 2 * DAY)}"'
            f' DisplayName="Community" LastAccessDate="{written(moment_at(0.0) - 2 * DAY)}"'
            f' WebsiteUrl="https://{SITE}/" Location="on the server farm"'
            f' AboutMe="{_COMMUNITY_ABOUT}" Views="0" UpVotes="0"'
            f' DownVotes="{self.down_votes_of_community}" AccountId="-1"'
        )

    def _about(self, *, chance: int, phrases: Phrases) -> str:
        values: Values = {
            "trade": phrases.trades[(chance >> 12) % len(phrases.trades)],
            "place": phrases.places[(chance >> 40) % len(phrases.places)],
            "site": _website(chance >> 3),
        }
        about = phrases.abouts[(chance >> 24) % len(phrases.abouts)]
        return about.html % values + "&#xA;"


def _website(chance: int) -> str:
    words = ("workbench", "kitchen", "blog", "notes", "garden", "garage", "lab", "home", "photos")
    host = ("example.com", "example.org", "example.net")[(chance >> 9) % 3]
    return f"https://{words[(chance >> 12) % 9]}{(chance >> 16) % 977}.{host}"


def _picture(chance: int) -> str:
    if chance & 3:
        digest = f"{chance:016x}{chance * 0x9E3779B97F4A7C15 & _MASK:016x}"
        return f"https://www.gravatar.com/avatar/{digest}?s=128&amp;d=identicon&amp;r=PG"
    letters = "".join(
        "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"[(chance >> shift) % 57]
        for shift in range(8, 38, 6)
    )
    return f"https://i.stack.imgur.com/{letters}.png?s=128&amp;g=1"
