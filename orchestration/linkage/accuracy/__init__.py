"""How right the links are: measured against a truth, on the reference people and on what a build joined.

Belongs here: measuring, intervals, and the level a model is held to. Does not belong here: anything that decides a link
(`matching`), or what people say of pairs they were shown (`review`).
"""
