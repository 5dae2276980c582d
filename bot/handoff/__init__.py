"""Handing a conversation to a human: the packet, who gets it, by when, and how it is told.

Everything here reads stored facts and decides; it words nothing that no fact says, and knows no
channel and no desk.
"""
