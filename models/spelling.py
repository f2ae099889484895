"""Tables of how English words are folded before they are compared: data only.

Folding is light: spellings of one word become one, and so do the forms that dialects give it
("cannae", "nowt"); nothing that changes a meaning is folded.
"""

CURRENCY_SIGNS = {"$": "dollars", "£": "pounds", "€": "euros"}

_HESITATIONS = "um uh umm uhh uhm er err erm ehm hmm hm mm mmm mhm mmhm ah ahh eh"
_IS = (
    "it that what who where here there he she how when why name everything something nothing "
    "anything everyone someone nobody somebody this which one line total price amount address "
    "number problem system long"
)
_KNOW_BEFORE = "do did does if as that let lets how would should could until when will to make sure"
_KNOW_AFTER = (
    "what how where when why who whether if that the my your our his her their a an of about any "
    "anything nothing something which"
)

FILLERS = frozenset(_HESITATIONS.split())
IS_AFTER = frozenset(_IS.split())
"""Words after which 's is "is"; after any other it is a possessive."""

AFTER_HAS = frozenset({"been", "had", "got", "gone", "happened", "become", "changed", "taken"})
"""Words before which 's is "has": "the card's been approved"."""

_IS_BEFORE = (
    "not back still just here there now too very really "
    "a an the my your our his her their this that"
)
AFTER_IS = frozenset(_IS_BEFORE.split())
"""Words before which 's after any noun is "is": "the recording's back on"."""

KEEPS_YOU_KNOW = (frozenset(_KNOW_BEFORE.split()), frozenset(_KNOW_AFTER.split()))
"""Words before, and after, which "you know" is no filler."""

KEEPS_I_MEAN = (
    frozenset({"what", "do", "did", "does", "if"}),
    frozenset({"it", "that", "to", "this", "what", "by"}),
)
"""The same for "i mean"."""

SUFFIXES = {"ve": "have", "ll": "will", "d": "would", "re": "are", "m": "am"}

