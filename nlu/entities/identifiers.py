"""What names one order, one member or one product: numbers, codes and addresses of e-mail."""

import re
from typing import Final

from nlu.entities.rules import RuleSet, rule, rule_set

# People copy codes with spaces and hyphens in them, and type them in lower case.
_GAP: Final = r"[\s\-–_.]?"
_NO_CODE_BEFORE: Final = r"(?<![A-Za-z0-9])"
_TAIL_WORD: Final = (
    r"尾号(?:是|为)?|后四位(?:是|为)?|末四位(?:是|为)?|最后四位(?:数)?(?:是|为)?|"
    r"(?:ending|ends)(?: in| with)?|last (?:four|4)(?: digits?)?(?: (?:is|are|of))?"
)


def _code(match: re.Match[str]) -> str:
    return re.sub(r"[\s\-–_.]", "", match[0]).upper()


def _mobile(match: re.Match[str]) -> str:
    return "+86" + re.sub(r"\D", "", match["number"])


def _international(match: re.Match[str]) -> str:
    return "+" + re.sub(r"\D", "", match[0])


def _tail(match: re.Match[str]) -> str:
    return match["span"]


RULES: Final[RuleSet] = rule_set(
    r"\d|@",
    rule("order_number", rf"{_NO_CODE_BEFORE}HK{_GAP}\d(?:{_GAP}\d){{9}}(?!{_GAP}\d)", _code),
    rule("card_number", rf"{_NO_CODE_BEFORE}VIP{_GAP}\d(?:{_GAP}\d){{7}}(?!{_GAP}\d)", _code),
    rule("email", r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", lambda m: m[0].rstrip(".").lower()),
    rule(
        "phone",
        r"(?<![\d+])(?:\(?\+?86\)?[\s-]?|0086[\s-]?)?(?P<number>1[3-9]\d(?:[\s-]?\d){8})(?!\d)",
        _mobile,
    ),
    rule("phone", r"\+(?!86)\d{1,3}(?:[\s-]?\d){6,12}(?!\d)", _international),
    rule(
        "sku",
        rf"{_NO_CODE_BEFORE}(?!HK-?\d|VIP-?\d)[A-Za-z]{{2,6}}-(?=[A-Za-z-]*\d)[A-Za-z0-9]{{1,8}}"
        r"(?:-[A-Za-z0-9]{1,8}){0,4}(?![A-Za-z0-9-])",
        lambda m: m[0].upper(),
        0.9,
    ),
    # The 18 characters of a unified social credit code; its alphabet leaves out I, O, S, V and Z.
    rule("tax_number", rf"{_NO_CODE_BEFORE}[159]\d[0-9A-HJ-NPQRTUWXY]{{16}}(?![A-Za-z0-9])", _code),
    rule("phone_tail", rf"(?:{_TAIL_WORD})[\s:：]*(?P<span>\d{{4}})(?!\d)", _tail),
    rule("phone_tail", r"(?<!\d)(?P<span>\d{4})(?:\s?的?(?:尾号|那个(?:号|手机)))", _tail, 0.9),
    # Four digits alone may be anything: a candidate for a skill that is waiting for one.
    rule("phone_tail", r"(?<![\w.,:/#¥$€£+-])(?P<span>\d{4})(?![\w.,:/%-]*\d|\w|%)", _tail, 0.3),
    rule("phone_tail", r"(?<=[\u4e00-\u9fff])(?P<span>\d{4})(?=$|[,，。.?？!！ ])", _tail, 0.3),
)
