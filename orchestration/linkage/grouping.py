"""Groups out of pairs: connected components, and the building up of one group from its strongest pairs.

Belongs here: arithmetic on arrays, knowing nothing of people. Does not belong here: which pairs are links, or which
are forbidden (`clusters.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Nodes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """Pairs of members 0, 1, 2 ... of one group; one entry of each array for each pair.

    Attributes:
        left, right: the two members.
        weights: how much speaks for the two being one (or, negative, against it).
        links: the pair may join two parts.
        firm: the pair rests on evidence that outweighs the rest of the group.
        forbidden: the two may never be in one part.
    """

    left: Nodes
    right: Nodes
    weights: npt.NDArray[np.float64]
    links: Flags
    firm: Flags
    forbidden: Flags


def component_labels(count: int, left: Nodes, right: Nodes) -> Nodes:
    """For nodes 0 to `count` - 1, the least node of the component each is in.

    Repeats: every edge offers each end's root the other's lesser label; then labels are followed to their ends. The
    number of rounds grows with the logarithm of a component's length.
    """
    labels: Nodes = np.arange(count)
    while True:
        roots_left, roots_right = labels[left], labels[right]
        open_edges = roots_left != roots_right
        if not open_edges.any():
            return labels
        left, right = left[open_edges], right[open_edges]
        roots_left, roots_right = roots_left[open_edges], roots_right[open_edges]
        np.minimum.at(labels, np.maximum(roots_left, roots_right), np.minimum(roots_left, roots_right))
        while True:
            followed = labels[labels]
            if np.array_equal(followed, labels):
                break
            labels = followed


def connected_groups(nodes: pa.ChunkedArray, left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.Table:
    """Connected components; a table (`node`, `group_id`), where `group_id` is the least node of its component.

    Args:
        nodes: all nodes, ascending, unique.
        left: one end of each edge.
        right: the other end.
    """
    names = nodes.to_numpy()
    labels = component_labels(
        len(names), np.searchsorted(names, left.to_numpy()), np.searchsorted(names, right.to_numpy())
    )
    return pa.table({"node": names, "group_id": names[labels]})


def build_up(count: int, pairs: Pairs, cohesion: float) -> Nodes:
    """Join members 0 to `count` - 1 from the strongest pair of parts on; for each member, the least of its part.

    Two parts may join if no pair across them is forbidden, some pair across is a link, and either some link across is
    firm or the pairs across weigh at least `cohesion` on the mean. Of those that may, the two with the greatest mean
    join first; ties go to the least members. Every pair of members must be given.
    """
    total = np.zeros((count, count))
    linked = np.zeros((count, count), dtype=bool)
    bound = np.zeros((count, count), dtype=bool)
    apart = np.eye(count, dtype=bool)
    for matrix, values in (
        (total, pairs.weights),
        (linked, pairs.links),
        (bound, pairs.links & pairs.firm),
        (apart, pairs.forbidden),
    ):
        matrix[pairs.left, pairs.right] = values
        matrix[pairs.right, pairs.left] = values
    sizes = np.ones(count)
    labels: Nodes = np.arange(count)
    while True:
        mean = total / np.outer(sizes, sizes)
        mean[apart | ~linked | ((mean < cohesion) & ~bound)] = -np.inf
        one, other = divmod(int(np.argmax(mean)), count)
        if mean[one, other] == -np.inf:
            return labels
        keep, gone = min(one, other), max(one, other)
        total[keep] += total[gone]
        total[:, keep] = total[keep]
        for matrix in (linked, bound, apart):
            matrix[keep] |= matrix[gone]
            matrix[:, keep] = matrix[keep]
        apart[keep, keep] = True
        apart[gone] = True
        apart[:, gone] = True
        sizes[keep] += sizes[gone]
        labels[labels == gone] = keep
