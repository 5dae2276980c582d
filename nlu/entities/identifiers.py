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


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match["span"])


def _hong_kong(match: re.Match[str]) -> str:
    return "+852" + re.sub(r"\D", "", match["span"])


_IS: Final = r"(?:\s|[:：#，,]|是|为|係|系|填|\bis\b|\bno\b\.?|\bnumber\b)*"
_COUPON_WORDS: Final = re.compile(
    r"券|码|优惠|兑换|折扣|无效|不可用|用不了|失效|\b(?:code|coupon|promo|voucher|discount|invalid|"
    r"appl(?:y|ied|icable)|redeem|expired|reject|not valid|checkout)",
    re.IGNORECASE,
)
# Letters and digits that mean something on every label.
_NO_COUPON: Final = r"(?!(?:SPF|UPF|USB|IPX|TYPE|MODEL|SIZE|COVID)\d)"
_MESSAGE_CODE: Final = (
    r"(?:(?:验证|校验|动态|短信)码|\b(?:otp|(?:verification|sms|security|confirmation) code|"
    r"(?<!up )(?<!ion )(?<!mo )(?<!pon )(?<!count )(?<!cher )(?<!card )(?<!post )(?<!zip )"
    r"(?<!area )(?<!product )code(?= is\b| \d{4,6}\b)))"
)
_FOUR_TO_EIGHT: Final = r"\d(?:[ -]?\d){3,7}"


def _coupon(match: re.Match[str]) -> str | None:
    about_coupons = _COUPON_WORDS.search(match.string)
    return match["span"].upper() if about_coupons else None


# What a word before it says it is.
_TOLD_CODES: Final = (
    rule(
        "order_number",
        rf"(?:订单号?|单号|\border){_IS}(?P<span>\d{{10}})(?!\d)",
        lambda m: "HK" + m["span"],
    ),
    rule(
        "phone",
        rf"(?:电话|手机|\bphone|\bmobile|"
        rf"\bcall me)(?:号码?)?{_IS}(?P<span>[235679]\d{{3}}[ -]?\d{{4}})(?!\d)",
        _hong_kong,
        0.9,
    ),
    rule(
        "pickup_code",
        rf"(?:(?:取货|提货|自提|取件)码|\b(?:pick-?up|"
        rf"collection) code){_IS}(?P<span>[A-Z0-9]{{4,10}})(?![A-Z0-9])",
        lambda m: m["span"].upper(),
    ),
    rule(
        "verification_code",
        rf"{_MESSAGE_CODE}(?:{_IS}|[^\d?？]{{0,16}}(?<!\w))(?P<span>{_FOUR_TO_EIGHT})(?![\dA-Za-z])",
        _digits,
    ),
    rule(
        "verification_code",
        rf"(?<![\w+-])(?P<span>{_FOUR_TO_EIGHT})(?![\dA-Za-z])[^\d,，。.?？]{{0,12}}?{_MESSAGE_CODE}",
        _digits,
        0.9,
    ),
    rule(
        "verification_code",
        rf"短信(?:(?!尾号|单|券|优惠|电话)[^\d，。,?？]){{0,8}}(?P<span>{_FOUR_TO_EIGHT})(?![\dA-Za-z])",
        _digits,
        0.8,
    ),
    rule(
        "coupon_code",
        rf"(?:优惠码|折扣码|兑换码|券码|口令|\b(?:promo|coupon|discount|voucher)(?: code)?|"
        rf"\bcode){_IS}"
        r"(?P<span>(?-i:[A-Z0-9]{5,16}|[a-z]+\d+[a-z0-9]*))(?![A-Za-z0-9])(?<!\d{5})",
        _coupon,
    ),
    rule(
        "coupon_code",
        rf"{_NO_CODE_BEFORE}(?!HK\d{{10}}|VIP\d{{8}}){_NO_COUPON}(?P<span>[A-Za-z]{{3,10}}\d{{2,4}})(?![A-Za-z0-9-])",
        _coupon,
        0.7,
    ),
)

RULES: Final[RuleSet] = rule_set(
    r"\d|@|码|券|\b(?:code|coupon|promo|voucher|otp)",
    rule("order_number", rf"{_NO_CODE_BEFORE}HK{_GAP}\d(?:{_GAP}\d){{9}}(?!{_GAP}\d)", _code),
    rule("card_number", rf"{_NO_CODE_BEFORE}VIP{_GAP}\d(?:{_GAP}\d){{7}}(?!{_GAP}\d)", _code),
    rule(
        "email",
        r"(?<![a-z0-9.+_-])[a-z0-9.+_-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+",
        lambda m: m[0].rstrip(".").lower(),
    ),
    rule(
        "phone",
        r"(?<![\d+])(?:\(?\+?86\)?[\s-]?|0086[\s-]?)?(?P<number>1[3-9]\d(?:[\s-]?\d){8})(?!\d)",
        _mobile,
    ),
    rule("phone", r"\+(?!86)\d{1,3}(?:[\s-]?\d){6,12}(?!\d)", _international),
    rule(
        "sku",
        rf"{_NO_CODE_BEFORE}(?!HK-?\d|VIP-?\d)[A-Za-z]{{2,6}}-(?=(?:[A-Za-z-]*\d){{2}})[A-Za-z0-9]{{1,8}}"
        r"(?:-[A-Za-z0-9]{1,8}){0,4}(?![A-Za-z0-9-])",
        lambda m: m[0].upper(),
    ),
    *_TOLD_CODES,
    # The 18 characters of a unified social credit code; its alphabet leaves out I, O, S, V and Z.
    rule("tax_number", rf"{_NO_CODE_BEFORE}[159]\d[0-9A-HJ-NPQRTUWXY]{{16}}(?![A-Za-z0-9])", _code),
    rule("phone_tail", rf"(?:{_TAIL_WORD})[\s:：]*(?P<span>\d{{4}})(?!\d)", _tail),
    rule("phone_tail", r"(?<!\d)(?P<span>\d{4})(?:\s?的?(?:尾号|那个(?:号|手机)))", _tail, 0.9),
    # Four digits alone may be anything: a candidate for a skill that is waiting for one.
    rule("phone_tail", r"(?<![\w.,:/#¥$€£+-])(?P<span>\d{4})(?![\w.,:/%-]*\d|\w|%)", _tail, 0.3),
    rule("phone_tail", r"(?<=[\u4e00-\u9fff])(?P<span>\d{4})(?=$|[,，。.?？!！ ])", _tail, 0.3),
)
