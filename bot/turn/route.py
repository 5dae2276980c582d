"""Where a message goes, and how much of it is names and numbers."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Final

from crm_store.types.conversations import JSON
from nlu.types import Parse

IN_PASSING: Final = 0.4
"""Share of a message below which what it mentions is not what it is about."""
NOTHING_ELSE: Final = 0.9
"""Share from which a message is nothing but numbers and names, whatever intent it looks like."""
_AROUND: Final = re.compile(
    r"^(?:那么?|还有|and|(?:and )?(?:what|how) about)(?![a-z])|"
    r"^(?:(?:手机|电话)?号?码?(?:尾号|[后末]四位)|订单号?|(?:the )?(?:last (?:4|four)(?: digits)?|"
    r"order(?: number)?)(?: is| are)?\b)(?:是|为)?[\s:：]*|"
    r"(?:呢|吧|啊|的话)?[\s?？.。!！,，~]*$",
    re.IGNORECASE,
)
"""What stands around a name in a message that goes on with the last one ("那北京呢")."""


@dataclass(frozen=True, slots=True)
class Route:
    """The skill that answers, and the slots that are filled before it runs."""

    skill: str
    slots: Mapping[str, JSON] = field(default_factory=dict)
    understood: bool = True
    """Whether the message was understood; false counts towards offering a human."""


def covers(parse: Parse, kinds: Container[str], share: float = IN_PASSING) -> bool:
    """Whether entities of these kinds are at least this share of the message."""
    mentioned = sum(len(entity.text) for entity in parse.entities if entity.entity in kinds)
    return 0 < mentioned >= share * len(_AROUND.sub("", parse.text.strip()).strip())
