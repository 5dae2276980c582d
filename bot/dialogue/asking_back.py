"""Whether a message asks, wants something done, leaves, or calls a human: by its words alone.

For questions that take any words: whatever the model thinks of a short message, these are no name,
no address and no tax number.
"""

import re
from typing import Final

from nlu.language import to_simplified

_QUESTION: Final = re.compile(
    r"[?？]\s*$|[吗呢么]\W*$|怎么|什么|多[少久长]|哪[里儿个些家]|几[点天]|为啥|能不能|可不可以|是不是|"
    r"有没有|如何|"
    r"^\W*(?:what|when|where|why|how|who|which|can|could|do|does|did|is|are|will|would|should)\b",
    re.IGNORECASE,
)
_LEAVING: Final = re.compile(
    r"\W*(?:那|我|先|就|还是|嗯|唉|ok|oh|well|please)*\W*"
    r"(?:算了|不[办用要弄填开]了|取消|退出|停止?|放弃|"
    r"stop|cancel|quit|exit|never ?mind|forget (?:it|about it)|leave it|no thanks?)"
    r"(?:吧|了|it|that)?\W*",
    re.IGNORECASE,
)
_HUMAN: Final = re.compile(
    r"\W*(?:我?(?:要|想)?(?:帮我)?(?:转|找|接|叫|换|请)?(?:一?[下个])?)?"
    r"(?:人工|真人|客服|人工客服|客服人员|活人)(?:服务|客服)?(?:吧|来)?\W*|"
    r"\W*(?:(?:i want|i need|can i|let me|get me)?\W*(?:to )?(?:talk|speak|chat)? ?"
    r"(?:to|with)? ?)?(?:an? |the |a real )?"
    r"(?:human|agent|representative|operator|real person)(?: please| now)?\W*",
    re.IGNORECASE,
)


_IDIOMS: Final = re.compile(
    r"没问题|没错|没事|没关系|不错|不客气|不好意思|不介意|不用谢|差不多|不着急|别担心|"
    r"\b(?:no (?:problem|worries|doubt)|not bad|why not|do(?: not|n['’]?t) worry)\b",
    re.IGNORECASE,
)
_TAKES_BACK: Final = re.compile(
    r"不|没|别|等等|等一?下|稍等|慢着|先等|算了|"
    r"\b(?:no|not|nope|don['’]?t|do not|wait|hold on|never ?mind|stop)\b",
    re.IGNORECASE,
)
_REFUSAL: Final = re.compile(
    r"\W*(?:那|我|先|还是|就|请|你?们?)*(?:不要|不想|不用|先不|别|不)(?!对|是|过).{1,4}?(?:了|吧|啊|呀)*\W*|"
    r"\W*(?:please )?(?:do not|don['’]?t)(?: \w+){1,3}\W*",
    re.IGNORECASE,
)
_WAITING: Final = re.compile(
    r"(?:\W|嗯|呃|额|那|你|您|请|先|我|麻烦|让我?|再|hm+|um+|uh|er|ok|please|just|oh)*"
    r"(?:(?:等[一等]?下?|等会儿?|等等|稍[等候]|别急|(?:想|考虑|看|找|查)(?:一下|一?[想看找查])|"
    r"wait|hold on|hang on|one (?:moment|sec(?:ond)?|minute)|a (?:moment|sec(?:ond)?|minute)|"
    r"give me a (?:moment|sec(?:ond)?|minute)|"
    r"let me (?:think|check|see|look)(?: about (?:it|that))?)"
    r"(?:\W|我|先|再|啊|哈|吧|哦|一下|please|first)*)+",
    re.IGNORECASE,
)


_WISH: Final = re.compile(
    r"^\W*(?:我(?:想|要|打算|需要)|帮我|给我|麻烦|请(?!问))|"
    r"\b(?:i(?:'d| would) like|i (?:want|need)|i'll|please)\b",
    re.IGNORECASE,
)


_REQUEST: Final = re.compile(
    r"能不能|可不可以|[可能](?:以|否|帮).*[吗么]|能.*[吗么]|[行好]吗|"
    r"^\W*(?:can|could|would|will) (?:you|i|we|they|it|he|some(?:one|body)|the|a)\b",
    re.IGNORECASE,
)
_FACT: Final = re.compile(
    r"钱|费|多|几|什么|怎么|哪|为|"
    r"\b(?:how|what|when|where|which|why|who|cost|fees?|free|charged?|pay|much|long)\b",
    re.IGNORECASE,
)


def is_question(text: str) -> bool:
    """Whether a message asks something."""
    return _QUESTION.search(to_simplified(text)) is not None


def is_request(text: str) -> bool:
    """Whether a message asks for something to be done, not for a fact: "能上门取吗"."""
    said = to_simplified(text)
    return _REQUEST.search(said) is not None and _FACT.search(said) is None


def wavers(text: str) -> bool:
    """Whether a yes is one and is none: "是的，不，等等"."""
    return _TAKES_BACK.search(_IDIOMS.sub("", to_simplified(text))) is not None


def refuses(text: str) -> bool:
    """Whether a message as a whole says that something shall not be done ("不要取消")."""
    return _REFUSAL.fullmatch(to_simplified(text)) is not None and not is_question(text)


def waits(text: str) -> bool:
    """Whether a message as a whole asks for time."""
    return _WAITING.fullmatch(to_simplified(text)) is not None


def is_wish(text: str) -> bool:
    """Whether a message wants something done, and asks nothing."""
    return _WISH.search(to_simplified(text)) is not None and not is_question(text)


def leaves(text: str) -> bool:
    """Whether a message as a whole drops what was begun."""
    return _LEAVING.fullmatch(to_simplified(text)) is not None


def calls_human(text: str) -> bool:
    """Whether a message as a whole asks for a human."""
    return _HUMAN.fullmatch(to_simplified(text)) is not None
