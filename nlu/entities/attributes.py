"""How many, and in which size; words for colours and further sizes come with the data."""

import re
from typing import Final

from nlu.entities.numbers import ANY_NUMBER, ARABIC, CHINESE, ENGLISH, parse_number
from nlu.entities.rules import RuleSet, rule, rule_set

_MEASURE: Final = (
    r"(?:件|双|条|个(?!月|小时|星期|礼拜|工作|人|季度|钟|字)|只|瓶|盒|包(?!邮)|套|支|台|袋|罐|箱|"
    r"张(?!图)|把|对|份|顶|块(?=香皂|肥皂|手表|布)|片(?!面)|本|副|枚|提|桶|盏|组)"
)
_UNITS: Final = (
    r"(?:pairs?|pieces?|pcs?|items?|bottles?|boxe?s?|packs?|packets?|sets?|bags?|units?|tubes?|"
    r"jars?|cans|copies|copy)"
)
_LETTER_SIZE: Final = r"(?:[2-6]?XL|X{0,4}L|X{0,3}S|M)"
_CHANGEABLE: Final = rf"(?:3[4-9]|4[0-7]|1[0-8][05]|{_LETTER_SIZE})"
_ALONE: Final = r"(?<![A-Za-z\d.'’&-])"
_CHANGED: Final = r" ?(?:码|号)? ?(?:to|换成?|改成?|instead of|but need|但要) ?"
_NAMED_SIZES: Final = {
    "small": "S", "medium": "M", "large": "L", "extra large": "XL", "小": "S", "中": "M", "大": "L",
}  # fmt: skip


def _quantity(match: re.Match[str]) -> int | None:
    number = parse_number(match["n"])
    return int(number) if number == number.to_integral_value() and number > 0 else None


def _size(match: re.Match[str]) -> str:
    return letter_size(match["span"])


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


QUANTITIES: Final[RuleSet] = rule_set(
    ANY_NUMBER,
    rule(
        "quantity",
        rf"(?<![第\d.])(?P<n>(?<![A-Za-z])\d{{1,4}}|{CHINESE}) ?{_MEASURE}",
        _quantity,
        0.9,
    ),
    rule("quantity", rf"\b(?P<n>{ARABIC}|{ENGLISH}|an?) {_UNITS}\b(?: of\b)?", _quantity, 0.9),
    rule(
        "quantity",
        rf"(?:\bmake it|\bquantity(?: up)?(?: to)?|数量(?:改|换)?(?:成|为|到)?) ?"
        rf"(?P<span>(?P<n>\d{{1,3}}|{ENGLISH}|{CHINESE}))\b",
        _quantity,
        0.9,
    ),
    rule("quantity", r"(?<![\w.])[x×*] ?(?P<n>\d{1,3})(?![\w.])", _quantity, 0.9),
    rule("quantity", r"\b(?P<n>\d{1,3}) of (?:them|these|those)\b", _quantity, 0.8),
)

SIZES: Final[RuleSet] = rule_set(
    r"\d|(?<![a-z])[2-6]?x{0,4}[sml](?![a-z])|sizes?",
    rule("size", rf"(?<![A-Za-z0-9'’&.-])(?P<span>{_LETTER_SIZE})(?=[ ]?(?:码|号))", _size),
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
    rule("size", r"(?<![\d.])(?P<span>\d{2}(?:\.5)?)(?= ?码)", _size),
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
