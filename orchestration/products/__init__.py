"""What each mart promises its readers: dbt's model, its measures and its head, taken together.

Belongs here: the whole contract of a mart, whether its files fit one another, and the files of a new one. Does not
belong here: reading those files (`contracts/products.py`, `contracts/metrics.py`, `transform/marts.py`).
"""
