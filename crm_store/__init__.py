"""The one database: members, orders, conversations and interactions.

A leaf: it imports neither `nlu`, `knowledge` nor `bot`. Callers use `crm_store.ports` and
`crm_store.types`; only the composition root names the SQLAlchemy adapter.
"""
