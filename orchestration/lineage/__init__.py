"""Lineage: which columns of which feed a finished number rests on.

Belongs here: column lineage read from the compiled SQL of the build, and followed from the raw sources to the published
marts. Does not belong here: running dbt (`transform`), what is said of a number (`reports`), why one changed
(`publish`).
"""
