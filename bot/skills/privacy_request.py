"""What people may ask about their data: see, copy, correct, delete it; stop marketing; who looked.

Each request ends in a case with a number. What can be done at once is done at once; a copy, a
correction and an erasure are on file with the day by which the law wants them answered.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow
from bot.dialogue.proof import Proof, ProofSlot
from bot.dialogue.skill import Outcome, Turn
from bot.dialogue.slots import TextSlot
from bot.dialogue.slots.asking import ask
from bot.dialogue.state import Option
from bot.policies import Decision, allow, refuse
from crm_store.ports import UnitOfWork
from crm_store.types.cases import Case, CaseKind, NewCase
from crm_store.types.orders import OrderState
from crm_store.types.privacy import ANSWERED_WITHIN, Purpose, Request
from nlu.language import to_simplified

SOURCE: Final = "chat"
LOOKS_SHOWN: Final = 5
_UNDER_WAY: Final = frozenset({OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED})
_REQUESTS: Final[Mapping[str, Request]] = {
    "copy": Request.EXPORT,
    "correct": Request.CORRECTION,
    "delete": Request.ERASURE,
}
"""What people do by hand within the time that the law gives."""
_STOPS: Final[Mapping[str, tuple[Purpose, ...]]] = {
    "stop_marketing": (Purpose.MARKETING,),
    "stop_profiling": (Purpose.PROFILING,),
    "stop_all": (Purpose.MARKETING, Purpose.SERVICE),
}
_COMMANDS: Final[Mapping[str, Mapping[str, str]]] = {
    words: {"action": "stop_all"}
    for words in (
        "退订",
        "td",
        "退订td",
        "回td",
        "unsubscribe",
        "unsubscribe me",
        "stop all messages",
    )
}
"""What people answer to a message that they do not want: they mean every message."""
_NO_MARKETING: Final = re.compile(
    r"(?:别|不要|不想|不用|不需要|停止|取消|拒收|拒绝|退订|屏蔽|关闭|关掉).{0,12}"
    r"(?:广告|促销|营销|推销|推送|群发|骚扰短信|优惠(?:信息|消息|短信|活动))|"
    r"(?:广告|促销|营销|推销|推送|群发)\w{0,6}(?:别|不要|停).{0,4}(?:发|打|推|来)|"
    r"(?:别|不要|不想|不用)(?:再|老|总).{0,6}(?:发|推|收).{0,6}(?:短信|消息|邮件|信息)|"
    r"\b(?:stop|no more) (?:texting|e-?mailing|messaging|"
    r"(?:sending (?:me )?)?(?:texts?|e-?mails))\b|"
    r"\b(?:stop|no more|do(?:n'?t| not) (?:want|send|text|e-?mail|call)|unsubscribe|"
    r"opt(?:ing)? out|take me off|remove me from|turn off).{0,40}"
    r"\b(?:marketing|offers?|promo\w*|ads|adverts?|advertising|newsletters?|mailing lists?|deals|"
    r"spam|sales (?:calls?|texts?))\b",
    re.IGNORECASE,
)
"""What can only mean that marketing is to stop: it must not depend on what a model makes of it."""
_WORDS: Final[Mapping[str, re.Pattern[str]]] = {
    "looks": re.compile(
        r"谁.{0,8}(?:看|查|访问|动|翻)|(?:哪个|哪位).{0,4}(?:店员|员工)|访问(?:日志|记录)|给他看|"
        r"\b(?:who|which staff|has anyone).{0,30}(?:look|access|open|saw|seen|told)|\baccess log",
        re.IGNORECASE,
    ),
    "stop_profiling": re.compile(
        r"画像|打标签|个性化|推荐来推荐去|停止使用.{0,8}分析|"
        r"\b(?:profiling|personali[sz]ed|data for analysis)\b",
        re.IGNORECASE,
    ),
    "stop_marketing": re.compile(
        r"短信|退订|推销|营销|广告|推送|群发|拒收|^TD$|接收邮件|别再?(?:给我)?发|推消息|促销|"
        r"(?:不要?|别)(?:想|用|再|老|总)*(?:给我|通知|收到|接到|发).{0,8}(?:优惠|活动|消息|打折|上新)|"
        r"(?:优惠|活动|打折|上新).{0,6}(?:不用|不要|别)(?:再|给我)*(?:通知|发|推)|"
        r"\b(?:unsubscribe|opt(?:ing)? out|marketing|mailing list|promo(?:tion(?:s|al)?)?|spam|"
        r"adverts?|ads|texts|texting|newsletter|that list|any list|offers?|deals?|discounts)\b",
        re.IGNORECASE,
    ),
    "copy": re.compile(
        r"副本|导出|下载|发一份|要一份|拷贝|"
        r"\b(?:copy|export|download|send everything|subject access|portab)",
        re.IGNORECASE,
    ),
    "delete": re.compile(
        r"删|注销|销户|抹|清除|清掉|被遗忘|彻底|什么都别存|不用你们了|"
        r"\b(?:delete|erase|wipe|forget me|forgotten|close (?:my|the) .{0,10}account|no trace|"
        r"remove (?:me|his|my)|cancel my membership|blacklist)\b",
        re.IGNORECASE,
    ),
    "correct": re.compile(
        r"更正|有错|纠正|改正|\b(?:wrong|rectif|correct(?:ion)?)\b", re.IGNORECASE
    ),
    "see": re.compile(
        r"哪些|什么(?:数据|信息)|多少|查看|存了|收集|怎么有我|列给我|"
        r"\b(?:what .{0,20}(?:data|information|info)|show me|see what|list all|access to my data|"
        r"how did you get)\b",
        re.IGNORECASE,
    ),
}
"""Words that name an action; the first that is found counts."""


@dataclass(frozen=True, slots=True)
class _ActionSlot:
    """What is asked for; read from the words, else chosen."""

    name: str = "action"
    kinds: tuple[str, ...] = ("action",)

    async def fill(self, turn: Turn, errand: Errand) -> Errand | Outcome:
        """Return the errand with the action."""
        if errand.text(self.name) in {*_WORDS, *_STOPS}:
            return errand
        meant = next((name for name, words in _WORDS.items() if words.search(errand.said)), None)
        if meant is not None:
            return errand.with_slot(self.name, meant)
        options = tuple(Option(turn.words(f"action_{name}"), name) for name in _WORDS)
        return ask(turn, self.name, options=options)


def _claimed(said: str) -> Mapping[str, str] | None:
    """Return the action of words that can mean nothing else."""
    return {"action": "stop_marketing"} if _NO_MARKETING.search(to_simplified(said)) else None


def _is(*actions: str) -> Callable[[Errand], bool]:
    return lambda errand: errand.text("action") in actions


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    action, member_id = errand.text("action"), errand.member_id
    if member_id is None:
        return refuse("not_yours")
    if action in _REQUESTS:
        return await _decide_request(uow, errand, member_id, _REQUESTS[action])
    if action in _STOPS:
        return allow("consent_withdrawn", action=action)
    if action == "looks":
        looks = await uow.privacy.looked_at(member_id)
        return allow("own_data", action=action, looks=looks[:LOOKS_SHOWN], total=len(looks))
    return allow("own_data", action=action, summary=await uow.privacy.summary(member_id))


async def _decide_request(
    uow: UnitOfWork, errand: Errand, member_id: int, request: Request
) -> Decision:
    if known := await _on_file(uow, member_id, request):
        return refuse("already_requested", number=known.number, due=known.due_at)
    orders = await uow.orders.for_member(member_id, limit=50)
    return allow(
        f"privacy_{request.value}",
        action=errand.text("action"),
        due=errand.now + ANSWERED_WITHIN,
        under_way=sum(order.state in _UNDER_WAY for order in orders),
    )


async def _on_file(uow: UnitOfWork, member_id: int, request: Request) -> Case | None:
    """Return the open request of that kind, which one more would only repeat."""
    cases = await uow.cases.for_member(member_id)
    return next(
        (
            case
            for case in cases
            if case.kind is CaseKind.PRIVACY and case.detail.get("request") == request.value
        ),
        None,
    )


async def _carry_out(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    action, member_id = errand.text("action"), errand.member_id
    if member_id is None:
        raise LookupError("nobody's data")
    if action in _REQUESTS:
        await _put_on_file(uow, errand, member_id, _REQUESTS[action])
        return
    if action in _STOPS:
        for purpose in _STOPS[action]:
            await uow.consents.withdraw(member_id, purpose, source=SOURCE)
    await uow.cases.open(
        NewCase(
            CaseKind.PRIVACY,
            errand.ticket,
            state="done",
            member_id=member_id,
            conversation_id=errand.conversation_id,
            detail={"request": action},
            rule=decision.rule,
            opened_at=errand.now,
            closed_at=errand.now,
        )
    )


async def _put_on_file(uow: UnitOfWork, errand: Errand, member_id: int, request: Request) -> None:
    filed = await uow.privacy.request(
        member_id,
        request,
        conversation_id=errand.conversation_id,
        ticket=errand.ticket,
        at=errand.now,
    )
    if words := errand.text("wrong"):
        await uow.cases.change(filed.number, state="open", detail={"words": words})


privacy_request = Flow(
    "privacy_request",
    CaseKind.PRIVACY,
    Proof.MEMBER,
    before_proof=(_ActionSlot(),),
    slots=(
        ProofSlot(Proof.FRESH, _is("copy", "delete")),
        TextSlot("wrong", needed=_is("correct")),
    ),
    decide=_decide,
    carry_out=_carry_out,
    confirms=_is("delete"),
    commands=_COMMANDS,
    claims=_claimed,
).skill()
