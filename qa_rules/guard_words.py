"""Words by which a negation, somebody else's words or a tale of the past are known, by language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GuardWords:
    """One language's words for `guards`."""

    no: str
    """The negator that also answers: it does not reach into a clause of its own."""
    no_verb: str
    """The negator of verbs, "not"; empty where `no` is both."""
    why: str
    but: str
    gap_blocks: tuple[str, ...]
    """Words that a pattern's gap does not reach over."""
    was: frozenset[str]
    """Verbs of the past that may put a feeling there."""
    last_word: str
    negators: frozenset[str]
    """Words that take back what follows them."""
    after_no: frozenset[str]
    """Words after which a bare "no" is none: "no problem"."""
    after_not: frozenset[str]
    """The same for "not": "not only"; where there is one negator, within two words of it."""
    new_clause: frozenset[str]
    """Words over which a negation does not reach."""
    subjects: frozenset[str]
    """Words that begin a clause of its own."""
    carries: frozenset[str]
    """Verbs that carry a negation into such a clause."""
    tells: frozenset[str]
    """Verbs of telling what somebody said."""
    like: frozenset[str]
    """Verbs before "like" that make it tell: "he was like"."""
    between: frozenset[str]
    """Small words between the verb and what was said."""
    own: frozenset[str]
    """The speaker, before such a verb."""
    passive: frozenset[str]
    """Words that make it somebody else after all: "I was told"."""
    utters: frozenset[str]
    """Verbs of telling, for words quoted at length."""
    speakers: frozenset[str]
    """The two of this call, before such a verb."""
    laughs: frozenset[str]
    """Laughter written in one word."""
    laugh: frozenset[str]
    """A syllable of laughter, said twice."""
    be: frozenset[str]
    """Verbs between a person and a feeling."""
    very: frozenset[str]
    """Words that strengthen a feeling."""
    people: frozenset[str]
    """Others than the two of this call."""
    long_ago: frozenset[str]
    """Words that put a feeling in the past."""
    last: frozenset[str]
    """Words that do so after "last"."""
    mended: frozenset[str]
    """Words after "but" that say it has been put right."""
    articles: frozenset[str]
    """Words of a pattern that need not be said: not all who speak the language say them.

    In Spanish also "a" and "de", which run together with the vowels beside them ("voy a hacer").
    """
    determiners: frozenset[str]
    """Words that stand where an article does."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ENGLISH = GuardWords(
    no="no",
    no_verb="not",
    why="why",
    but="but",
    gap_blocks=("not", "never", "no"),
    was=_set("was were"),
    last_word="last",
    negators=_set("hardly neither never no nobody none nor not without"),
    after_no=_set("doubt matter problem problems rush trouble wonder worries worry"),
    after_not=_set("forget hesitate just least lie mind only worry"),
    new_clause=_set("although anyway because but however though"),
    subjects=_set("he i it my our she that there they this we you your"),
    carries=_set(
        "aware because believe feel if know like mean need said say saying suppose sure "
        "tell that think told true want whether"
    ),
    tells=_set("asked believes claimed claims reckons said saying says tells thinks thought told"),
    like=_set("am are is was were"),
    between=_set(
        "a an are been going had has have he her him his is it like me my oh our she that "
        "the their them they this to us was well were will would you your"
    ),
    own=_set("i we"),
    passive=_set("been being get got was were"),
    utters=_set(
        "asked believes called claimed claims reads reckons replied said saying says "
        "screamed screaming screams shouted shouting shouts tells thinks thought threatened "
        "threatens titled told writes wrote yelled yelling yells"
    ),
    speakers=_set("i we you"),
    laughs=_set("[laughs] [laughter] haha hahaha laughs laughter lol"),
    laugh=_set("ha hah hee heh"),
    be=_set("are been being get gets got is was were"),
    very=_set("a absolutely all bit just pretty quite really so totally very"),
    people=_set(
        "aunt boss boyfriend brother child colleague customer customers dad daughter "
        "everybody everyone family father friend girlfriend grandmother guy he husband kids "
        "lady man manager mom mother neighbor partner people she sister son they uncle who "
        "wife woman"
    ),
    long_ago=_set("ago then yesterday"),
    last=_set("christmas month night summer time week winter year"),
    mended=_set("better fine fixed good great resolved solved sorted"),
    articles=_set("a an the"),
    determiners=_set("my your our his her their its this that these those"),
)
SPANISH = GuardWords(
    no="no",
    no_verb="",
    why="por",
    but="pero",
    gap_blocks=("no", "nunca", "jamas", "ni", "tampoco"),
    was=_set("era estaba fue estuve estuvo estaban"),
    last_word="",
    negators=_set("no nunca jamas sin nadie ninguno ninguna ningun ni tampoco apenas"),
    after_no=_set("gracias claro si pues solo solamente senor senora"),
    after_not=_set("problema problemas preocupe preocupes duda dude dudes"),
    new_clause=_set("pero porque aunque sino entonces igualmente"),
    subjects=_set("yo nosotros nosotras usted ustedes ella ellos ellas esto eso"),
    carries=_set(
        "creo pienso digo decir dijo diga diciendo quiero quiere que si seguro segura cierto "
        "verdad parece necesito sabe saber se me"
    ),
    tells=_set(
        "dijo dijeron dice dicen decia decian dijiste dijisteis contaron comentaron comento "
        "preguntaron aseguro aseguraron prometieron cree creen piensa piensan opina opinan"
    ),
    like=_set(""),
    between=_set(
        "que me nos te le les lo la los las a al el un una de del mi su tu sus se iba iban va van "
        "era es esta son fue habia han ha ser muy ya si eso esto como y yo por en no"
    ),
    own=_set("yo"),
    passive=_set(""),
    utters=_set(
        "dijo dijeron dice dicen decia decian dijiste grito gritaron gritaba gritando escribio "
        "escribieron amenazo amenazaron contesto contestaron respondio insulto"
    ),
    speakers=_set("yo usted ustedes tu"),
    laughs=_set("jaja jajaja jajajaja jeje jejeje haha lol risas [risas] [laughter]"),
    laugh=_set("ja je ji ha"),
    be=_set("estaba esta estaban estan es era son eran puso pone fue quedo"),
    very=_set("muy tan super bastante un poco toda todo realmente bien tanto"),
    people=_set(
        "el ella ellos ellas hija hijo esposa esposo marido mujer madre mama padre papa amigo "
        "amiga jefe jefa vecino vecina hermano hermana novio novia cliente clientes gente familia "
        "abuela "
        "abuelo tia tio companero companera suegra suegro"
    ),
    long_ago=_set("ayer pasado pasada antes anteayer entonces"),
    last=_set(""),
    mended=_set(
        "arreglado arreglaron arreglo solucionado solucionaron resuelto resolvieron bien mejor "
        "contento contenta tranquilo tranquila"
    ),
    articles=_set("el la los las un una unos unas a de"),
    determiners=_set("mi mis tu tus su sus este esta estos estas ese esa esos esas"),
)
GUARD_WORDS = {"en": ENGLISH, "es": SPANISH}
"""By the code of the language."""
