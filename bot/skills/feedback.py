"""Praise and suggestions: filed, thanked for, and passed on to who should read them."""

import re
from datetime import timedelta
from typing import Final

from bot.dialogue.errand import Errand
from bot.dialogue.flow import Flow
from bot.dialogue.mood import load_lexicon
from bot.dialogue.proof import Proof
from bot.dialogue.slots.told import StorySlot
from bot.policies import Decision
from bot.policies.feedback import sort_feedback
from crm_store.ports import UnitOfWork
from crm_store.types.cases import CaseKind, NewCase
from nlu.language import to_simplified

_EMPTY: Final = re.compile(
    r"我?(?:想|要|有|来|可以)|提|给|你们|个|点|条|小|建议|意见|反馈|一下|表扬|夸夸?|说|哪|在|箱|吗|的|了|"
    r"\b(?:i|i'd|have|got|some|a|an|like|want|to|would|give|leave|make|share|send|you|your|small|"
    r"suggestion|suggestions|feedback|comment|idea|praise|can|where|do|compliment|here's)\b"
)  # fmt: skip
_LEAST: Final = 2


async def _decide(uow: UnitOfWork, errand: Errand) -> Decision:
    del uow
    story = to_simplified(errand.text("story")).casefold()
    pleased = load_lexicon().is_pleased(story)
    return sort_feedback(errand.policies.feedback, story, pleased=pleased)


async def _file(uow: UnitOfWork, errand: Errand, decision: Decision) -> None:
    praise = decision.facts["kind"] == "praise"
    about = {name: errand.text(name) for name in ("store", "person_name") if errand.text(name)}
    await uow.cases.open(
        NewCase(
            CaseKind.FEEDBACK,
            errand.ticket,
            state="closed" if praise else "open",
            member_id=errand.member_id,
            conversation_id=errand.conversation_id,
            reason=errand.text("story"),
            detail={"owner": str(decision.facts["owner"]), **about},
            rule=decision.rule,
            opened_at=errand.now,
            due_at=None if praise else errand.now + timedelta(days=errand.policies.feedback.days),
            closed_at=errand.now if praise else None,
        )
    )


feedback = Flow(
    "feedback",
    CaseKind.FEEDBACK,
    Proof.GUEST,
    slots=(StorySlot("story", _EMPTY, _LEAST, besides=("store", "person_name")),),
    decide=_decide,
    carry_out=_file,
    confirms=False,
).skill()
