"""The Justice Data Warehouse: all Python, a room per stage.

A room imports only rooms that come before it in the flow of data (contracts and settings are the ground floor);
`definitions.py` and `cli.py` import the rooms and nothing imports them. `tests/test_boundaries.py` enforces this.
"""
