"""Reading goes on while what was read is answered."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from stages.common.base.threads import threads

Item = TypeVar("Item")


def one_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """`items` in their order, each made by another thread while the one before is used; no more than one waits."""
    each = iter(items)

    def following() -> list[Item]:
        return list(islice(each, 1))

    with threads(1) as pool:
        try:
            coming = pool.submit(following)
            while item := coming.result():
                coming = pool.submit(following)
                yield from item
        finally:
            pool.shutdown(cancel_futures=True)
