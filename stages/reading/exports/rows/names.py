"""Names of particles that were seen before in a run, in sixteen bytes for each."""

import numpy as np
import pandas as pd


class Names:
    """Names are compared without regard to case by 64-bit digests: in a run of five million particles two different
    names are taken for one with a chance of one in a million."""

    def __init__(self) -> None:
        self._sorted: list[tuple[np.ndarray, np.ndarray]] = []  # digests in order, and their lines

    def earlier(self, names: list[str], lines: np.ndarray) -> dict[int, int]:
        """The positions of `names` that an earlier name equals, each with that one's line; remembers the others."""
        digests = pd.util.hash_array(np.array([name.casefold() for name in names], dtype=object), categorize=False)
        order = np.argsort(digests, kind="stable")
        again = np.flatnonzero(digests[order[1:]] == digests[order[:-1]])
        found: dict[int, int] = {}
        for at in again:  # in `order` the equal ones stand in the order of their positions
            found[int(order[at + 1])] = found.get(int(order[at]), int(lines[order[at]]))
        for known, known_lines in self._sorted:
            places = np.minimum(np.searchsorted(known, digests), len(known) - 1)
            for position in np.flatnonzero(known[places] == digests):
                found[int(position)] = int(known_lines[places[position]])
        new = order[~np.isin(order, list(found))]
        self._add(digests[new], lines[new])
        return found

    def _add(self, digests: np.ndarray, lines: np.ndarray) -> None:
        """Arrays of like length are merged, so that there are few of them."""
        while self._sorted and len(self._sorted[-1][0]) <= 2 * len(digests):
            known, known_lines = self._sorted.pop()
            digests, lines = np.concatenate([known, digests]), np.concatenate([known_lines, lines])
            order = np.argsort(digests, kind="stable")
            digests, lines = digests[order], lines[order]
        if len(digests):
            self._sorted.append((digests, lines))
