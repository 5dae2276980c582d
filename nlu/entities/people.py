"""Names of people, where a title or a phrase gives them away. A title is no part of the name."""

import re
from typing import Final

from nlu.entities.rules import RuleSet, rule, rule_set

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏"
    "吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
)
_TITLE: Final = r"(?:女士|先生|小姐|太太|阿姨|大姐|大哥|老师|经理|姐|哥|总)"
_NAME_ENDS: Final = r"(?=$|[,，。.!！?？;；：: 的]|尾号|手机|电话|后四位|收|这|那|要|来|上)"
_GIVEN: Final = rf"(?:(?!{_TITLE})[\u4e00-\u9fff])"
_FULL: Final = rf"[{_SURNAMES}]{_GIVEN}{{1,2}}?"
_WRITTEN: Final = r"(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"
_NO_NAME: Final = (
    r"(?!(?-i:Mr|Mrs|Ms|Miss|Dr|Madam|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|"
    r"April|May|June|July|August|September|October|November|December|Next|Her|His|Their|The|My|"
    r"This|That|You|Your|I|Order|Member|Gold|Silver|Diamond|Customer|Support|Someone)\b)"
)


def _name(match: re.Match[str]) -> str:
    return match["span"]


RULES: Final[RuleSet] = rule_set(
    rf"[{_SURNAMES}]|\b(?:mrs?|ms|miss|dr|madam|auntie|xiao|name|called|named|surname|recipient|attn|call|contact|"
    r"about|look up|pull up|find|profile|receiver)\b|name's",
    rule(
        "person_name",
        rf"(?<![感谢])(?!谢谢|那)(?P<span>[{_SURNAMES}](?![那这哪])[\u4e00-\u9fff]{{0,2}}?){_TITLE}(?!妹|姐)",
        _name,
        0.9,
    ),
    rule(
        "person_name",
        r"(?:我叫|名叫|姓名是?|名字(?:是|叫)?|(?:收件人|收货人|联系人|取货人)(?:名字)?(?:是|为|改成|换成|改为|写)?|叫做)"
        rf"[\s:：]*(?P<span>{_FULL}){_NAME_ENDS}",
        _name,
        0.9,
    ),
    rule(
        "person_name",
        rf"(?:联系(?:一下)?|打?电话给|回访|跟进)(?P<span>{_FULL})(?=$|[,，。.!！ ]|的)",
        _name,
        0.8,
    ),
    rule(
        "person_name",
        rf"(?:^|[调查看找]出?(?:一?下)?)(?P<span>{_FULL})(?=的(?:档案|资料|会员|信息|记录|订单|上一单|上次|购买|消费|积分|卡))",
        _name,
        0.8,
    ),
    rule("person_name", rf"(?<!贵)姓(?P<span>[{_SURNAMES}])", _name, 0.9),
    rule(
        "person_name",
        r"\b(?:mr|mrs|ms|miss|dr|madam|auntie|"
        r"uncle)\b\.? (?P<span>(?-i:[A-Z][a-z]+)(?: (?-i:[A-Z][a-z]+))?)",
        _name,
    ),
    rule(
        "person_name",
        r"\b(?:(?:my|the|her|his|member's|recipient|receiver)?(?: ?full)? ?name(?:'s)?(?: is|"
        r" should be)?:?|"
        r"called|named|surname(?: is)?|(?:recipient|receiver)(?: is| should be|:)?|attn\.?:?|"
        rf"care of|c/o) {_NO_NAME}(?P<span>{_WRITTEN})\b",
        _name,
        0.9,
    ),
    rule(
        "person_name",
        rf"\b(?:call|contact|about|look up|pull up|find|with|follow up with|ring|phone) {_NO_NAME}"
        r"(?P<span>(?-i:[A-Z][a-z]+ [A-Z][a-z]+|[A-Z][a-z]+(?=$|[,.!?])))(?!['’]?\w)",
        _name,
        0.7,
    ),
    rule(
        "person_name",
        r"(?P<span>(?-i:[A-Z][a-z]+ [A-Z][a-z]+))(?=['’]s (?:profile|orders?|account|purchases|"
        r"history|points|card|birthday))",
        _name,
        0.8,
    ),
)
