"""Identity resolution in bulk: which records are one person, how sure that is, and why.

`matching.find_matches` compares any records of people (Splink on DuckDB, in memory).
`judging.judge` decides which of a store's matches are merged and which are reviewed.
`running.resolve_members` does both for a store.
"""
