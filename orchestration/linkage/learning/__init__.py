"""How a linkage model is learnt from unlabelled person records, and put in use.

Belongs here: training, what is trained on, and which model ordinary runs load. Does not belong here: the model itself
and its use (`matching`); and any truth, since training never sees who is who.
"""
