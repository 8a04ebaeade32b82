"""What is wrong in a crontab, in words."""

from ask.cron.fields import Kind
from ask.cron.reasons import Reason
from ask.cron.words import Language

WRITE = {"en": "write", "ru": "напишите"}
"""What goes before the text that mends it."""

CHECKED = {
    "en": {
        "warning": "warning",
        "nothing": "Nothing of this crontab would run.",
        "well": "all well",
    },
    "ru": {
        "warning": "предупреждение",
        "nothing": "Из этого crontab не запустится ничего.",
        "well": "всё в порядке",
    },
}
"""What is said of a crontab as a whole."""

_KINDS = {
    "minute": "минута",
    "hour": "час",
    "day of the month": "день месяца",
    "month": "месяц",
    "day of the week": "день недели",
}

_SENTENCES = (
    # One field
    ("a comma with nothing beside it", "запятая, рядом с которой ничего нет"),
    (
        "a step needs a range: Debian refuses this, others count on to the end",
        "шагу нужен диапазон: Debian такое отвергает, другие считают до конца",
    ),
    ("a step needs a range", "шагу нужен диапазон"),
    ("a step of 0 never gets on", "шаг 0 никуда не ведёт"),
    ("the {kind} goes from {low} to {high}", "{kind} может быть от {low} до {high}"),
    (
        "a range that goes backwards never matches",
        "диапазон, который идёт назад, не подходит никогда",
    ),
    (
        "cron draws no random {kind}: choose one",
        "случайного значения в поле «{kind}» cron не выбирает: выберите сами",
    ),
    ("{name} is no {kind}", "{name} — это не {kind}"),
    (
        "{name} is no {kind}; did you mean {close}?",
        "{name} — это не {kind}; может быть, {close}?",
    ),
    (
        "cron has no last day of the month: run on each of its last days, and let the command"
        " look whether tomorrow is the 1st",
        "последнего дня месяца cron не знает: запускайте в каждый из последних дней, а"
        " команда пусть проверит, не 1-е ли завтра",
    ),
    (
        "cron knows no L and W: run on each such day, and let the command look at the date",
        "L и W cron не знает: запускайте в каждый такой день, а команда пусть проверит дату",
    ),
    ("? is Quartz's word for any value", "? для любого значения — это из Quartz"),
    ("Debian reads a plain * here", "Debian прочтёт здесь просто *"),
    ("a range without its beginning", "диапазон без начала"),
    ("a range without its end", "диапазон без конца"),
    (
        "Debian reads the first number, cronie draws one at random: choose one",
        "Debian возьмёт первое число, cronie — случайное: выберите одно",
    ),
    (
        "Debian ignores # and what follows: run on each such day, and let the command look at"
        " the date",
        "Debian пропустит # и всё за ним: запускайте в каждый такой день, а команда пусть"
        " проверит дату",
    ),
    (
        "Debian reads {read} here: a list has commas, a range has a hyphen",
        "Debian прочтёт здесь {read}: в списке нужны запятые, в диапазоне — дефис",
    ),
    (
        "no {kind}: cron knows numbers, *, ranges 1-5, steps */5 and lists 1,2",
        "это не {kind}: cron понимает числа, *, диапазоны 1-5, шаги */5 и списки 1,2",
    ),
    # A schedule
    ("no schedule", "нет расписания"),
    (
        "six fields: cron has neither seconds nor years",
        "шесть полей: ни секунд, ни лет у cron нет",
    ),
    (
        "{count} fields: cron wants five, minute, hour, day of the month, month, day of the week",
        "полей {count}, а нужно пять: минута, час, день месяца, месяц, день недели",
    ),
    (
        "one field: cron wants five, minute, hour, day of the month, month, day of the week",
        "поле одно, а нужно пять: минута, час, день месяца, месяц, день недели",
    ),
    ("there is no such date: it would never run", "такой даты нет: запуска не будет никогда"),
    ("cron does not know @every", "@every cron не знает"),
    (
        "cron knows nicknames in small letters only",
        "такие сокращения cron знает только строчными буквами",
    ),
    ("cron does not know {name}", "{name} cron не знает"),
    (
        "cron does not know {name}; did you mean {close}?",
        "{name} cron не знает; может быть, {close}?",
    ),
    ("cron does not know {name}: it knows {known}", "{name} cron не знает; он знает {known}"),
    (
        "this step is never taken: it is only ever {kind} {value}",
        "этого шага не будет: подходит только {kind} {value}",
    ),
    (
        "there is no such date, so only the day of the week counts",
        "такой даты нет, так что важен только день недели",
    ),
    (
        "crons disagree about these days: for Debian a day must match both day fields, for"
        " Kubernetes it is enough that it matches either",
        "эти дни понимают по-разному: для Debian должны совпасть и число, и день недели, для"
        " Kubernetes хватит чего-то одного",
    ),
    (
        "crons disagree about these days: for Debian it is enough that it matches either, for"
        " Kubernetes a day must match both day fields",
        "эти дни понимают по-разному: для Debian хватит числа или дня недели, для Kubernetes"
        " должны совпасть оба",
    ),
    # Options
    ("{key} goes from {low} to {high}", "{key} может быть от {low} до {high}"),
    (
        "{key} is a whole number with s, m, h or d, such as 90s or 10m",
        "{key} — это целое число и s, m, h или d, например 90s или 10m",
    ),
    ("{key} is a whole number from 0 to 100", "{key} — это целое число от 0 до 100"),
    ("{key} may be {last}", "{key} может быть только {last}"),
    ("{key} may be {others} or {last}", "{key} может быть {others} или {last}"),
    ("a name has at most {most} characters", "в имени может быть не больше {most} символов"),
    (
        "a name has small letters, digits, and . _ - between them",
        "в имени могут быть строчные латинские буквы, цифры и между ними . _ -",
    ),
    ("no option {key}: there are {keys}", "параметра {key} нет; есть {keys}"),
    ("no option {key}; did you mean {close}?", "параметра {key} нет; может быть, {close}?"),
    ("{key} is said twice", "{key} указан дважды"),
    ("{key} takes no value", "у {key} не бывает значения"),
    ("{key} has no value", "у {key} нет значения"),
    (
        "these options belong to no entry: they stand above one, without a blank line or a"
        " variable between",
        "эти параметры ни к чему не относятся: им место прямо над заданием, без пустой строки"
        " или переменной между ними",
    ),
    ("no options", "нет параметров"),
    # Variables
    (
        "Debian reads a variable here, and this is no name of one",
        "Debian прочтёт здесь переменную, а у переменной не может быть такого имени",
    ),
    (
        "a variable's line has at most {most} bytes: Debian drops the rest",
        "в строке переменной не больше {most} байтов: остальное Debian отбросит",
    ),
    (
        "Debian refuses a variable without a value, and the whole file with it",
        "переменную без значения Debian отвергнет, а с ней и весь файл",
    ),
    (
        "the quotes must be around the whole value, with nothing behind them",
        "в кавычках должно быть всё значение, а за ними ничего",
    ),
    ("Debian does not read this as a variable", "Debian не сочтёт это переменной"),
    (
        "{address!r} is no address: it gets no mail",
        "{address!r} — это не адрес: писем туда не будет",
    ),
    (
        "Debian ignores CRON_TZ: write the times below in the time zone that cron runs in",
        "Debian не смотрит на CRON_TZ: указывайте время ниже в часовом поясе самого cron",
    ),
    (
        "TZ is for the commands only: their times stay in cron's time zone",
        "TZ только для команд: время запуска остаётся в часовом поясе cron",
    ),
    (
        "cron expands nothing: the commands will find the $ in it",
        "cron ничего не подставляет: команды увидят сам знак $",
    ),
    ("no comment: this is a part of the value", "это не комментарий, а часть значения"),
    # Commands and names
    ("an entry is one line", "задание — это одна строка"),
    (
        "a sixth field, where the command should begin: cron has neither seconds nor years",
        "шестое поле там, где должна начаться команда: ни секунд, ни лет у cron нет",
    ),
    (
        "a sixth field, where the user should begin: cron has neither seconds nor years",
        "шестое поле там, где должно быть имя пользователя: ни секунд, ни лет у cron нет",
    ),
    ("no command", "нет команды"),
    ("no command before the %", "перед % нет команды"),
    (
        "a command of {length:,} bytes: Debian takes {most}; use a script",
        "в команде {length} байт, а Debian примет {most}; сделайте из неё скрипт",
    ),
    (
        "a command that begins with *: Debian ignores the whole file",
        "команда начинается с *: Debian пропустит весь файл",
    ),
    (
        "no user and no command: the system form has both",
        "нет ни пользователя, ни команды: в системном виде есть и то и другое",
    ),
    (
        "the system form has a user here, before the command, and this is no name of one",
        "в системном виде здесь, перед командой, имя пользователя, а это им быть не может",
    ),
    (
        "this looks like the system form: {word} is the command here, and no user",
        "это похоже на системный вид: {word} здесь команда, а не пользователь",
    ),
    (
        "no name can be told from this command: give it a name of its own",
        "по этой команде имени не придумать: дайте заданию своё",
    ),
    (
        "{name} is the name of line {line} already: give it a name of its own",
        "имя {name} уже есть у строки {line}: дайте заданию своё",
    ),
    # The file
    (
        "a byte order mark before the first line: save it without",
        "перед первой строкой метка порядка байтов (BOM): сохраните файл без неё",
    ),
    (
        "the last line has no newline: Debian ignores the whole file",
        "за последней строкой нет перевода строки: Debian пропустит весь файл",
    ),
    (
        "a carriage return at the end of the line: cron hands it to the command; save it with"
        " the line ends of Unix",
        "в конце строки возврат каретки, и cron передаст его команде: сохраните файл с"
        " концами строк Unix",
    ),
    (
        "a carriage return at the end of the line, and of {more} more: cron hands it to the"
        " command; save it with the line ends of Unix",
        "в конце строки возврат каретки (таких строк ещё {more}), и cron передаст его"
        " команде: сохраните файл с концами строк Unix",
    ),
    (
        "more than {most:,} lines: Debian ignores the file",
        "строк больше {most}: Debian пропустит файл",
    ),
    ("a character that no crontab can hold", "такого символа в crontab быть не может"),
    (
        "the sign of a character that was lost: write the character itself",
        "знак на месте потерянного символа: напишите сам символ",
    ),
    # Kubernetes
    (
        "Kubernetes starts nothing at boot: let a scheduler run this one",
        "при запуске системы Kubernetes ничего не начинает: поручите это планировщику",
    ),
    (
        "a pod runs as one user, that of its image: a crontab for Kubernetes has none",
        "у пода один пользователь, из его образа: в crontab для Kubernetes пользователей не пишут",
    ),
    (
        "{one} and {other} are both {name} to Kubernetes",
        "для Kubernetes и {one}, и {other} — это {name}",
    ),
    (
        "Kubernetes knows no AND of both day fields: it starts a pod at {times}, which ends"
        " at once when the other field does not match",
        "«и» между полями дней Kubernetes не знает: он запустит под в {times}, и тот сразу"
        " закончится, если другое поле не подходит",
    ),
    (
        "Kubernetes leaves out {when:%Y-%m-%d %H:%M}, which the clocks of {zone} skip: choose"
        " another time, or --zone Etc/UTC",
        "Kubernetes пропустит {when:%Y-%m-%d %H:%M}, которого на часах {zone} не будет:"
        " выберите другое время или --zone Etc/UTC",
    ),
)
RUSSIAN = dict(_SENTENCES)
"""Every sentence that a `Reason` has, by its English."""


def reason_in_words(reason: Reason, *, language: Language) -> str:
    """Why something is refused or doubted, without a full stop."""
    if language == "en":
        return str(reason)
    values = {
        name: _KINDS[value.name] if isinstance(value, Kind) else value
        for name, value in reason.values.items()
    }
    return RUSSIAN[reason.sentence].format_map(values)
