"""Groups out of pairs: connected components, and the building up of one group from its strongest pairs.

Belongs here: arithmetic on arrays, knowing nothing of people. Does not belong here: which pairs are links, or which
are forbidden (`clusters.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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


def build_up(count: int, pairs: Pairs, cohesion: float, joined: Nodes | None = None) -> Nodes:
    """Join members 0 to `count` - 1 from the strongest pair of parts on; for each member, the least of its part.

    Two parts may join if no pair across them is forbidden, some pair across is a link, and either some link across is
    firm or the pairs across weigh at least `cohesion` on the mean. Of those that may, the two with the greatest mean
    join first; ties go to the least members. Every pair of members must be given.

    Args:
        count: number of members.
        pairs: every pair of them.
        cohesion: least mean weight.
        joined: members that are one part from the start, whatever speaks against it, have one label: the least of them.
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

    def join(keep: int, gone: int) -> None:
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

    starts = labels.copy() if joined is None else joined
    for member in np.flatnonzero(starts != labels).tolist():
        join(int(starts[member]), member)
    while True:
        mean = total / np.outer(sizes, sizes)
        mean[apart | ~linked | ((mean < cohesion) & ~bound)] = -np.inf
        one, other = divmod(int(np.argmax(mean)), count)
        if mean[one, other] == -np.inf:
            return labels
        join(min(one, other), max(one, other))


def build_up_decided(count: int, pairs: Pairs, together: Flags, never: Flags, cohesion: float) -> tuple[Nodes, Nodes]:
    """Parts as `build_up` makes them, but with pairs that must be in one part and pairs that must not.

    First the parts are built without the pairs that must be together; then the parts that such pairs connect become
    one, whatever is forbidden between them. Where that would put a pair that must not be together into one part, the
    members concerned are built up anew around the pairs that must, so that the weakest tie between the two gives way.

    Args:
        count: number of members.
        pairs: every pair of them.
        together: the pair must be in one part.
        never: the pair must not be in one part; no chain of `together` connects such a pair.
        cohesion: least mean weight.

    Returns: for each member, the least of its part; and the same as it would be without `together`.
    """
    strict = replace(pairs, forbidden=pairs.forbidden | never)
    natural = build_up(count, strict, cohesion)
    if not together.any():
        return natural, natural
    parts = natural[component_labels(count, natural[pairs.left[together]], natural[pairs.right[together]])[natural]]
    tangled = np.unique(parts[pairs.left[never & (parts[pairs.left] == parts[pairs.right])]])
    must = component_labels(count, pairs.left[together], pairs.right[together])
    for part in tangled.tolist():
        members = np.flatnonzero(parts == part)
        inner = np.isin(pairs.left, members) & np.isin(pairs.right, members)
        some = Pairs(
            left=np.searchsorted(members, pairs.left[inner]),
            right=np.searchsorted(members, pairs.right[inner]),
            weights=strict.weights[inner],
            links=strict.links[inner],
            firm=strict.firm[inner],
            forbidden=strict.forbidden[inner],
        )
        joined = np.searchsorted(members, must[members])
        parts[members] = members[build_up(len(members), some, cohesion, joined)]
    return parts, natural
