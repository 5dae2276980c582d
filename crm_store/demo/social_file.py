"""``social_profiles.jsonl``: followers who left their number for a sample or a lottery."""

from datetime import datetime

from crm_store.demo.chance import Chance
from crm_store.demo.people import Person, Profile
from crm_store.demo.profiles import SOCIAL_PLATFORMS
from crm_store.demo.writing import json_line, stamp
from crm_store.types.conversations import JSON

TAGS = (
    "敏感肌",
    "成分党",
    "露营",
    "通勤穿搭",
    "手冲咖啡",
    "控糖",
    "新手妈妈",
    "宠物",
    "送礼",
    "茶友",
    "极简",
    "健身",
)


def social_lines(seed: int, now: datetime, everybody: list[Person]) -> list[str]:
    """Return one line of JSON for each follower."""
    chance = Chance.of(seed, "social")
    return [
        json_line(_profile(profile.social, person, profile, now, chance))
        for person in everybody
        for profile in person.profiles
        if profile.social
    ]


def _profile(
    profile_id: str, person: Person, profile: Profile, now: datetime, chance: Chance
) -> JSON:
    end = person.left or now
    followed = person.joined
    active = followed + (end - followed) * chance.random()
    tags: list[JSON] = [*person.favourites[:1], chance.pick(TAGS)]
    return {
        "profile_id": profile_id,
        "platform": SOCIAL_PLATFORMS[profile_id.partition("_")[0]],
        "nickname": person.nickname,
        "name": None,
        "phone": profile.phone,
        "email": None,
        "language": person.language,
        "city": person.address.city.slug,
        "tags": tags,
        "followed_at": stamp(followed),
        "last_active_at": stamp(active.replace(microsecond=0)),
    }
