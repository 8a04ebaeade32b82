"""Bread and fermentation, in English."""

from ask.stackexchange.sample.texts import subject, topic

_TAGS = """
    sourdough Bread raised by wild yeast and lactic acid bacteria instead of baker’s yeast.
    starter The culture that raises sourdough: making one, feeding it, keeping it alive.
    dough Mixing, kneading and handling dough before it is baked.
    flour Kinds of flour, their protein and ash content, and what to use in place of what.
    rye Rye flour and breads made with a good part of it.
    spelt Spelt, an old relative of wheat with a delicate gluten.
    whole-wheat Flour milled from the whole grain, and what is baked of it.
    hydration The share of water in a dough, in percent of the flour's weight.
    fermentation What yeast and bacteria do to dough, cabbage, milk and tea.
    proofing The last rise of a shaped loaf before it goes into the oven.
    oven Home ovens: heat, steam, stones and steels.
    crust
    crumb The inside of a loaf, open or dense.
    scaling Making a recipe larger or smaller, with baker's percentages.
    baking-math
    sauerkraut Cabbage, salt and time.
    kimchi
    pickles Vegetables kept by salt and lactic acid.
    salt How much, which, and when.
    food-safety What may make ill, and how to be sure that it does not.
    temperature
    equipment Pots, baskets, scales and other tools.
    storage Keeping bread, flour and ferments.
    """

_DENSE_LOAF = topic(
    language="en",
    tags="crumb sourdough dough proofing",
    slots={
        "flour": """
            rye flour # rye
            spelt flour # spelt
            whole wheat flour # whole-wheat
            strong white flour # flour
            stone-ground flour # flour
            """,
        "water": """
            65 percent # hydration
            70 percent # hydration
            75 percent # hydration
            80 percent # hydration
            """,
        "rest": """
            4 hours
            6 hours
            overnight in the fridge # temperature
            12 hours in a cool cellar # temperature
            """,
        "loaf": """
            loaf
            boule
            sandwich loaf
            tin loaf
            """,
    },
    titles="""
        Why is my {loaf} with {flour} so dense?
        Gummy crumb in {loaf:a} made with {flour}: underbaked or underproofed?
        Dense bottom, huge holes on top in my {loaf} ({water} hydration)
        How do I get an open crumb with {flour} at {water} hydration?
        My {loaf} did not rise in the oven after {rest} of proofing
        Is {rest} too long to proof {loaf:a} with {flour}?
        What went wrong with this {flour} {loaf}?
        """,
    question="""
        I have been baking with {flour} for some weeks now. The taste is fine, but every {loaf}
        comes out dense and a little gummy near the bottom.
        ~
        This was my fifth attempt at {loaf:a} with {flour}, and it looks exactly like the first
        four: flat, heavy, with a tight crumb.
        ~
        Until last month I only used supermarket flour and had no trouble. Since I switched to
        {flour}, my {loaf} spreads sideways and hardly rises in the oven.
        =
        This is what I do:

        1. Mix flour and water ({water} hydration) and wait for half an hour.
        2. Add the starter and 2% salt, fold four times in two hours.
        3. Shape, then proof for {rest}.
        4. Bake at 240 °C under a lid for 20 minutes, then 25 minutes without it.
        ~
        The recipe, in baker's percentages:

        | ingredient | percent |
        | --- | ---: |
        | {flour} | 100 |
        | water | {water} |
        | starter | 20 |
        | salt | 2 |

        After shaping, the {loaf} proofs for {rest}.
        =?
        The starter doubles within five hours after a feeding, so I don't think that it is to blame.
        ~
        My kitchen has about 19 °C in winter, if that matters.
        ~
        [![crumb
        shot](https://i.stack.imgur.com/{image}.jpg)](https://i.stack.imgur.com/{image}.jpg)
        =
        Is it the flour, the water or the time?
        ~
        Should I proof it longer, or is {rest} already too much?
        ~
        What should I change first?
        """,
    answer="""
        That sounds **underproofed**. A tight crumb with a few large holes under the crust means
        that
        the yeast had only started when the loaf went into the oven.
        ~
        I think the dough is too wet for this flour. With {flour}, {water} is more than the gluten
        can carry; start ten points lower and work your way up.
        ~
        The time alone says nothing. {Rest} can be too short at 18 °C and far too long at 26 °C.
        Watch the dough, not the clock.
        ~
        Gummy at the bottom usually means that it was cut too early or baked too short, whatever
        the crumb looks like.
        ~
        Don't blame {flour}. I bake with it twice a week, and what made the difference for me was
        building strength *before* shaping.
        =?
        Do the poke test: press a floured finger one centimetre deep into the dough.

        - It springs back at once: wait longer.
        - It comes back slowly and not quite: bake.
        - It stays: you are late, bake at once.
        ~
        Use a straight glass with a rubber band as a gauge: put a piece of the dough in and bake
        when it has grown by **70–80 percent**.
        ~
        > A loaf is done when its middle has 96 °C.

        A cheap thermometer with a probe ends all guessing here.
        =?
        For a flour that drinks slowly, hold back 5% of the water and add it with the salt.
        ~
        Try one change at a time and write it down, otherwise you will never know what helped.
        ~
        Let it cool for at least two hours. I know that it is hard.
        """,
    comments="""
        How warm is your kitchen? {Rest} means nothing without the temperature.
        What is the protein content of your {flour}?
        I had this with {flour} too; less water was the answer.
        Do you cut it while it is warm?
        A photo of the cut {loaf} would help.
        Which starter do you use, and how old is it?
        """,
)

