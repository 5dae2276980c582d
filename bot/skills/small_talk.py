"""Thanks, goodbyes, a moment to think, and a yes or no that answers nothing."""

from bot.dialogue.reply import Button, payload
from bot.dialogue.skill import Audience, Outcome, Turn, skill


@skill("thank", audience=Audience.EVERYBODY)
async def thank(turn: Turn) -> Outcome:
    """Take thanks; an open question stays open."""
    return Outcome((turn.say("welcome"),), (), turn.state)


@skill("wait", audience=Audience.EVERYBODY, button_only=True)
async def wait(turn: Turn) -> Outcome:
    """Give somebody time to think; an open question stays open."""
    return Outcome((turn.say("no_hurry"),), (), turn.state)


@skill("goodbye", audience=Audience.EVERYBODY)
async def goodbye(turn: Turn) -> Outcome:
    """Part friendly, leaving nothing open."""
    return turn.done(turn.say("bye"))


@skill("affirm", audience=Audience.EVERYBODY)
async def affirm(turn: Turn) -> Outcome:
    """A yes when nothing was asked: ask what it is about."""
    return turn.done(turn.say("yes_to_what", buttons=_ways_on(turn)))


@skill("deny", audience=Audience.EVERYBODY)
async def deny(turn: Turn) -> Outcome:
    """A no when nothing was asked."""
    return turn.done(turn.say("fine", buttons=_ways_on(turn)))


@skill("stop", audience=Audience.EVERYBODY)
async def stop(turn: Turn) -> Outcome:
    """Leave whatever was going on."""
    key = "left" if turn.state.question else "nothing_open"
    return turn.done(turn.say(key, buttons=_ways_on(turn)))


def _ways_on(turn: Turn) -> tuple[Button, ...]:
    return (Button(turn.words("bot_help.button"), payload("bot_help")),)
