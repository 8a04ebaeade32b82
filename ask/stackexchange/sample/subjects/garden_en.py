"""Gardens and balconies, in English."""

from ask.stackexchange.sample.texts import subject, topic

_TAGS = """
    tomatoes Growing tomatoes from seed to plate.
    vegetables Beds of vegetables, and what to grow after what.
    herbs Basil, parsley, mint and the others.
    seedlings Sowing indoors and moving plants out.
    pests Who is eating this, and how to make it stop.
    plant-diseases
    soil What plants stand in: testing and improving it.
    compost Making soil out of leftovers.
    watering How much, how often, and with what.
    containers Plants in pots and boxes.
    balcony
    fruit-trees Apples, pears, cherries and their kin.
    roses
    lawn
    weeds Plants in the wrong place.
    winter Getting plants through the cold.
    """

_LEAVES = topic(
    language="en",
    tags="plant-diseases vegetables watering",
    slots={
        "plant": """
            tomato plant # tomatoes
            cucumber plant # vegetables
            chilli plant # containers
            rose bush # roses
            basil plant # herbs
            young apple tree # fruit-trees
            """,
        "symptom": """
            yellow leaves
            brown spots
            curled leaves
            small white flies # pests
            holes in the leaves # pests
            a white coating
            """,
        "place": """
            on a balcony # balcony
            in a raised bed # soil
            in a greenhouse
            on a south-facing windowsill # containers
            """,
    },
    titles="""
        {Symptom} on my {plant}: what is it?
        What causes {symptom} on {plant:a} {place}?
        {Plant} {place} has {symptom} after a week of rain
        Can {plant:a} with {symptom} be saved?
        Too much water or too little? {Plant} with {symptom}
        Should I cut off the parts with {symptom} from my {plant}?
        """,
    question="""
        My {plant} grew well until the end of June. Now it has {symptom}, beginning at the bottom.
        ~
        I keep {plant:a} {place}. Since last week I see {symptom}, and every day there is more of
        it.
        =
        I water every evening and feed once a week.
        ~
        What I have tried:

        - less water
        - more sun
        - a little compost on top
        =?
        The plants beside it look healthy.
        ~
        ![a closer look](https://i.stack.imgur.com/{image}.jpg)
        =
        What is it, and can I still do something?
        ~
        Will it spread to the others?
        """,
    answer="""
        At the bottom and slowly upwards: that is a lack of nitrogen, or simply age. Feed once and
        watch the *new* leaves, the old ones will not turn green again.
        ~
        Too much love. Put a finger into the soil, and water only when it is dry two knuckles deep.
        ~
        Turn a leaf over. Whatever did this sits on the underside, and you can wash it off with
        water
        and a drop of soap.
        ~
        That is a fungus. Remove what is affected, keep the leaves dry, and give it air.
        ~
        Do nothing for a week. Most plants get over {symptom} by themselves when the weather
        changes.
        =?
        | what you see | what it is | what helps |
        | --- | --- | --- |
        | old leaves yellow | hunger | feeding |
        | all leaves limp, soil wet | too much water | waiting |
        | spots with rings | fungus | cutting, air |
        ~
        Water in the morning, at the foot, and rarely but plenty.
        =?
        Don't put the leaves on the compost, unless your heap gets really hot.
        ~
        > The best fertiliser is the gardener's shadow.
        """,
    comments="""
        How often do you water?
        A photo of the underside would help.
        How large is the pot?
        {Symptom} on the old leaves or on the new ones?
        Do you use tap water? Ours is very hard.
        """,
)

