"""Pairs of a build for people to judge, and what their answers say of the linkage.

Belongs here: drawing a sample, reading it back, and the estimates. Does not belong here: measures that need no person
(`accuracy`).
"""
