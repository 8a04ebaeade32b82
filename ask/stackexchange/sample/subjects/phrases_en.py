"""What is said on every subject in English, and the names of those who say it."""

from ask.stackexchange.sample.texts import Phrases, lines, piece, pieces

_WOMEN = (
    "Alice Amelia Anna Beth Carol Chloe Clara Diane Ellen Emma Fiona Grace Hannah Helen Ingrid "
    "Jane Joan Julia Kate Laura Lena Lucy Maria Martha Nina Nora Olivia Paula Priya Rachel Rosa "
    "Ruth Sarah Sofia Tessa Ursula Vera Wendy Yuki Zoe"
)
_MEN = (
    "Aaron Adam Alex Andrew Ben Bob Brian Carlos Chris Dan David Dev Edward Eric Frank George "
    "Greg Hans Harry Ian Jack James Jan Joe John Karl Kevin Lars Leo Luke Marco Mark Martin Max "
    "Mike Nick Omar Oscar Paul Peter Raj Richard Robert Sam Simon Steve Thomas Tim Tom Victor "
    "Walter Will Yusuf"
)
_SURNAMES = (
    "Abbott Adler Bailey Barnes Becker Bell Berg Bishop Brook Byrne Carver Castle Chandler Clarke "
    "Cole Cooper Costa Crane Dale Dawson Dixon Doyle Eaton Ellis Fischer Fisher Fletcher Ford "
    "Foster Fuller Garner Gibbs Grant Hale Harper Hart Hayes Holm Hunt Ivers Jansen Keller Kemp "
    "Kowalski Lane Larsen Lindgren Marsh Mason Mercer Miller Moreau Nash Novak Olsen Osborne Park "
    "Patel Penn Porter Price Quinn Reed Rivers Rossi Rowe Sawyer Shaw Silva Slater Stone Tanaka "
    "Taylor Thorne Turner Vance Wagner Walsh Ward Webb Wheeler Wood Wright Yates Young"
)
_NICKNAMES = (
    "breadhead crumb-shot tinkerer saddlesore greenthumb ohm-sweet-ohm rustybolt nightowl "
    "slowrise spokesman lateblight wattson seedling tailwind halfpint oldtimer pixelmill "
    "gearhead rye-bot compostqueen loosenut hotplate mudguard bitflip earlybird thehobbyist "
    "quietcorner sourpuss northface lefthanded rule-of-thumb borrowedtools plan_b kettle "
    "two-left-feet weekendwrench Curious questionmark anon learner"
)

