"""From person records to persons: standardised, gathered, blocked, scored under a model and resolved.

Belongs here: whatever decides a link, the model that holds what it is decided by, and what is remembered of it. Does
not belong here: how a model is learnt (`learning`), how right its links are (`accuracy`, `review`), and what a run
reads and writes (`link.py`, above).
"""
