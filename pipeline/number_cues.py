"""What a number is said to be: the words that ask for it or name it, before it or after it.

Patterns over raw text, for English. They are wide where a secret may follow and narrow where they
let a number stay.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from pipeline.identifiers import Run


class Named(StrEnum):
    """What a number is; the value is the kind that events report for those that are hidden."""

    CARD = "card"
    CVV = "cvv"
    EXPIRY = "expiry"
    ACCOUNT = "account"
    NATIONAL = "national_id"
    PIN = "pin"
    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    PHONE = "phone"
    REFERENCE = "reference"
    POSTCODE = "postcode"
    DATE = "date"
    AMOUNT = "amount"
    LAST_FOUR = "last_four"
    ADDRESS = "address"

    @property
    def secret(self) -> bool:
        """Whether numbers of this name are hidden."""
        return self in REPLACEMENTS


REPLACEMENTS = {
    Named.CARD: "[card number]",
    Named.CVV: "[security code]",
    Named.EXPIRY: "[expiry date]",
    Named.ACCOUNT: "[account number]",
    Named.NATIONAL: "[national id]",
    Named.PIN: "[pin]",
    Named.CODE: "[one-time code]",
    Named.PASSWORD: "[password]",
}
LONGEST = {
    Named.PHONE: 15,
    Named.REFERENCE: 40,
    Named.POSTCODE: 9,
    Named.DATE: 8,
    Named.AMOUNT: 7,
    Named.LAST_FOUR: 4,
    Named.ADDRESS: 6,
}
"""A number with more figures than this is not what its name says."""
SHORTEST = {Named.CVV: 2, Named.EXPIRY: 2, Named.CARD: 2, Named.CODE: 3, Named.PIN: 3}
"""A secret with fewer figures than this is something else; 3 where not listed."""

_OF_CARD = (
    r"(?: (?:of|on|from) (?:the|your|my|that|this|our)(?: \w+){0,3}? (?:card|account|number))?"
)
_PATTERNS: tuple[tuple[Named, str], ...] = (
    (
        Named.NATIONAL,
        r"social security(?: number)?"
        r"|(?:your|my|the|his|her) (?:full )?social(?: number)?\b(?! media)"
        r"|(?:last (?:four|4)|digits) of (?:your|the|my) social|\bs\.? ?s\.? ?n\b"
        r"|national insurance(?: number)?|\bn\.? ?i\.? number|\bnino\b"
        r"|(?:taxpayer|tax) (?:id|identification|reference)(?: number)?"
        r"|(?:national|government) (?:id|identity|identification)(?: number| card)?"
        r"|passport (?:number|no\b)|(?:driver'?s?|driving) licen[cs]e(?: number)?"
        r"|(?:medicare|nhs|aadhaar) number",
    ),
    (
        Named.CODE,
        r"one[- ]time (?:pass ?)?(?:code|word|pin)|\bo\.?t\.?p\b|verification code|access code"
        r"|authenticat\w+ code"
        r"|(?:code|number|pin) (?:that )?(?:we|i|you|they)(?:'ve| have|'ll| will)?(?: just)? "
        r"(?:sent|send|texted|text|got|received|receive|get|emailed|see)"
        r"|(?:security )?code (?:was |is )?(?:sent|texted|emailed) to"
        r"|(?:four|five|six|4|5|6)[- ]digits? (?:pass)?code",
    ),
    (
        Named.CVV,
        r"security (?:code|number|digits)|\b[ck]\.? ?v\.? ?[vc]\b(?: ?2)?(?: (?:code|number))?"
        r"|\bcv2\b|\bcsc\b|card verification(?: \w+)?"
        r"|(?:three|four|3|4)[- ](?:digits?|numbers?)(?: \w+){0,2} (?:on|at|from) (?:the|your) "
        r"(?:back|front|signature|reverse)"
        r"|last (?:three|3)(?: digits| numbers)?(?: \w+)? (?:on|from|at|of) (?:the|your) "
        r"(?:back|signature|reverse)"
        r"|(?:digits?|numbers?|code|three|3) (?:\w+ )?(?:on|from) the (?:back|reverse|signature)",
    ),
    (
        Named.LAST_FOUR,
        r"(?:last|final) (?:four|4)\b(?: digits?| numbers?)?" + _OF_CARD + r"|\bend(?:s|ing|ed)\b"
        r"(?: in| with)?(?: the)?(?= (?:\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine|"
        r"ten|eleven|twelve|\w+teen|\w+ty|double|triple|nought)\b)",
    ),
    (
        Named.CARD,
        r"(?:long|sixteen|16)[- ](?:digit )?(?:card )?numbers?|(?:16|sixteen)[- ]?digits?"
        r"|card (?:number|no\b|digits)"
        r"|(?:numbers?|digits) (?:is |are |that's )?(?:on|across|along|off|from) "
        r"(?:the |your |my )?(?:long |front|card|face|debit|credit|visa|master)"
        r"|numbers? (?:of|for) (?:the|your|my|that) (?:credit |debit |bank )?card"
        r"|card (?:details|info\b|information)|payment (?:details|information|card)"
        r"|read (?:me |out )*(?:the|your|it off) (?:card|the card|digits)"
        r"|(?:take|have|get|give me|grab|need) (?:the|your|a|that) (?:credit |debit |bank )?card"
        r"(?= now| please|[?.,]|$)"
        r"|(?:first|next|middle) (?:four|six|eight|4|6|8)\b(?: digits| numbers)?"
        r"|(?:visa|master ?card|amex|american express|maestro|discover)(?: card)?(?: number)?"
        r"(?:,|'s| is|:)? ?(?:it's |is )?(?=(?:\d+|zero|oh|one|two|three|four|five|six|seven"
        r"|eight|"
        r"nine|\w+teen|\w+ty|double|triple)\b)|my card is\b|card is\b(?= \d)",
    ),
    (Named.EXPIRY, r"\bexpir\w+(?: dates?)?|valid (?:until|thru|through|to)|good thr(?:u|ough)"),
    (
        Named.ACCOUNT,
        r"account (?:number|no\b|#)|sort code|routing(?: number| code)?|\biban\b"
        r"|\b(?:bsb|aba|swift) (?:number|code)|bank (?:account )?(?:numbers?|details)"
        r"|(?:checking|savings|bank|current) account (?:is|it's|ends)",
    ),
    (Named.PIN, r"\bpins?\b(?: number| code)?|\bpass ?code\b"),
    (
        Named.PHONE,
        r"(?:tele)?phone(?: numbers?)?|\b(?:mobile|cell)\b(?: ?phone)?(?: numbers?)?"
        r"|call(?:ing)? (?:me |us |you )?(?:back )?(?:on|at|by)\b"
        r"|ring (?:me |us |you )?(?:back )?on\b|reach (?:me|us|you) (?:on|at)|by calling|\bdial\b"
        r"|call ?back number|contact number|(?:best|good|better) number"
        r"|number (?:to|we can|i can|you can) (?:call|reach|ring)|text (?:me|you|us) (?:on|at)"
        r"|\bcall (?=(?:1[- ])?\d{3})|\bfax\b|\bextension\b|whatsapp|\bcall you on\b",
    ),
    (
        Named.REFERENCE,
        r"\b(?:order|reference|ref|tracking|case|ticket|confirmation|booking|reservation|invoice"
        r"|policy|claim|model|serial|part|flight|meter|customer|client|member(?:ship)?|employee"
        r"|staff|loyalty|complaint|incident|registration|product|item|docket|job|transaction"
        r"|authori[sz]ation|approval|patient|student|rewards|frequent flyer|purchase|sim|device)"
        r"(?:'s)? (?:number|id\b|i\.d\.|code|no\b|ref(?:erence)?)"
        r"|\breference\b|\btracking\b|\bimei\b|\biccid\b|\bsim\b|\bpurchase\b|\bticket\b"
        r"|\binvoice\b|\border\b|\bvin\b|\bref\b"
        r"|\bcase\b|\bserial\b|user ?name|\be-?mail\b|\bversion\b|confirmation",
    ),
    (Named.POSTCODE, r"\bpost ?codes?\b|\bpostal codes?\b|\bzip(?: ?codes?)?\b"),
    (Named.DATE, r"date of birth|birth ?da(?:y|te)|\bborn\b|\bd\.?o\.?b\b"),
    (
        Named.AMOUNT,
        r"\btotal\b|\bamount\b|\bprice\b|\bbalance\b|\bcosts?\b|charg(?:e|ed|ing) (?:you|of)\b"
        r"|payments? of|refund(?:ed)?(?: you| of)?|comes? to|\bbill (?:is|was|of)\b"
        r"|\bpaid\b|\bfee\b|\bsalary\b|\bincome\b|\bowe\b|\bdeposit\b|\bper\b",
    ),
    (Named.ADDRESS, r"\b(?:my|your|the|billing|mailing|home|new|current|delivery) address|live at"),
)
_CUE = re.compile(
    "|".join(f"(?P<{kind.name}>{pattern})" for kind, pattern in _PATTERNS), re.IGNORECASE
)
_STRONG = re.compile(
    r"number|billing address|code|zip|post|reference|imei|\bid\b|birth|\b(?:last|final) (?:four"
    r"|4)|end(?:s|ing)",
    re.IGNORECASE,
)
_NOT_ASKED = re.compile(
    r"(?:never|won't|will not|don't|do not|not going to|didn't) (?:\w+ ){0,2}?"
    r"(?:ask|tell|share|give|read|send|say|need|want)\b[^.?!]*$",
    re.IGNORECASE,
)
_NAMES_BEFORE = re.compile(
    r"[\s,]*(?:'s|is|are|was|that'?s|that is|that was|which is|being|for|as)\b"
    r"(?:[\s,]+\w+){0,3}\s*$",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"(?:\bthat'?s|\bthat is|\bthat was|\bis that|\bwas that|\bthose are|\bwere those)"
    r"(?: \w+){0,2} *$",
    re.IGNORECASE,
)
_PASSWORD_SAID = re.compile(
    r"\b(?:password|pass ?phrase|memorable word|security word)(?:\s+(?:word|there))?"
    r"\s*(?:,\s*)?(?:is|was|it's|would be|:)\s+",
    re.IGNORECASE,
)
_PASSWORD_ASKED = re.compile(
    r"(?:what(?:'s| is| was)|tell me|give me|can i (?:have|get|take)|could i (?:have|get|take)"
    r"|may i have|confirm|read me|need)(?: \w+){0,3} (?:password|memorable word|security word)\b"
    r"(?! (?:reset|change|manager|hint|for)\b)",
    re.IGNORECASE,
)
_NO_PASSWORD = re.compile(
    r"^\W*(?:no\b|not\b|what|why|how|sorry|i (?:don't|do not|forgot|can't|have)|it's been"
    r"|that's|it says|is (?:that|it)|hmm|um+ i|reset|okay|ok|sure|yes|yeah|let me"
    r"|one (?:moment|second)|hold on)",
    re.IGNORECASE,
)

_MONEY_AFTER = re.compile(
    r"\s*(?:and (?:a half )?)?(?:dollars?|pounds?|euros?|cents?|pence|quid|bucks|grand|percent|%"
    r"|usd|gbp|eur|k\b|(?:hundred|thousand|million)\b|p\b)",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(
    r"(?:[$£€]|\b(?:usd|gbp|eur)|(?:dollars?|pounds?|euros?|quid),?(?: and)?)\s*$", re.IGNORECASE
)
_UNIT_AFTER = re.compile(
    r"[\s-]*(?:to \w+ )?(?:a\.?m\b|p\.?m\b|o'?clock|(?:working|business|calendar) (?:days?"
    r"|hours?)"
    r"|days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|seconds?|miles?|kilomet\w+|items?"
    r"|people|times?|points?|percent|stars?|gigs?|gigabytes?|megs?|megabytes?|gb|mb|kg|pieces)\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b"
)
_COUNTED_AFTER = re.compile(r"[\s-]*(?:more |other )?(?:digits?|figures?|numbers)\b", re.IGNORECASE)
_DATE_AFTER = re.compile(rf"\s*(?:(?:of|st|nd|rd|th)\s+)*{_MONTH}", re.IGNORECASE)
_DATE_BEFORE = re.compile(
    rf"{_MONTH}[\s,]*(?:the\s+)?(?:\w*(?:first|second|third|fourth|fifth|sixth|seventh|eighth"
    rf"|ninth"
    r"|tenth|\w+teenth|tieth|\d(?:st|nd|rd|th))[\s,]*)?$",
    re.IGNORECASE,
)
_TYPED_DATE = re.compile(r"(?<![\d/-])\d{1,4}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?![\d/-])")
_TYPED_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_TYPED_EXPIRY = re.compile(r"(?<![\d/])(?:0?[1-9]|1[0-2]) ?/ ?(?:20)?\d{2}(?![\d/])")
_STREET_AFTER = re.compile(
    r"(?:\s+[A-Za-z]+){1,3}?\s+(?:street|road|lane|avenue|drive|court|close|way|boulevard|place"
    r"|st|rd"
    r"|ave|dr|terrace|crescent)\b",
    re.IGNORECASE,
)
_PRICED_AFTER = re.compile(
    r"\s*,?\s*(?:for the|for your|for a|for an|for one|a month|a year|per\b|in total|altogether"
    r"|all in\b|each\b|monthly|today|in all)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that name a number; `start` and `end` are character offsets.

    `strong` where they can mean nothing else: "order number", not "order".
    """

    kind: Named
    start: int
    end: int
    strong: bool = True


