"""What of a packet somebody may see: the one place that leaves things out."""

from dataclasses import replace
from enum import StrEnum

from bot.handoff.packet import HandoffPacket, Person, Transcript
from crm_store.types.actors import Actor, Role


class Sight(StrEnum):
    """How much is shown."""

    GROUP = "group"
    """A chat that many read: no person, no words of theirs, nothing that leads to them."""
    AGENT = "agent"
    """Who answers: everything, identifiers masked; not what a person is worth."""
    MANAGER = "manager"
    """Everything."""


def sight_of(actor: Actor) -> Sight:
    """Return how much an actor sees on a screen of their own."""
    if actor.role in (Role.MANAGER, Role.SYSTEM):
        return Sight.MANAGER
    return Sight.AGENT if actor.role is Role.AGENT else Sight.GROUP


def seen_by(packet: HandoffPacket, sight: Sight) -> HandoffPacket:
    """Return the packet as it may be shown."""
    if sight is Sight.MANAGER:
        return packet
    person = packet.person
    if sight is Sight.AGENT:
        return replace(packet, person=person and replace(person, spent=None, lifetime_value=None))
    return replace(
        packet,
        member_id=None,
        asked="",
        slots={},
        orders=(),
        told=(),
        wants=tuple(replace(one, words="") for one in packet.wants),
        attempts=tuple(replace(one, told="", slots={}) for one in packet.attempts),
        order_facts=(),
        cases=(),
        attachments=(),
        person=person and _nobody(person),
        transcript=packet.transcript and Transcript(packet.transcript.conversation_id, 0),
        steps=(),
    )


def _nobody(person: Person) -> Person:
    """Return what a group may know: how important it is, not who it is."""
    return Person(name="", tier=person.tier, joined_on=person.joined_on)
