"""How many, and in which size; words for colours and further sizes come with the data."""

import re
from functools import lru_cache
from typing import Final

from nlu.entities.numbers import ANY_NUMBER, ARABIC, CHINESE, ENGLISH, parse_number
from nlu.entities.rules import RuleSet, rule, rule_set

_MEASURE: Final = (
    r"(?:件|双|条|个(?!月|小时|星期|礼拜|工作|人|季度|钟|字)|只|瓶|盒|包(?!邮)|套|支|台|袋|罐|箱|"
    r"张(?!图)|把|对|份|顶|块(?=香皂|肥皂|手表|布)|片(?!面)|本|副|枚|提|桶|盏|组)"
)
_UNITS: Final = (
    r"(?:pairs?|pieces?|pcs?|items|(?<=one )item|bottles?|boxe?s?|packs?|packets?|sets?|bags?|"
    r"units|"
    r"tubes?|jars?|cans|copies|copy)"
)
_CONTAINER: Final = r"(?:双|瓶|盒|包(?!邮)|套|支|袋|罐|箱|桶|提|对|副|台)"
_DOZEN: Final = 12
_LETTER_SIZE: Final = r"(?:[2-6]?XL|X{0,4}L|X{0,3}S|M)"
_CHANGEABLE: Final = rf"(?:3[4-9]|4[0-7]|1[0-8][05]|{_LETTER_SIZE})"
_ALONE: Final = r"(?<![A-Za-z\d.'’&-])"
_CHANGED: Final = r" ?(?:码|号)? ?(?:to|换成?|改成?|instead of|but need|但要) ?"
# A number that may be a size of shoes: no count, no amount, no code.
_BARE: Final = (
    r"(?<![A-Za-z\d.¥$第共花付-])(?:3[4-9]|4[0-7])(?![\d.%A-Za-z]|[双岁年分多以左折日月周秒页款套包号]|"
    r"[^\W\d]*[元块天件个])"
)
_BARE_SIZE: Final = re.compile(
    rf"{_BARE}(?! ?(?:to|and|or|-|到|至) ?\d|"
    r" (?!(?:is|was|runs|fits|feels|hurts|pinches)\b)[a-z]+s\b)",
    re.IGNORECASE,
)
_SHOES: Final = re.compile(
    r"鞋|靴|码|\b(?:sizes?|shoes?|boots?|sneakers?|trainers|sandals?|heels)\b", re.IGNORECASE
)
_NAMED_SIZES: Final = {
    "small": "S", "medium": "M", "large": "L", "extra large": "XL", "小": "S", "中": "M", "大": "L",
}  # fmt: skip


def _quantity(match: re.Match[str]) -> int | None:
    number = parse_number(match["n"])
    return int(number) if number == number.to_integral_value() and number > 0 else None


def few(words: str) -> int:
    """ "two", "a couple of" and "half a dozen" as numbers; `words` matched `COUNTED`."""
    said = words.lower()
    if said.startswith("half"):
        return _DOZEN // 2
    if said.endswith("dozen"):
        return _DOZEN * int(parse_number(said.removesuffix(" dozen")))
    if said.startswith("a couple"):
        return 2
    return int(parse_number(said))


def _few(match: re.Match[str]) -> int:
    return few(match["n"])


def _dozens(match: re.Match[str]) -> int:
    return _DOZEN // 2 if match["n"] == "半" else _DOZEN * int(parse_number(match["n"]))


def _size(match: re.Match[str]) -> str:
    return letter_size(match["span"])


def _numbered(match: re.Match[str]) -> str:
    return letter_size(match["n"])


def _shoe_size(match: re.Match[str]) -> str | None:
    return match["span"] if _is_about_sizes(match.string) else None


@lru_cache(maxsize=8)
def _is_about_sizes(text: str) -> bool:
    """Whether shoes or sizes are spoken of, or two numbers that may be sizes."""
    return _SHOES.search(text) is not None or len(set(_BARE_SIZE.findall(text))) > 1


def _letter(match: re.Match[str]) -> str | None:
    size = match["span"]
    return letter_size(size) if size.isupper() else None


def letter_size(size: str) -> str:
    """A size as the catalogue writes it: "2xl" is XXL, "medium" is M."""
    named = _NAMED_SIZES.get(size.lower())
    if named is not None:
        return named
    extra = re.fullmatch(r"([2-6])XL", size.upper())
    return "X" * int(extra[1]) + "L" if extra else size.upper()