_COMPOST = topic(
    language="en",
    tags="compost soil weeds",
    slots={
        "matter": """
            coffee grounds
            fallen leaves
            grass clippings # lawn
            wood ash
            citrus peel
            cardboard
            """,
        "state": """
            smells
            does not get warm
            is full of ants # pests
            is too dry
            is all slime
            """,
        "time": """
            three months
            half a year
            one winter # winter
            two years
            """,
    },
    titles="""
        Can I put {matter} on the compost?
        My compost {state}, and it has been {time}
        Too much of one thing: a compost made of {matter}
        Compost {state} after {time}: turn it or leave it?
        """,
    question="""
        Our heap gets mostly kitchen scraps and {matter}. After {time} it {state}.
        ~
        I started a compost {time} ago. It {state}, and I suspect the {matter}.
        =
        It is a wooden box of about one cubic metre, in half shade.
        ~
        Layers so far, from the bottom:

        1. twigs
        2. kitchen scraps
        3. {matter}
        4. more kitchen scraps
        =
        What should I change?
        ~
        Is it worth waiting, or shall I start again?
        """,
    answer="""
        You have too much of one kind. Aim for two parts of brown (leaves, cardboard, twigs) to one
        part of green.
        ~
        Turn it. Air is what is missing in nearly every heap that {state}.
        ~
        {Matter}: yes, but in thin layers and mixed with something coarse.
        ~
        Patience. {Time} is not much for a heap that nobody turns.
        =?
        Squeeze a handful: a few drops are right, a stream is too wet, nothing at all is too dry.
        ~
        The numbers that are usually given:

        | matter | carbon to nitrogen |
        | --- | ---: |
        | grass | 15 |
        | kitchen scraps | 20 |
        | leaves | 50 |
        | cardboard | 300 |

        Mix to about 30.
        =?
        A shovel of finished compost brings all the helpers it needs.
        ~
        Cover it against heavy rain, but don't seal it.
        """,
    comments="""
        How large is the heap? Below a cubic metre it never gets hot.
        Do you turn it?
        {Matter} in small amounts never did any harm here.
        Ours took twice as long.
        """,
)

_SEEDS = topic(
    language="en",
    tags="seedlings containers herbs",
    slots={
        "crop": """
            tomatoes # tomatoes
            parsley # herbs
            peppers # vegetables
            lettuce # vegetables
            sweet peas
            """,
        "month": """
            January # winter
            February # winter
            March
            April
            """,
        "light": """
            a north window
            a lamp
            a cold frame
            the kitchen windowsill # balcony
            """,
    },
    titles="""
        Is {month} too early to sow {crop}?
        My {crop} became long and thin under {light}
        How warm do {crop} have to be to sprout?
        Sowing {crop} in {month}: is {light} enough?
        When can I move {crop} outside if I sowed in {month}?
        How deep should I sow {crop}?
        """,
    question="""
        I sowed {crop} in {month}; they stand under {light}. They are long, thin and fall over.
        ~
        This year I want to grow {crop} from seed. I only have {light} and would begin in {month}.
        =
        The packet says 18 to 22 °C, our flat has 20 °C.
        ~
        Of thirty seeds seven came up in two weeks.
        =
        What am I doing wrong?
        ~
        When would you begin?
        """,
    answer="""
        Light, not warmth, is what is missing. At 20 °C with little light everything grows tall and
        weak; put them somewhere cooler.
        ~
        In {month} there is no need to hurry. Plants sown four weeks later catch up by June.
        ~
        Plant them deeper when you move them: most of them make roots from the stem. (Not lettuce.)
        ~
        Fresh seed matters more than anything else. Test ten seeds on wet paper before you fill
        thirty
        pots.
        =?
        Getting them used to the outside takes a week:

        - two hours in the shade
        - half a day
        - a whole day with some sun
        - the first night
        ~
        Count backwards from the last frost: eight weeks for tomatoes and peppers, four for lettuce.
        =?
        Stroke them with your hand once a day. It sounds silly, and it makes them sturdy.
        """,
    comments="""
        Which variety of {crop} is it?
        In {month} the days are simply too short.
        How far is the lamp from the leaves?
        Where do you live?
        """,
)

SUBJECT = subject(language="en", tags=_TAGS, topics=(_LEAVES, _COMPOST, _SEEDS))
