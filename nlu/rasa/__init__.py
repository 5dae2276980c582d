"""A Rasa server as the engine: its client, and what Rasa's side shares with it.

Nothing is imported here: `nlu.rasa.stamp` must load on Rasa's own, older Python.
"""