def _volume(match: re.Match[str]) -> str:
    unit = {"毫升": "ml", "克": "g", "公斤": "kg", "升": "l"}.get(match["u"], match["u"].lower())
    return f"{match['n']}{unit}"


_FEW: Final = (
    r"(?:[1-9]\d?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple of|"
    r"half a dozen|an? dozen|(?:two|three) dozen)"
)
_NUMBER_WORD: Final = r"(?:[1-9]\d?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_CHANGED_FROM: Final = (
    r"\b(?:change|changed|reduced?|increased?|update|amend|adjust)\b[^.?!]{0,20}\bfrom "
)
_END: Final = r"(?=$|[,.!?]| (?:please|pls|instead|pieces|items|of))"
_NOT: Final = r",? (?:and )?(?:not|instead of|rather than)(?: the)? "
_GETTING: Final = (
    r"\b(?:take|want|need|order|ordered|bought|buy|get|got|grab|send|sent|add|have|paid for|return|"
    r"returning|received|out of|only|just|keep)"
)

QUANTITIES: Final[RuleSet] = rule_set(
    ANY_NUMBER + "|半打",
    rule(
        "quantity",
        rf"(?<![第\d.每哪])(?P<n>(?<![A-Za-z])(?!1(?!\d))\d{{1,4}}|(?!一(?![二三四五六七八九十百]))"
        rf"{CHINESE}) ?{_MEASURE}(?![几多])",
        _quantity,
        0.9,
    ),
    # "one" of something is often just "a": 推荐一个. A container is counted, and so is what is
    # bought, sent or missing.
    rule(
        "quantity",
        rf"(?<![第\d.每这那哪钱格])(?P<n>1|一) ?{_CONTAINER}(?![几多子])",
        _quantity,
        0.9,
    ),
    rule(
        "quantity",
        rf"(?:要|买了?|来|拿|下单|退|收到|只有|只?剩|[改换减加变][成为到]|[发少多漏送寄订加改]了?)(?P<span>(?P<n>1|"
        rf"一) ?{_MEASURE})(?![几多月])",
        _quantity,
        0.8,
    ),
    rule("quantity", r"(?P<n>俩|仨)(?=[^\w]|[\u4e00-\u9fff]|$)(?!人|口|月)", _quantity, 0.8),
    rule("quantity", r"(?P<n>\d{1,2}|[一两二三四五]|半)打(?![开折电算理听包印])", _dozens, 0.9),
    rule(
        "quantity",
        rf"\b(?P<n>{ARABIC}|{ENGLISH}|an?) {_UNITS}\b(?! of (?:news|advice))",
        _quantity,
        0.9,
    ),
    rule("quantity", r"\b(?P<n>a couple of|half a dozen|(?:an?|two|three) dozen)\b", _few, 0.9),
    rule(
        "quantity",
        rf"{_GETTING} (?P<span>(?P<n>{_FEW}))"
        r"(?= (?:of|more|but|instead|too many)\b|(?: please| pls)?\W*$|[.,!?])",
        _few,
        0.8,
    ),
    rule("quantity", rf"\b(?P<n>{_FEW})(?= (?:of (?:them|these|those)|more of)\b)", _few, 0.8),
    rule(
        "quantity",
        rf"\b(?:cut|bring|reduce|drop|lower|bump|increase|change|go)[^.?!,]{{0,20}} (?:down|up) to "
        rf"(?P<span>(?P<n>{_NUMBER_WORD}))(?=$|[ ,.!?](?! ?(?:am|pm|%)))",
        _few,
        0.8,
    ),
    rule(
        "quantity",
        rf"{_CHANGED_FROM}(?P<span>(?P<n>{_NUMBER_WORD}))(?= to {_NUMBER_WORD}{_END})",
        _few,
        0.75,
    ),
    rule(
        "quantity",
        rf"{_CHANGED_FROM}{_NUMBER_WORD} to (?P<span>(?P<n>{_NUMBER_WORD})){_END}",
        _few,
        0.75,
    ),
    # "one not two": both are counts.
    rule("quantity", rf"\b(?P<n>{_NUMBER_WORD})(?={_NOT}{_NUMBER_WORD}(?:$|[ ,.!?]))", _few, 0.75),
    rule(
        "quantity",
        rf"\b{_NUMBER_WORD}{_NOT}(?P<span>(?P<n>{_NUMBER_WORD}))(?=$|[,.!?])",
        _few,
        0.75,
    ),
    rule(
        "quantity",
        r"(?P<n>(?<=instead of )\d{1,2}|\b\d{1,2}(?= instead of \d))(?!\w)",
        _quantity,
        0.6,
    ),
    rule("quantity", r"(?<![\w.])(?P<n>\d{1,2})[x×](?!\w)", _quantity, 0.9),
    rule(
        "quantity",
        rf"(?:\bmake it|\bquantity(?: up)?(?: to)?|数量(?:改|换)?(?:成|为|到)?) ?"
        rf"(?P<span>(?P<n>\d{{1,3}}|{ENGLISH}|{CHINESE}))\b",
        _quantity,
        0.9,
    ),
    rule("quantity", r"(?<![\w.])[x×*] ?(?P<n>\d{1,3})(?![\w.])", _quantity, 0.9),
)

