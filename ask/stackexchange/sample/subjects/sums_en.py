"""The mathematics of everyday life, in English."""

from ask.stackexchange.sample.texts import subject, topic

_TAGS = """
    everyday-maths Sums that one meets outside of school.
    percentages Parts of a hundred, and why they do not add up.
    interest Loans, savings and compound interest.
    probability How likely something is, and how to find out.
    statistics Averages and what they hide.
    geometry Lengths, areas and volumes.
    units Converting one unit into another.
    estimation Getting near enough without a calculator.
    trigonometry
    combinatorics Counting the ways.
    mental-arithmetic
    spreadsheet Formulas in spreadsheets.
    dice Games of chance.
    averages
    rounding Where the last cent goes.
    """

_PERCENT = topic(
    language="en",
    tags="percentages everyday-maths rounding",
    slots={
        "thing": """
            price
            rent
            salary
            electricity bill # units
            number of visitors # statistics averages
            """,
        "rise": """
            10 percent # mental-arithmetic
            15 percent
            20 percent
            25 percent
            30 percent
            """,
        "years": """
            two years
            five years # interest
            ten years # interest spreadsheet
            twenty years # interest
            """,
    },
    titles="""
        If {thing:a} rises by {rise} and falls by {rise}, why is it not the same?
        What is the yearly growth if {thing:a} rose by {rise} in {years}?
        {Thing:a} grew by {rise} every year: what is it after {years}?
        How do I take {rise} off {thing:a} in my head?
        Difference between {rise} and the same number of percentage points
        Average change of {thing:a} over {years}
        """,
    question="""
        {Thing:a} goes up by {rise} and later down by {rise}. My feeling says that nothing has
        changed, the calculator says otherwise.
        ~
        Over {years} {thing:a} rose by {rise} in all. I would like to know what that is per year.
        =
        With a start of $100$ and a rate of $r$ I get

        $$100 (1 + r)(1 - r) = 100 (1 - r^2)$$

        and that is always less than before.
        ~
        I divided by the number of years, but a colleague says that this is wrong.
        =
        Can somebody explain it without formulas?
        ~
        Where is my mistake?
        ~
        Is there a quick way to see it?
        """,
    answer="""
        The second percentage is taken of another number. That is all there is to it.
        ~
        Multiply, don't add. A rise of $p$ is a factor of $1 + p$, a fall is a factor of $1 - p$,
        and
        factors are multiplied.
        ~
        For the growth per year take a root, not a fraction: with a factor of $q$ over $n$ years it
        is

        $$q^{1/n} - 1.$$
        ~
        Try it with 50%: from 100 down to 50, then up to 75. With {rise} the same happens, only less
        visibly.
        =?
        In a spreadsheet: `=(B2/A2)^(1/C2)-1`, with the start in `A2`, the end in `B2` and the years
        in `C2`.
        ~
        | step | value |
        | --- | ---: |
        | start | 100.00 |
        | up 20% | 120.00 |
        | down 20% | 96.00 |
        =?
        For small rates the rule of 70 is handy: at $p$ percent a year, things double in about
        $70/p$ years.
        ~
        Round once, at the very end.
        """,
    comments="""
        Percent of what? That is always the question.
        {Rise} of the old or of the new {thing}?
        A table makes this clear at once.
        Nicely put.
        """,
)

_CHANCE = topic(
    language="en",
    tags="probability dice combinatorics everyday-maths",
    slots={
        "event": """
            two people in a class of 25 sharing a birthday
            a six in four throws
            rain on both days of a weekend # statistics
            all eggs in a box of ten being whole
            the bus being late three times in a row # statistics
            drawing two socks of the same colour # combinatorics
            """,
    },
    titles="""
        How likely is {event}?
        Probability of {event}: why not just add?
        Is {event} as rare as it feels?
        How to simulate {event} in Python
        {Event}: where does my calculation go wrong?
        """,
    question="""
        We had a discussion at dinner about how likely it is: {event}.
        ~
        For a game with children I want to estimate the chance of {event}.
        =
        My idea was to add the single chances, but then I can get more than $1$.
        ~
        I tried to count the cases by hand and gave up after forty of them.
        =
        What is the right way to think about it?
        ~
        I am not looking for a number only, I would like to understand the method.
        """,
    answer="""
        Ask for the opposite. The chance that it does **not** happen is a product, and the rest is

        $$1 - (1 - p)^n.$$
        ~
        Adding works only if two things cannot happen together. Here they can, so you count some
        cases
        twice.
        ~
        Draw a tree for the first two steps. After that the pattern is clear, and you can write down
        the rest.
        ~
        Independent is the important word. If the things depend on each other, no formula of this
        kind
        helps.
        =?
        If in doubt, let the computer throw:

        ```lang-py
        import random

        def share(trials: int = 100_000) -> float:
            hits = 0
            for _ in range(trials):
                throws = [random.randint(1, 6) for _ in range(4)]
                hits += 6 in throws
            return hits / trials

        print(share())  # about 0.518
        ```
        ~
        > Rare things happen all the time, because there are so many of them.
        =?
        For $n$ trials with a small $p$ the result is nearly $np$.
        ~
        Check the extreme cases: with $p = 0$ and with $p = 1$ a formula must be obviously right.
        """,
    comments="""
        Are the events independent?
        This is the birthday problem in disguise.
        Simulating it is the fastest way to get convinced.
        """,
)

_LENGTHS = topic(
    language="en",
    tags="geometry estimation units trigonometry",
    slots={
        "object": """
            tree
            roof
            garden pond
            round table
            spiral staircase
            barrel
            """,
        "measure": """
            height
            area
            volume
            length of the edge
            """,
        "tool": """
            a stick and its shadow # estimation
            a tape measure
            a phone
            a piece of string
            """,
    },
    titles="""
        How to find the {measure} of a {object} with {tool}
        {Measure} of a {object}: which formula is good enough?
        Estimating the {measure} of a {object} without climbing
        How exact is {tool} for the {measure} of a {object}?
        I measured the {measure} of a {object} twice and got two results
        """,
    question="""
        I need the {measure} of a {object} in our garden, and all I have is {tool}.
        ~
        For a small building project I have to know the {measure} of a {object}.
        =
        With similar triangles I would write

        $$h / s = H / S$$

        but the ground is not level.
        ~
        I measured three times and got three values, up to 8% apart.
        =
        How would you do it?
        ~
        How large is the error, roughly?
        """,
    answer="""
        Similar triangles are fine. Put a stick of known length beside it, and compare the shadows
        at
        the same moment.
        ~
        Take the mean of several measurements *from different sides*. One careful measurement is
        worse
        than five careless ones.
        ~
        Cut it into shapes that you know: rectangles, triangles, parts of a circle. Nobody will
        notice
        the remaining 3%.
        ~
        For anything round, use the circumference: it is easier to measure than the diameter, and
        $d = c / 3.14$.
        =?
        On sloping ground correct for the angle $a$: the true distance is $s cos(a)$.
        ~
        1. Walk away until you see the top at 45 degrees.
        2. Measure the distance to the foot.
        3. Add the height of your eyes.
        ~
        Relative errors add up in a product: 2% in each of three lengths is about 6% in the volume.
        =?
        A phone is good for angles and bad for distances.
        ~
        Write the unit behind every number, also on the back of an envelope.
        """,
    comments="""
        How exact does it have to be?
        Is the {object} regular?
        {Tool} is better than it sounds.
        I would simply pour in water and read the meter.
        """,
)

SUBJECT = subject(language="en", tags=_TAGS, topics=(_PERCENT, _CHANCE, _LENGTHS))
