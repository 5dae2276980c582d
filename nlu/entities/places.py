"""Postal addresses, and the companies an invoice is made out to."""

from typing import Final

from nlu.entities.rules import RuleSet, rule, rule_set

# Words that begin the next thing said end a Chinese address.
_STOP: Final = (
    r"(?!换成|换到|改成|改到|改为|搬到|现在|收件|收货|电话|手机|谢谢|可以|行吗|就行|"
    r"就好|吧|了[，。,.]|了$)"
)
_HAN: Final = rf"(?:{_STOP}[\u4e00-\u9fff0-9A-Za-z\-#·（）()])"
_AREA: Final = r"(?:省|市|自治区|区|县|镇|乡|路|街|道|巷|弄|径|里|村|湾|灣|塘|港)"
_DOOR: Final = (
    r"(?:(?<=[\d一二三四五六七八九十])号|弄|栋|幢|座|室|楼|层|单元|"
    r"[一二三四五六七八九十]区|苑|园|厦|花园|小区|公馆|中心|广场)"
)
_CHINESE: Final = rf"{_HAN}{{1,40}}?{_AREA}{_HAN}{{0,40}}{_DOOR}(?:\d{{2,5}}室?)?"
_TOLD: Final = (
    r"(?:寄到|寄去|都寄|送到|送去|发到|发去|改成|改到|改为|换成|换到|搬到|搬去|写的是|写成|填成|从|把|在|"
    r"地址(?:是|为|改成|换成)?[\s:：]*)"
)

_NAMED: Final = r"(?-i:[A-Z][\w'’-]*\.?)"
_ROAD: Final = (
    r"(?:Road|Rd|Street|St|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Square|"
    r"Terrace|Crescent|Highway|Hwy)\b\.?"
)
_ROOM: Final = (
    r"(?:(?:Flat|Apt|Apartment|Room|Rm|Unit|Suite|Floor|Building|Bldg|Block|"
    r"Tower)\.? ?#?[A-Z]?\d\w{0,4}|\d{1,2}/F|#\d+)"
)
_ENGLISH: Final = (
    rf"(?:{_ROOM},? )*\d{{1,5}}[A-Z]? (?:{_NAMED} ){{1,4}}{_ROAD}"
    rf"(?:,? {_ROOM}|, {_NAMED}(?: {_NAMED}){{0,3}}(?: \d{{4,6}})?)*"
)

_COMPANY_CHINESE: Final = (
    r"(?:有限责任公司|有限公司|分公司|集团公司|公司|集团|工厂|厂|事务所|研究院|研究所|大学|学院|医院|银行|"
    r"工作室|商行|经营部|合作社|协会)"
)
_COMPANY_ENGLISH: Final = (
    r"(?:Co\.?,? ?Ltd\.?|Pte\.? Ltd\.?|Ltd\.?|Limited|Inc\.?|LLC|LLP|Corp\.?|Corporation|GmbH|PLC|"
    r"Company|Group)(?![A-Za-z])"
)

RULES: Final[RuleSet] = rule_set(
    rf"{_AREA}|{_COMPANY_CHINESE}|{_ROAD}|{_COMPANY_ENGLISH}",
    rule("address", rf"{_TOLD}(?P<span>{_CHINESE})", lambda m: m["span"]),
    rule(
        "address",
        rf"(?:^|[\s，。,:：])(?P<span>(?:(?!地址|[改寄送发搬换从是到写都在])[\u4e00-\u9fff]){{2,8}}?[省市区县]{_HAN}{{2,40}}\d+号{_HAN}{{0,20}}?)(?=$|[\s，。,.!！])",
        lambda m: m["span"],
        0.9,
    ),
    rule("address", rf"(?<![\w-])(?P<span>{_ENGLISH})", lambda m: m["span"].rstrip(",. ")),
    rule(
        "company",
        r"(?:抬头|公司名称?|公司全称|单位(?:名称?)?|名称|户名)[\s:：]*(?:是|为|写|开|改成|改为|换成)?[\s:：]*"
        rf"(?P<span>[\u4e00-\u9fff（）()A-Za-z]{{2,30}}?{_COMPANY_CHINESE})(?![\u4e00-\u9fff]{{0,3}}公司)",
        lambda m: m["span"],
    ),
    rule(
        "company",
        r"(?:^|[\s，。,:：是给为])(?P<span>(?:(?!抬头|名称|单位|公司名|[是给开写改])[\u4e00-\u9fff（）()]){4,30}?有限公司)",
        lambda m: m["span"],
        0.9,
    ),
    rule(
        "company",
        rf"(?P<span>{_NAMED}(?: (?:&|and|of|{_NAMED})){{0,5}}? {_COMPANY_ENGLISH})",
        lambda m: m["span"],
    ),
)
