"""A progress bar on standard error, silent where nobody watches."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


@contextmanager
def bar(items: Iterable[Item], *, total: int, title: str) -> Iterator[tuple[Iterator[Item], Callable[[str], None]]]:
    """`items` under a bar, and a function that writes a remark behind it. No terminal, no bar."""
    with tqdm(items, total=total, desc=title, unit="batch", leave=False, file=sys.stderr, disable=None) as shown:
        yield iter(shown), shown.set_postfix_str
