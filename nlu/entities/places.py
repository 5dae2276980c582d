"""Postal addresses, and the companies an invoice is made out to.

A Chinese address begins with a province or a city (`regions.yml`), or after words that announce
one, and ends with a door; an English one is a number and a road, or a named building with a unit,
with everything of an address that commas put before and behind it.
"""

from importlib.resources import files
from typing import Final

from ruamel.yaml import YAML

from nlu.entities.rules import RuleSet, rule, rule_set

_LISTED: Final[dict[str, list[str]]] = YAML(typ="safe").load(
    (files(__package__) / "regions.yml").read_text("utf-8")
)
_REGION: Final = "(?:" + "|".join(name for names in _LISTED.values() for name in names) + ")"
# Words that begin the next thing said end a Chinese address.
_STOP: Final = (
    r"(?![换改搬]成|换到|改[到为做寄送]|搬到|现在|更新|收[件货到]|电话|手机|谢谢|可以|行吗|就行|就好|地址|"
    r"寄[到去给往]|送[到去给往]|从(?!化)|把|[吧吗呢啊的我你您他她这那哪]|了[，。,.]|了$|了(?!塘))"
)
_HAN: Final = rf"(?:{_STOP}[\u4e00-\u9fff0-9A-Za-z\-#·（）()])"
_AREA: Final = r"(?:省|市|自治区|区|县|镇|乡|路|街|道|巷|弄|径|里|村|湾|灣|塘|港)"
_BUILT: Final = (
    r"(?:座|苑|园|厦|花园|小区|公馆|公寓|中心|广场|大楼|学校|大学|医院|酒店|办公室|"
    r"[一二三四五六七八九十]区)"
)
_NUMBERED: Final = (
    r"(?:(?<=[\d一二三四五六七八九十A-Za-z])"
    r"(?:号楼|号院|号|弄|栋|幢|座|室|楼|层|单元|房)(?!店|线|码))"
)
_DOOR: Final = rf"(?:{_NUMBERED}|{_BUILT})"
_ROOM_NUMBER: Final = r"(?:[A-Za-z]?\d{2,5}室?)?"
# Spaces may stand between the parts of an address, not before what is said next.
_SPACED: Final = (
    rf"(?: (?=[A-Za-z]?\d{{1,5}}[A-Za-z]?(?:号|栋|幢|座|室|楼|层|单元|弄))"
    rf"| (?={_HAN}{{1,12}}(?:[市区县镇路街道]|\d号|{_NUMBERED}){_ROOM_NUMBER}(?:[\s，。,]|$)))"
)
_PIECE: Final = rf"(?:{_HAN}|{_SPACED})"
_CHINESE: Final = rf"{_PIECE}{{1,40}}?{_AREA}{_PIECE}{{0,40}}{_DOOR}{_ROOM_NUMBER}"
_TOLD: Final = (
    r"(?:[都改]?寄[到去往给]|都寄|[改]?送[到去往]|[改]?发[到去往]|改[成到为做寄送]|更新[成为到]|换[成到]|搬[到去]|"
    r"写的?是|[写填]成|应该是|应为|住在?|从|把|在|地址(?:是|为|改成|换成)?[\s:：]*)"
)
_STREET_AND_NUMBER: Final = (
    r"[^\W\da-z我你他她住在是到]{1,6}(?:路|街|大道|道|巷|弄)[\u4e00-\u9fff]{0,4}?\d{1,5}(?:号|弄)"
)