PHRASES = Phrases(
    thanks=pieces(
        """
        Any advice would be appreciated.
        ~
        Thanks in advance!
        ~
        Has anybody here solved this before?
        ~
        What am I missing?
        ~
        I would rather understand the reason than just get a recipe.
        ~
        Here is a photo, in case it helps:

        ![enter image description here](https://i.stack.imgur.com/{image}.png)
        """
    ),
    updates=pieces(
        """
        **Update:** I have tried the first suggestion and it already looks better. I will report
        back after the weekend.
        ~
        **Edit:** to answer the comments: yes, I measured twice, and yes, the numbers are the same.
        ~
        **Edit 2:** added the details that were asked for in the comments.
        ~
        ---

        **Update after two weeks:** it works. For those who find this later, the accepted answer
        is right, but give it *more time* than you think.
        ~
        **Edit:** here is what it looks like now:

        [![after the
        change](https://i.stack.imgur.com/{image}.jpg)](https://i.stack.imgur.com/{image}.jpg)
        """
    ),
    see_also=pieces(
        """
        I have read [{linkedtitle}](https://{site}/questions/{linkedid}/{linkedslug}), but it does
        not quite cover this case.
        ~
        Related: <https://{site}/q/{linkedid}>
        ~
        See also [this question](https://{site}/q/{linkedid}), which is about something similar.
        """
    ),
    see_also_answer=pieces(
        """
        [This answer](https://{site}/a/{linkedanswer}) to *{linkedtitle}* goes into more detail.
        ~
        Compare [what was said here](https://{site}/a/{linkedanswer}) about a similar problem.
        ~
        Related: [{linkedtitle}](https://{site}/questions/{linkedid}/{linkedslug})
        """
    ),
    endings=pieces(
        """
        Hope that helps.
        ~
        Good luck, and tell us how it went!
        ~
        If it still does not work after that, please add the details to the question.
        ~
        I have done it this way for years without trouble.
        """
    ),
    comments=lines(
        """
        Could you add a photo? It is hard to tell from the description.
        Welcome to the site! This is a good first question.
        Please don’t answer in comments.
        Have you tried the obvious thing and left it alone for a day?
        This should be the accepted answer.
        Thanks, that was it.
        I had exactly the same problem last winter.
        +1 for measuring instead of guessing.
        Could you say how you measured it? That matters here.
        That worked for me as well, thank you.
        I would be careful with that: it depends a lot on the circumstances.
        Is there a source for this?
        This is more of an opinion than an answer, but I share it.
        What have you tried so far?
        Nice explanation. I never knew the reason.
        I disagree with the last paragraph, but the rest is right.
        You could add your last comment to the question with the [edit] link.
        See the [help page](https://example.org/help/formatting) on how to format this.
        Short and to the point.
        Voting to leave open, the question is clear enough to me.
        """
    ),
    replies=lines(
        """
        @{name} Thanks, I have added it to the question.
        @{name} Good point, I did not think of that.
        @{name} No, I have only tried it once.
        @{name} That is a fair question. I will measure it tonight.
        @{name} You are right, I corrected the answer.
        @{name} I don’t think that changes anything here.
        @{name} Yes, exactly. That is what I meant.
        @{name} It worked, thank you so much!
        @{name} Could you turn that into an answer?
        @{name} Not where I live, sadly.
        """
    ),
    comments_with_link=lines(
        """
        Possible duplicate of [{linkedtitle}](https://{site}/questions/{linkedid}/{linkedslug})
        Related: https://{site}/q/{linkedid}
        Does [this](https://{site}/questions/{linkedid}/{linkedslug}) answer your question?
        """
    ),
    edit_summaries=lines(
        """
        fixed spelling
        improved formatting
        grammar
        clarified the second step
        typo
        deleted thanks
        Added a source.
        made the list easier to read
        corrected the units
        """
    ),
    wiki=piece(
        """
        {about}

        ### When to use it

        - The question is about **{tag}** itself, not merely in its company.
        - Say what you have, what you did and what came of it.

        Look at the most voted questions with `[{tag}]` before you ask.
        """
    ),
    scope=piece(
        """
        - A problem that you have yourself, with bread, bicycles, gardens, small computers or sums
        - What you have tried, and what came of it
        """
    ),
    first_names=(
        *((name, "f") for name in _WOMEN.split()),
        *((name, "m") for name in _MEN.split()),
    ),
    surnames=tuple((name, name) for name in _SURNAMES.split()),
    nicknames=tuple(_NICKNAMES.split()),
    places=(
        "London, United Kingdom",
        "Bristol",
        "Manchester, UK",
        "Berlin, Germany",
        "Portland, OR",
        "Minneapolis, MN, United States",
        "Toronto, Canada",
        "Dublin, Ireland",
        "Melbourne, Australia",
        "Wellington, New Zealand",
        "Oslo",
        "Amsterdam, Netherlands",
        "Bengaluru, India",
        "Lyon, France",
        "Cape Town",
        "Kraków, Poland",
        "São Paulo, Brasil",
        "Zürich, Switzerland",
        "a small village",
        "Earth",
        "at the workbench",
    ),
    trades=(
        "teacher",
        "software developer",
        "carpenter",
        "nurse",
        "electrician",
        "librarian",
        "student of physics",
        "retired engineer",
        "cook",
        "translator",
        "bus driver",
        "gardener",
        "bookkeeper",
    ),
    abouts=pieces(
        """
        I am a {trade} from {place}.
        ~
        {trade} by day, baker by night.
        ~
        I like to take things apart. Sometimes I manage to put them together again.
        ~
        I write about my projects at <{site}>.
        ~
        Long-time reader, first-time writer.
        ~
        I work as a {trade}. What I have learned the hard way:

        - measure twice
        - write it down
        - **ask** before it is too late
        ~
        Find me at [my site]({site}).
        ~
        Learning something new every week.
        """
    ),
)
