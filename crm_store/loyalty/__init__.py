"""The rules of the loyalty programme: tiers, what points are worth, when they lapse."""
