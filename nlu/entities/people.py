"""Names of people, where a title or a phrase gives them away."""

from typing import Final

from nlu.entities.rules import RuleSet, rule, rule_set

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
)
_TITLE: Final = r"(?:女士|先生|小姐|太太|阿姨|大姐|姐|哥|总)"
_NAME_ENDS: Final = r"(?=$|[,，。.!！?？;； 的]|尾号|手机|电话|后四位)"

RULES: Final[RuleSet] = rule_set(
    r"[姓叫士生姐太姨哥总]|名字|\b(?:mrs?|ms|miss|dr|madam|auntie|xiao|name|called|named|surname)\b|name's",
    rule(
        "person_name",
        rf"(?<![感谢])(?!谢谢|那)[{_SURNAMES}](?![那这哪])[\u4e00-\u9fff]{{0,2}}?{_TITLE}(?!妹|姐)",
        lambda m: m[0],
        0.9,
    ),
    rule(
        "person_name",
        rf"(?:我叫|名叫|姓名是?|名字是?)(?P<span>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}){_NAME_ENDS}",
        lambda m: m["span"],
        0.9,
    ),
    rule("person_name", rf"(?<!贵)姓(?P<span>[{_SURNAMES}])", lambda m: m["span"], 0.9),
    rule(
        "person_name",
        r"\b(?:mr|mrs|ms|miss|dr|madam|auntie|xiao)\b\.? (?-i:[A-Z][a-z]+)(?: (?-i:[A-Z][a-z]+))?",
        lambda m: m[0],
    ),
    rule(
        "person_name",
        r"\b(?:my name is|name is|name's|called|named|surname(?: is)?) "
        r"(?P<span>(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+)?))\b",
        lambda m: m["span"],
        0.9,
    ),
)