def cues(text: str) -> list[Cue]:
    """Return the names of numbers in a text, in order, but for those that say what is not asked."""
    return [
        Cue(
            Named[found.lastgroup or ""],
            found.start(),
            found.end(),
            _STRONG.search(found.group()) is not None,
        )
        for found in _CUE.finditer(text)
        if not (Named[found.lastgroup or ""].secret and _NOT_ASKED.search(text[: found.start()]))
    ]


def name_of(text: str, run: Run, said: list[Cue]) -> Cue | None:
    """Return the cue that names a run in its own text: the nearest before it, or one after it.

    "... is my PIN" after the run counts where nothing before it names it, or where it makes the
    run a secret.
    """
    before = [cue for cue in said if cue.end <= run.start]
    pre = before[-1] if before else None
    if pre is not None and not pre.kind.secret and _far(text, pre, run):
        pre = None
    post = next((cue for cue in said if cue.start >= run.end), None)
    if post is not None and not _NAMES_BEFORE.match(text, run.end, post.start):
        post = None
    if post is not None and (pre is None or post.kind.secret or not pre.kind.secret):
        return post
    return pre


def points_back(text: str, cue: Cue) -> bool:
    """Return whether a cue names figures said before it ("is that the card number")."""
    return _POINTS_BACK.search(text[: cue.start]) is not None


