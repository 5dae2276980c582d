"""Mood: how upset a customer sounds, from what they wrote last.

Signs are found by the words of `zh.yml` and `en.yml`; what follows from them is a rule of the
house (`bot.policies.moods`).
"""

from bot.dialogue.mood.judging import CALM, Level, Mood, mood_of
from bot.dialogue.mood.lexicon import Lexicon, Sign, load_lexicon

__all__ = ["CALM", "Level", "Lexicon", "Mood", "Sign", "load_lexicon", "mood_of"]
