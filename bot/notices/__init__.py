"""Notices: telling members who agreed to it what they would otherwise have to ask."""

from bot.notices.announcer import Announcer

__all__ = ["Announcer"]