def plain(text: str, run: Run) -> str | None:
    """Return what a run plainly is by the words at its sides.

    "money", "unit", "date", "address", "count" ("the sixteen digits"); None where they say nothing.
    """
    digits, before, after = run.digits, text[: run.start], text[run.end :]
    decimal = any(p.form == "decimal" for p in run.pieces) and len(run.pieces) == 1
    if len(digits) <= 8 and (decimal or _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after)):
        return "money"
    timed = _UNIT_AFTER.match(after) or _clock(text, run)
    if digits == "247" or (len(digits) <= 4 and timed):
        return "unit"
    if len(digits) <= 2 and len(run.pieces) == 1 and _COUNTED_AFTER.match(after):
        return "count"
    if len(digits) <= 8 and _dated(text, run):
        return "date"
    if len(digits) <= 5 and _STREET_AFTER.match(after):
        return "address"
    return None


def priced(text: str, run: Run) -> bool:
    """Return whether a run reads like a price with no currency ("forty nine ninety a month")."""
    short = len(run.digits) <= 5 and len(run.pieces) <= 2
    return short and _PRICED_AFTER.match(text, run.end) is not None


def expiry_typed(text: str, run: Run) -> bool:
    """Return whether a run is typed as month and year ("04/27")."""
    return any(m.start() <= run.start and run.end <= m.end() for m in _TYPED_EXPIRY.finditer(text))


