"""What all pages share.

Belongs here: the words for numbers, dates and codes, and values as a reader sees them. Does not belong here: anything
one page alone says or draws.
"""