_STARTER = topic(
    language="en",
    tags="starter sourdough fermentation",
    slots={
        "pause": """
            a week in the fridge # storage
            two weeks of holidays # storage
            three days on the counter # temperature
            a month without feeding
            a night next to the radiator # temperature
            """,
        "sign": """
            a grey liquid on top
            a smell of nail varnish remover
            no bubbles at all
            a dry skin
            pink streaks # food-safety
            """,
        "feed": """
            rye flour # rye
            plain flour # flour
            whole wheat flour # whole-wheat
            """,
    },
    titles="""
        My starter has {sign} after {pause}. Can it be saved?
        Is {sign} on a sourdough starter dangerous?
        {Sign} after {pause}: throw it away or feed it?
        How to revive a starter after {pause}
        Starter fed with {feed} shows {sign}
        How often must I feed a starter kept on {feed}?
        """,
    question="""
        I left my starter alone: {pause}. Now it has {sign}.
        ~
        After {pause} I opened the jar and found {sign}. Before that it was lively and doubled
        within six hours.
        ~
        A friend gave me some of her starter. I feed it with {feed}, equal parts by weight. After
        {pause} it has {sign}.
        =
        I fed it once with {feed} since then, without any visible effect.
        ~
        The schedule so far:

        ```
        Monday     20 g starter + 40 g water + 40 g flour
        Wednesday  the same
        Saturday   nothing, we were away
        ```
        =?
        It is three years old and I would hate to lose it.
        ~
        I have a small dried reserve, so it would not be the end of the world.
        =
        Can I still bake with it?
        ~
        Is it safe to go on, or should I begin again?
        """,
    answer="""
        It is hungry, not dead. Take a teaspoon from the *bottom*, throw the rest away, and feed
        that
        with fresh {feed} twice a day.
        ~
        Unless you see pink, orange or fuzzy spots, it can be saved. {Sign} alone only tells how
        long
        it has been without food.
        ~
        If what you see really is pink or orange: **throw it out**, jar and all. Everything else is
        a question of patience.
        ~
        I would feed it in a ratio of 1:5:5 and keep it at 26 °C. After three such feedings any
        healthy culture is back.
        ~
        Mine looks like that every summer. Three feedings, and nobody can tell the difference.
        =?
        In numbers, for one person's weekend loaf:

        - 5 g of the old starter
        - 25 g water at 28 °C
        - 25 g {feed}

        Repeat every twelve hours until it doubles in six.
        ~
        Whether it works depends on temperature first, and on the flour second. Whole grains carry
        more of the wild yeast than white flour does.
        =?
        For the next time: a starter of the consistency of clay (1 part water to 2 parts flour)
        keeps for a month in the fridge.
        ~
        Dry some on baking paper and keep it in an envelope. It is the best insurance there is.
        """,
    comments="""
        The liquid is called hooch. Pour it off or stir it in, both work.
        Does it smell of acetone or of vinegar?
        What colour is it exactly?
        I keep mine on {feed} and it forgives everything.
        After {pause} I would give it at least four feedings.
        """,
)

