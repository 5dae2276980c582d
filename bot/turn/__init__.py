"""How one message travels: inbox, worker, routing, the turn itself, outbox."""
