"""What the law asks of a shop that knows people: consent, access, erasure, and an end to keeping.

Nothing here lists the tables with personal data by hand: `places` reads the schema, in which every
column says whether it is personal.
"""