_NAMED: Final = (
    r"(?-i:(?!(?:Can|Could|Please|Thanks|Thank|My|I|And|But|It|The)\b)"
    r"[A-Z][^\W\d]*(?:['’-][^\W\d]+)*(?!\d)\.?)"
)
_ROAD: Final = (
    r"(?:Road|Rd|Street|St|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Square|"
    r"Terrace|Crescent|Highway|Hwy|Close|Gardens?|Mews|Parade|Walk|Path)\b\.?"
)
_SIDE: Final = r"(?: (?-i:Central|East|West|North|South|[NSEW])\b)?"
_BUILDING: Final = (
    rf"(?:{_NAMED} ){{1,4}}(?-i:House|Mansions?|Court|Building|Cent(?:er|re)|Plaza|Tower|Estate|"
    r"Gardens?|Villas?|Apartments|Heights|Residences?)\b(?: (?-i:One|Two|Three|Four|I{1,3}|\d)\b)?"
)
_UNIT: Final = (
    r"(?:(?:Flat|Apt|Apartment|Room|Rm|Unit|Suite|Ste|Floor|Building|Bldg|Block|Shop|House|"
    r"Tower|Level|Villa)\.? ?#?(?:[A-Z]?\d\w{0,4}|(?-i:[A-Z])\b)|\d{1,2}/F|#\d[\w-]{0,6}|"
    r"\d{1,2}(?:st|nd|rd|th) (?:floor|fl)\b\.?)"
)
_BEFORE_ROAD: Final = rf"(?:(?:{_UNIT}|{_BUILDING}),? ){{0,3}}"
_POSTCODE: Final = (
    r"(?: (?-i:[A-Z]{2} )?\d{4,6}(?:-\d{4})?| (?-i:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}))?"
)
_BEHIND_ROAD: Final = (
    rf"(?:,? {_UNIT}|, {_NAMED}(?: {_NAMED}){{0,3}}{_POSTCODE}|,? (?-i:Kowloon|Hong Kong|"
    rf"New Territories|[A-Z]{{2}} \d{{5}}))*"
)
_ENGLISH: Final = (
    rf"{_BEFORE_ROAD}(?:No\.? ?)?\d{{1,5}}[A-Z]?(?:-\d{{1,4}})? "
    rf"(?:(?:{_NAMED}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,4}}{_ROAD}{_SIDE}{_BEHIND_ROAD}"
)
_ENGLISH_BUILDING: Final = rf"(?:{_UNIT},? ){{1,3}}{_BUILDING}{_BEHIND_ROAD}"
# In small letters only after words that announce an address: "2 min down the road" is none.
_SMALL: Final = (
    r"\b(?:to|at|is|be|address:?) (?P<span>\d{1,5}[a-z]? "
    r"(?:(?!(?:the|mins?|minutes?|of|on|in|down)\b)[a-z'’]+ ){1,3}"
    r"(?:road|rd|street|st|avenue|ave|lane|ln|boulevard|blvd)\b"
    r"(?:,? (?:flat|apt|unit|room|suite) #?\w{1,5})?)"
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
    rf"{_AREA}|{_COMPANY_CHINESE}|{_ROAD}|{_COMPANY_ENGLISH}|{_BUILDING}",
    rule(
        "address",
        rf"(?P<span>{_REGION}{_PIECE}{{0,40}}(?:\d{_NUMBERED}|{_AREA}{_PIECE}{{0,20}}{_DOOR})"
        rf"(?:{_PIECE}{{0,20}}{_DOOR})?{_ROOM_NUMBER})",
        lambda m: m["span"],
    ),
    rule(
        "address",
        rf"{_TOLD}(?P<span>(?!{_TOLD})(?:(?={_REGION})|(?!{_HAN}{{1,8}}?{_REGION}[省市])){_CHINESE})",
        lambda m: m["span"],
        0.95,
    ),
    rule(
        "address",
        rf"(?:^|[\s，。,:：是])(?P<span>(?:(?!{_TOLD}|[改寄送发搬换从是到写都在])[\u4e00-\u9fff]){{2,8}}?[省市区县]{_HAN}{{2,40}}\d+号{_PIECE}{{0,20}}?)(?=$|[\s，。,.!！])",
        lambda m: m["span"],
        0.9,
    ),
    rule(
        "address",
        rf"(?:^|[\s，。,:：是]|{_TOLD})(?P<span>(?!{_TOLD}){_STREET_AND_NUMBER}(?:{_PIECE}{{0,20}}{_DOOR})?{_ROOM_NUMBER})(?!店)",
        lambda m: m["span"],
        0.9,
    ),
    rule("address", rf"(?<![\w-])(?P<span>{_ENGLISH})", lambda m: m["span"].rstrip(",. ")),
    rule(
        "address",
        rf"(?<![\w-])(?P<span>{_ENGLISH_BUILDING})",
        lambda m: m["span"].rstrip(",. "),
        0.9,
    ),
    rule("address", _SMALL, lambda m: m["span"], 0.8),
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