def password_said(text: str) -> tuple[int, int] | None:
    """Return where a password stands that the text itself names, None where it names none."""
    found = _PASSWORD_SAID.search(text)
    if found is None:
        return None
    return _first_words(text, found.end())


def password_answer(text: str) -> tuple[int, int] | None:
    """Return where an answer to "what is your password" holds it, None where it declines."""
    words = re.findall(r"\w+", text)
    if not words or len(words) > 8 or _NO_PASSWORD.match(text):
        return None
    return _first_words(text, 0)


def asks_password(text: str) -> bool:
    """Return whether the text asks for a password."""
    found = _PASSWORD_ASKED.search(text)
    return found is not None and not _NOT_ASKED.search(text[: found.start()] + found.group())


def _first_words(text: str, start: int) -> tuple[int, int] | None:
    """Return the span of the words up to the sentence's end, six at most; None of a mask."""
    if text.startswith("[", start):
        return None
    found = re.compile(r"\w[^\s.?!;]*(?:\s+\w[^\s.?!;]*){0,5}").search(text, start)
    return found.span() if found else None


def _far(text: str, cue: Cue, run: Run) -> bool:
    """Return whether a harmless name is too far off, or a sentence away, to vouch for a run."""
    between = text[cue.end : run.start]
    return len(between) > 60 or (cue.kind is Named.AMOUNT and len(between) > 25)


def _clock(text: str, run: Run) -> bool:
    return any(m.start() <= run.start and run.end <= m.end() for m in _TYPED_TIME.finditer(text))


def _dated(text: str, run: Run) -> bool:
    if _DATE_AFTER.match(text, run.end) or _DATE_BEFORE.search(text[: run.start]):
        return True
    return any(m.start() <= run.start and run.end <= m.end() for m in _TYPED_DATE.finditer(text))