CONTRACTIONS: dict[str, tuple[str, ...]] = {
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "cant": ("can", "not"),
    "won't": ("will", "not"),
    "wont": ("will", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "aint": ("is", "not"),
    "let's": ("let", "us"),
    "lets": ("let", "us"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("got", "to"),
    "lemme": ("let", "me"),
    "gimme": ("give", "me"),
    "kinda": ("kind", "of"),
    "sorta": ("sort", "of"),
    "innit": ("is", "not", "it"),
    "dunno": ("do", "not", "know"),
    "y'all": ("you", "all"),
    "yous": ("you", "all"),
    "youse": ("you", "all"),
    "ta": ("thank", "you"),
    "ma'am": ("madam",),
    "maam": ("madam",),
    "alright": ("all", "right"),
    "goodbye": ("good", "bye"),
    "goodby": ("good", "bye"),
    "callback": ("call", "back"),
    "callbacks": ("call", "backs"),
    "voicemail": ("voice", "mail"),
    "postcode": ("post", "code"),
    "zipcode": ("zip", "code"),
    "thankyou": ("thank", "you"),
    "im": ("i", "am"),
    "ive": ("i", "have"),
    "its": ("it", "is"),
    "thats": ("that", "is"),
    "whats": ("what", "is"),
    "wheres": ("where", "is"),
    "whos": ("who", "is"),
    "theres": ("there", "is"),
    "heres": ("here", "is"),
    "hes": ("he", "is"),
    "shes": ("she", "is"),
    "youre": ("you", "are"),
    "youve": ("you", "have"),
    "youll": ("you", "will"),
    "theyre": ("they", "are"),
    "theyve": ("they", "have"),
    "theyll": ("they", "will"),
    "weve": ("we", "have"),
    "itll": ("it", "will"),
    "thatll": ("that", "will"),
    "dont": ("do", "not"),
    "doesnt": ("does", "not"),
    "didnt": ("did", "not"),
    "isnt": ("is", "not"),
    "arent": ("are", "not"),
    "wasnt": ("was", "not"),
    "werent": ("were", "not"),
    "hasnt": ("has", "not"),
    "havent": ("have", "not"),
    "hadnt": ("had", "not"),
    "couldnt": ("could", "not"),
    "wouldnt": ("would", "not"),
    "shouldnt": ("should", "not"),
    "mustnt": ("must", "not"),
    "cannae": ("can", "not"),
    "couldnae": ("could", "not"),
    "didnae": ("did", "not"),
    "dinnae": ("do", "not"),
    "dinna": ("do", "not"),
    "doesnae": ("does", "not"),
    "hadnae": ("had", "not"),
    "hasnae": ("has", "not"),
    "havenae": ("have", "not"),
    "isnae": ("is", "not"),
    "shouldnae": ("should", "not"),
    "wasnae": ("was", "not"),
    "werenae": ("were", "not"),
    "willnae": ("will", "not"),
    "winnae": ("will", "not"),
    "wouldnae": ("would", "not"),
}

PAIRS: dict[tuple[str, str], str] = {
    ("e", "mail"): "email",
    ("e", "mails"): "emails",
    ("wi", "fi"): "wifi",
    ("pass", "word"): "password",
    ("pass", "code"): "passcode",
    ("web", "site"): "website",
    ("o", "clock"): "oclock",
    ("to", "morrow"): "tomorrow",
    ("any", "one"): "anyone",
    ("any", "body"): "anybody",
    ("any", "thing"): "anything",
    ("some", "one"): "someone",
    ("some", "body"): "somebody",
    ("some", "thing"): "something",
    ("every", "one"): "everyone",
    ("every", "body"): "everybody",
    ("every", "thing"): "everything",
    ("no", "body"): "nobody",
    ("uh", "huh"): "mhm",
    ("mm", "hmm"): "mhm",
    ("mm", "hm"): "mhm",
}

AFTER_WHOSE: dict[tuple[str, str], str] = {
    (whose, "mam"): "mom" for whose in ("my", "your", "his", "her", "our", "their", "me")
}
"""Words that mean another thing after whose they are; "yes mam" is a ma'am misheard."""

HYPHENATED: dict[tuple[str, str], str] = {
    ("to", "day"): "today",
    ("to", "night"): "tonight",
}
"""Pairs that are one word where a hyphen joins them; "day to day" stays as it is."""

HALF_DAYS: dict[tuple[str, str], str] = {("a", "m"): "am", ("p", "m"): "pm"}
"""Pairs that are one word after a number."""

SPELLINGS: dict[str, str] = {
    "ok": "okay",
    "okey": "okay",
    "o'clock": "oclock",
    "mister": "mr",
    "missus": "mrs",
    "mum": "mom",
    "mammy": "mom",
    "aye": "yes",
    "nowt": "nothing",
    "owt": "anything",
    "summat": "something",
    "cos": "because",
    "coz": "because",
    "cuz": "because",
    "colour": "color",
    "colours": "colors",
    "favour": "favor",
    "favourite": "favorite",
    "honour": "honor",
    "neighbour": "neighbor",
    "neighbours": "neighbors",
    "behaviour": "behavior",
    "labour": "labor",
    "centre": "center",
    "metre": "meter",
    "metres": "meters",
    "grey": "gray",
    "cheque": "check",
    "cheques": "checks",
    "programme": "program",
    "programmes": "programs",
    "catalogue": "catalog",
    "dialogue": "dialog",
    "licence": "license",
    "practise": "practice",
    "defence": "defense",
    "offence": "offense",
    "enrol": "enroll",
    "fulfil": "fulfill",
    "instalment": "installment",
    "instalments": "installments",
    "cancelled": "canceled",
    "cancelling": "canceling",
    "travelled": "traveled",
    "travelling": "traveling",
    "dialled": "dialed",
    "dialling": "dialing",
    "labelled": "labeled",
    "apologise": "apologize",
    "apologised": "apologized",
    "apologising": "apologizing",
    "realise": "realize",
    "realised": "realized",
    "recognise": "recognize",
    "recognised": "recognized",
    "organise": "organize",
    "organised": "organized",
    "organisation": "organization",
    "authorise": "authorize",
    "authorised": "authorized",
    "authorisation": "authorization",
    "prioritise": "prioritize",
    "summarise": "summarize",
    "customise": "customize",
    "minimise": "minimize",
    "finalise": "finalize",
    "judgement": "judgment",
    "jewellery": "jewelry",
    "pyjamas": "pajamas",
    "tonne": "ton",
    "tyre": "tire",
    "tyres": "tires",
}
