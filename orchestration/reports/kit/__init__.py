"""What all pages share.

Belongs here: the frame and style of a page, the drawing of charts, the words for numbers, dates and codes, values as
a reader sees them. Does not belong here: anything one page alone says or draws.
"""
