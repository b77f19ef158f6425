"""Transformation: dbt as Dagster assets.

Belongs here: running dbt with the warehouse's paths, its manifest, and the Dagster assets made from it. Does not belong
here: SQL (that is `dbt_project/`).
"""