_SCALING = topic(
    language="en",
    tags="scaling baking-math hydration",
    slots={
        "amount": """
            one large loaf
            three small loaves
            twelve rolls
            a 30 cm pan pizza
            two baguettes
            """,
        "base": """
            500 g of flour # flour
            1 kg of flour # flour
            a cup of starter # starter
            750 g of dough # dough
            """,
        "tool": """
            a spreadsheet
            Python
            a pocket calculator
            pen and paper
            """,
    },
    titles="""
        How do I scale a recipe from {base} to {amount}?
        Baker's percentages: how much flour for {amount}?
        Computing true hydration when the recipe starts from {base}
        How to calculate the dough for {amount} with {tool}
        Does the starter count as flour when I scale for {amount}?
        A formula for {amount}, starting from {base}?
        """,
    question="""
        I have a recipe that starts from {base}, and I need {amount}.
        ~
        I want to compute the ingredients for {amount} with {tool} instead of guessing.
        =
        With flour $F$, water $W$ and a starter of mass $S$ at hydration 100%, I believe that the
        true hydration is

        $$H = (W + S/2) / (F + S/2)$$

        but some books leave the starter out.
        ~
        My attempt so far:

        ```lang-py
        def dough(total, hydration, salt=0.02):
            flour = total / (1 + hydration + salt)
            return flour, flour * hydration, flour * salt
        ```

        It gives nearly the right result, but the sum is off once I add the starter.
        =
        How is it done properly?
        ~
        Which of the two is right, and does the difference matter?
        ~
        Do the times change as well, or only the weights?
        """,
    answer="""
        The starter counts. Half of it is flour and half is water if it is fed one to one, so your
        formula $H = (W + S/2)/(F + S/2)$ is right.
        ~
        Work backwards from the dough you need. If all percentages add up to $p$, then the flour is

        $$F = D / p$$

        with $D$ the weight of the whole dough.
        ~
        Everything scales with the weight *except* time and temperature: {amount} will need another
        time in the oven, and a larger mass of dough ferments a little faster.
        ~
        For {amount} I would not care about two percent of water more or less. Your flour varies
        more than that from bag to bag.
        =?
        As code:

        ```lang-py
        def recipe(dough: float, *, hydration: float, starter: float, salt: float = 0.02):
            \"\"\"Weights in grams; the starter is fed one to one.\"\"\"
            flour = dough / (1 + hydration + salt)
            culture = flour * starter
            return {
                "flour": round(flour - culture / 2),
                "water": round(flour * hydration - culture / 2),
                "starter": round(culture),
                "salt": round(flour * salt, 1),
            }
        ```
        ~
        As a table for 1 kg of dough at 70%:

        | part | grams |
        | --- | ---: |
        | flour | 523 |
        | water | 349 |
        | starter | 116 |
        | salt | 12 |
        ~
        In a spreadsheet put the percentages in column `B` and use `=ROUND(B2/SUM(B$2:B$5)*D$1, 0)`.
        =?
        Rule of thumb: a loaf loses 12–15% of its weight in the oven, a roll nearly 20%.
        ~
        Weigh the salt with a finer scale; it is the only ingredient where a gram matters.
        """,
    comments="""
        Why not use grams throughout?
        For {amount} the tin matters more than the formula.
        Remember that a cup is not a unit.
        With {tool} that is a matter of two minutes.
        """,
)

