"""Reports: every page people read beside the figures.

Belongs here: the page kit (`kit`), the data owners' reports (`owner`), the page on the linkage (`linkage`) and the
catalogue of what is published (`catalogue`). Does not belong here: when they are made, and that their faults stop no
publication (`publish`, `console`).
"""