# A number before the name of a thing counts it: "two black t-shirts".
COUNTED: Final = re.compile(
    rf"\b(?P<n>{_FEW}) (?:(?!of\b|to\b|or\b|and\b|for\b|days?\b|weeks?\b|"
    rf"months?\b)[a-z-]+ ){{0,2}}$",
    re.IGNORECASE,
)

SIZES: Final[RuleSet] = rule_set(
    r"\d|(?<![a-z])[2-6]?x{0,4}[sml](?![a-z])|sizes?|small|medium|large",
    rule("size", rf"(?<![A-Za-z0-9'’&.-])(?P<span>(?P<n>{_LETTER_SIZE}) ?(?:码|号))", _numbered),
    rule(
        "size",
        rf"\b(?:sizes?\b|码数|尺码)[ :]*(?P<span>{_LETTER_SIZE}|small|medium|(?:extra )?large)\b",
        _size,
    ),
    rule(
        "size",
        rf"(?<=[\u4e00-\u9fff])(?P<span>{_LETTER_SIZE})(?=[\u4e00-\u9fff]|$|[,，。.?？!！ ])",
        _size,
        0.8,
    ),
    rule("size", r"(?<![\d.])(?P<span>(?P<n>\d{2}(?:\.5)?) ?码)", _numbered),
    rule("size", r"\b(?:size|eu|eur|us|uk)[ :]*(?P<span>\d{1,2}(?:\.5)?)(?![\d.%])", _size),
    rule("size", r"(?<![\d.])(?P<span>1[4-9]\d/\d{2,3}[A-C]?)(?![\d/])", _size),
    rule(
        "size",
        r"(?<![A-Za-z0-9.-])(?P<span>(?P<n>\d{1,4}(?:\.\d+)?) ?"
        r"(?P<u>ml|毫升|kg|公斤|g|克|l|升))(?![A-Za-z])",
        _volume,
    ),
    rule("size", rf"{_ALONE}(?P<span>{_CHANGEABLE})(?={_CHANGED}{_CHANGEABLE}(?!\w))", _size, 0.9),
    rule(
        "size",
        rf"{_ALONE}(?P<span>(?:3[4-9]|4[0-7]|{_LETTER_SIZE}))(?=的?[^\d，。,.]{{0,6}}换[^\d，。]{{0,2}}\d{{2}}(?!\d))",
        _size,
        0.9,
    ),
    rule(
        "size",
        rf"(?P<span>{_BARE})",
        _shoe_size,
        0.7,
    ),
    # Where nothing follows that it could count, it is surely one.
    rule("size", rf"(?P<span>{_BARE})(?=\s*(?:$|[,，。.;?!]|的|and\b|but\b))", _shoe_size, 0.85),
    rule(
        "size",
        r"\b(?:my|an?|the|in) (?P<span>(?:extra )?(?:small|large)|medium)"
        r"(?= (?:for|to|instead|is|was|please|pls|and)\b|\s*(?:$|[,.?!]))",
        _size,
        0.8,
    ),
    rule(
        "size",
        rf"\b(?:my|an?|the|in|send(?: me)?) (?P<span>{_LETTER_SIZE})(?![\w'’.&-])",
        _letter,
        0.7,
    ),
    rule(
        "size",
        rf"{_ALONE}(?P<span>{_CHANGEABLE})(?={_CHANGED}{_CHANGEABLE}[\u4e00-\u9fff])",
        _size,
        0.9,
    ),
    rule(
        "size",
        rf"{_ALONE}{_CHANGEABLE}{_CHANGED}(?P<span>{_CHANGEABLE})(?![A-Za-z\d元块天件])",
        _size,
        0.9,
    ),
)