_VEGETABLES = topic(
    language="en",
    tags="fermentation salt food-safety pickles",
    slots={
        "dish": """
            sauerkraut # sauerkraut
            kimchi # kimchi
            fermented cucumbers # pickles
            fermented carrots # pickles
            fermented beetroot
            """,
        "sight": """
            white film
            cloudy brine
            soft vegetables
            blue mould
            brown top layer
            """,
        "days": """
            three days
            ten days
            four weeks
            """,
    },
    titles="""
        Is {sight} on {dish} after {days} normal?
        How much salt does {dish} need?
        {Sight} in my {dish}: what did I do wrong?
        Can {dish} be too old after {days}?
        How do I keep {dish} under the brine?
        When is {dish} ready, after {days} or later?
        """,
    question="""
        My {dish} has been standing for {days} and now I see this: {sight}.
        ~
        First time that I make {dish}. After {days} at room temperature there is this: {sight}.
        =
        I used 20 g of salt for a kilo of vegetables, pressed everything down and closed the jar
        with a loose lid.
        ~
        The brine had 3% of salt and covered everything at first; some pieces came up later.
        =?
        It smells pleasantly sour, not rotten.
        ~
        ![the jar](https://i.stack.imgur.com/{image}.jpg)
        =
        Is it still good to eat?
        ~
        Do I have to throw the whole jar away, or only the top?
        """,
    answer="""
        White and flat is kahm yeast: harmless, only not tasty. Skim it off.
        ~
        Anything fuzzy, blue, green or black is mould, and I would throw the jar away. Nobody has
        ever regretted that.
        ~
        Your nose is the better judge: {dish} that has gone bad smells so that nobody would eat it.
        ~
        For {dish}, weigh vegetables **and** water together and take 2–2.5 percent of that as salt.
        Less than 2 is where the soft ones come from.
        =?
        What keeps the air away, best first:

        1. a glass weight
        2. a bag filled with *brine* (not water: bags leak)
        3. an outer cabbage leaf, tucked in at the sides
        ~
        The acid does the preserving. Below pH 4.2 nothing dangerous grows; strips of pH paper cost
        next to nothing.
        =?
        After {days} at 20 °C move it somewhere cooler, it will keep for months.
        ~
        Taste it every few days and stop when you like it. There is no other *ready*.
        """,
    comments="""
        Was everything covered by the brine?
        {Days} at which temperature?
        Is your salt iodised? Mine made no difference, but people say so.
        I would not risk it with {dish}.
        """,
)

_OVEN = topic(
    language="en",
    tags="oven crust equipment temperature",
    slots={
        "oven": """
            gas oven
            small electric oven
            fan oven
            wood-fired oven
            """,
        "device": """
            cast-iron pot # equipment
            pizza stone # equipment
            baking steel # equipment
            tray of hot water
            """,
        "flaw": """
            pale crust
            burnt bottom
            thick and leathery crust
            torn side
            """,
    },
    titles="""
        {Flaw} in my {oven}: what can I do?
        Does {device:a} make a difference in {oven:a}?
        How to create steam in {oven:a} without {device:a}
        {Device} in {oven:a}: preheat it or not?
        Bread always gets {flaw:a} with {device:a}
        """,
    question="""
        My bread rises well, but it always gets {flaw:a}. I have {oven:a} that claims to reach 250
        °C.
        ~
        We moved, and the new flat has {oven:a}. Since then every bread comes out with {flaw:a}.
        =
        I use {device:a} and preheat it for thirty minutes.
        ~
        So far I have tried <kbd>top heat</kbd> only, then both, with {device:a} on the lowest rail.
        =
        Is there a trick for this kind of oven?
        ~
        Would something other than my {device} help?
        """,
    answer="""
        Measure first. An oven thermometer costs less than the flour you waste, and most ovens are
        off by 20 °C.
        ~
        {Oven:a} needs a longer preheating than the light says: the air is hot long before the walls
        are. Forty-five minutes at least.
        ~
        The {device} is not the problem, its place is. Move it one rail and look again.
        ~
        Steam in the first fifteen minutes, dry heat after that. Without the first the crust sets
        too early; without the second it stays pale.
        =?
        - Pale: more heat from above, or five more minutes without lid.
        - Burnt bottom: a second tray *below*, as a shield.
        - Torn side: a deeper cut, or ten more minutes of proofing.
        ~
        A spray bottle does nearly nothing. A handful of lava stones and 100 ml of boiling water do.
        =?
        Please be careful with water and hot glass: the door of my first oven did not survive it.
        ~
        If nothing helps, bake in a closed pot. It brings its own steam.
        """,
    comments="""
        Have you checked with a second thermometer?
        How far from the bottom is the {device}?
        With {oven:a} I always turn the bread around after half the time.
        """,
)

SUBJECT = subject(
    language="en", tags=_TAGS, topics=(_DENSE_LOAF, _STARTER, _SCALING, _VEGETABLES, _OVEN)
)
