"""What a person at a terminal sees: queries, answers, status, progress and timings.

Belongs here: reading what was published or recorded and showing it. Does not belong here: changing anything; the rooms
do that. Only the front door `cli.py` imports this room.
"""
