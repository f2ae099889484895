"""What words weigh, and their common form, for comparing utterances with exemplars.

No dictionary is needed for the two things that matter: that "charged" meets "charge" and "paid"
meets "pay", and that words which any call is full of prove little.
"""

from functools import lru_cache

_GRAMMAR_TEXT = """
a an the and or but so if then than that this these those there here it its i me my mine you
your yours he him his she her hers we us our ours they them their theirs is am are was were be
been being do does did done doing have has had having will would shall should can could may
might must of in on at by for from to into with without about as up down out off over under
again just now what which who whom whose when where why how all any both each few more most
some such only own same too very not no nor never yes well also because while until
"""
GRAMMAR = frozenset(_GRAMMAR_TEXT.split())
"""They carry the sentence, not the matter."""

_EVERYDAY_TEXT = """
able actually ago already always anyone anything ask back bad best bit call come
day else even ever every everything fine first get give go good great guess happen hello help
hi hold hope hour keep kind know last later least leave let like line little long look lot
make many maybe mean minute moment month morning much need new next nice night nothing okay
old once one ones other pardon part people perhaps please point pretty put question quite real
really right say second see seem send set show since somebody someone something soon sorry
sort start still stuff sure take talk tell thank thanks thing think time today together
tomorrow tonight try turn two use want way week whole wish word work worry wrong year yesterday
account number phone name customer service company three four five six seven eight nine ten
"""
EVERYDAY = frozenset(_EVERYDAY_TEXT.split())
"""Words of any call, whatever it is about."""

_TRADE_TEXT = """
access address agent amount answer app appointment apply arrive balance bank bill billing book
booking box broken business buy cancel car card charge check claim close code confirm connect
contact contract copy cost credit date debit deal delivery deliver department detail discount email
enter error expire fee fill find fix form friday home house information insurance internet
invoice issue item letter link live log mail message mobile monday money move offer online open
option order package paper pass password pay payment person pick place plan policy price problem
product provide purchase receive record reference remove renew repair replace request return review
run saturday save schedule security select sell sign speak status stop store street submit
subscription sunday support switch system team thursday ticket transfer travel tuesday type
understand update visit wait website wednesday write
"""
TRADE = frozenset(_TRADE_TEXT.split())
"""Words that are what some calls are about, and are said in most of the others too."""

GRAMMAR_WEIGHT = 0.1
EVERYDAY_WEIGHT = 0.45
TRADE_WEIGHT = 0.8
WEIGHT = 1.0

_NEGATIONS_TEXT = "not no never nothing nobody none neither nor without cannot"
NEGATIONS = frozenset(_NEGATIONS_TEXT.split())
"""One of these turns what is said around; a doubled one is not told from one."""

_FORMS = {
    form: word
    for word, forms in {
        "be": "is am are was were been being",
        "bear": "bore borne",
        "begin": "began begun",
        "break": "broke broken",
        "bring": "brought",
        "build": "built",
        "buy": "bought",
        "catch": "caught",
        "child": "children",
        "choose": "chose chosen",
        "come": "came",
        "deal": "dealt",
        "die": "died dying dies",
        "do": "does did done doing",
        "drive": "drove driven",
        "fall": "fell fallen",
        "feel": "felt",
        "find": "found",
        "forget": "forgot forgotten",
        "freeze": "froze frozen",
        "get": "got gotten",
        "give": "gave given",
        "go": "went gone goes",
        "have": "has had having",
        "hear": "heard",
        "hold": "held",
        "keep": "kept",
        "know": "knew known",
        "leave": "left",
        "lie": "lied lying lies",
        "lose": "lost",
        "make": "made",
        "meet": "met",
        "owe": "owed owing owes",
        "pay": "paid",
        "ring": "rang rung",
        "run": "ran",
        "say": "said",
        "see": "saw seen",
        "sell": "sold",
        "send": "sent",
        "speak": "spoke spoken",
        "spend": "spent",
        "stand": "stood",
        "steal": "stole stolen",
        "take": "took taken",
        "tell": "told",
        "think": "thought",
        "throw": "threw thrown",
        "understand": "understood",
        "wake": "woke woken",
        "woman": "women",
        "write": "wrote written",
    }.items()
    for form in forms.split()
}
_VOWELS = frozenset("aeiouy")
_WHOLE_TEXT = (
    "during thing nothing something anything everything morning evening wedding "
    "king ring bring spring string need feed seed speed red bed shed indeed hundred this his "
    "is was as us gas bus yes address business access always sometimes news less unless process "
    "plus status bonus virus focus various previous serious"
)
_WHOLE = frozenset(_WHOLE_TEXT.split())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the form that a word shares with its kin: "cancelling" is "cancel"."""
    word = _FORMS.get(word, word)
    if word in _WHOLE or len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for ending, least in (("ing", 3), ("ed", 3)):
        body = word.removesuffix(ending)
        if body != word and len(body) >= least and _VOWELS & set(body):
            return _closed(body)
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return _closed(word[:-1]) if word.endswith("es") else word[:-1]
    return _closed(word) if word.endswith("e") else word


def weight(word: str) -> float:
    """Return how much a word tells, before it is known how many intents share it."""
    if word in GRAMMAR:
        return GRAMMAR_WEIGHT
    if word in EVERYDAY or stem(word) in _EVERYDAY_STEMS:
        return EVERYDAY_WEIGHT
    return TRADE_WEIGHT if stem(word) in _TRADE_STEMS else WEIGHT


def _closed(body: str) -> str:
    """Undo a doubled consonant and drop a final e: "stopp" and "charge" become "stop", "charg"."""
    if len(body) > 3 and body[-1] == body[-2] and body[-1] not in "aeiousz":
        return body[:-1]
    if len(body) > 3 and body.endswith("e"):
        return body[:-1]
    return body


_EVERYDAY_STEMS = frozenset(stem(word) for word in EVERYDAY)
_TRADE_STEMS = frozenset(stem(word) for word in TRADE)
