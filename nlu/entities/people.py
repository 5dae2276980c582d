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
_FULL_NAME: Final = r"(?-i:[A-Z][a-z]+ [A-Z][a-z]+)"
_WRITTEN: Final = r"(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+){0,2})"
_NO_NAME: Final = (
    r"(?!(?-i:Mr|Mrs|Ms|Miss|Dr|Madam|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|"
    r"April|May|June|July|August|September|October|November|December|Next|Her|His|Their|The|My|"
    r"This|That|You|Your|I|Order|Member|Gold|Silver|Diamond|Customer|Support|Someone|VIP|HK|Is|Are|Can|Who|What|Please|"
    r"Hong|New|Company|Personal|Phone|Card|Number|Tax|VAT)\b)"
)
# What somebody does that a shop keeps about its customers, behind the name.
_DOES: Final = (
    r"(?= (?:bought|buy|buys|purchased?|spen[dt]s?|ordered|orders?|visit(?:ed|s)?|wears?|likes?|"
    r"prefers?|gets?|got|has|have|had|takes?|wants?|wanted|asked|returned|come|came|been|live|lives|"
    r"owes?|a member)\b)"
)
# Words that begin like a name.
_NO_SURNAME: Final = (
    "方便|方面|方案|周[年末边一二三四五六日围]|高[级兴端]|金[卡额]|任[何意务]|马[上甲]|常[来客]|程[度序]|余[额下]|于是|"
    "万一|秦岭|许多|许可|江湖|路上|时候|白|严重|丁点|田园|夏[天季]|武汉|石英|钱包|钱[款数]|黄色|龙井|毛[衣巾]|段时|"
    "易|何时|何况|温馨|应该|陆续|安排|郑重"
)
_KEPT: Final = (
    r"(?=最近|近期|上次|上个?月|上周|去年|今年|昨天|今天|买|有没有|有什么|有多少|有几|还有|消费|喜欢|穿|的|在[哪吗]|"
    r"是[什谁哪几]|生日|积分|卡|电话|手机|尾号|来过|要|退|换|$|[,，。.!！?？ ])"
)


def _name(match: re.Match[str]) -> str:
    return match["span"]


RULES: Final[RuleSet] = rule_set(
    rf"[{_SURNAMES}]|\b(?:mrs?|ms|miss|dr|madam|auntie|xiao|name|called|named|surname|recipient|attn|"
    r"call|contact|about|look up|pull up|find|profile|receiver|with|ring|phone|customer|guest|"
    r"client|member|shopper|attention|out to|on behalf|tell|ask|remind|email|text|message)\b|"
    rf"name's|{_DOES}",
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
    rule(
        "person_name",
        rf"(?:个人(?:抬头)?|抬头(?:是|写|开)?(?:个人)?)[\s:：，,]*"
        rf"(?P<span>{_FULL})(?=$|[,，。.!！ ])",
        _name,
        0.85,
    ),
    rule(
        "person_name",
        rf"(?:会员|客人|顾客|客户|熟客|老客|客官)[\s:：]?(?!{_NO_SURNAME})(?P<span>{_FULL}){_KEPT}",
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
        rf"care of|c/o|(?:in|under) the name(?: of)?|made? (?:it )?out to|"
        rf"attention(?: of)?|on behalf of) {_NO_NAME}(?P<span>{_WRITTEN})\b",
        _name,
        0.9,
    ),
    rule(
        "person_name",
        r"\b(?:call|contact|about|look up|pull up|find|follow up with|ring|phone|email|text|"
        rf"message|tell|ask|remind|customer|guest|client|member|shopper|cardholder) {_NO_NAME}"
        r"(?P<span>(?-i:[A-Z][a-z]+ [A-Z][a-z]+|[A-Z][a-z]+(?=$|[,.!?])))(?!['’]?\w)",
        _name,
        0.7,
    ),
    rule(
        "person_name",
        rf"\b(?:has|had|did|does|what|when|which|that|is|was|if|whether) {_NO_NAME}"
        rf"(?P<span>{_FULL_NAME}){_DOES}",
        _name,
        0.7,
    ),
    rule(
        "person_name",
        rf"\bwith {_NO_NAME}(?P<span>{_FULL_NAME})(?!['’]?\w|(?-i: [A-Z]))",
        _name,
        0.6,
    ),
    rule(
        "person_name",
        rf"(?P<span>{_FULL_NAME})(?=['’]s (?:profile|orders?|account|purchases|"
        r"history|points|card|birthday))",
        _name,
        0.8,
    ),
)
