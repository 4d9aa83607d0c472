"""Keep the last few results of what is costly, for all threads of a process."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The last few results of a computation, each computed once.

    Readers who ask for the same key while it is computed wait for that one
    computation; other keys are not held up.

    Parameters
    ----------
    size
        How many results are kept.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._results: OrderedDict[Hashable, Future[Value]] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """Give the result for a key; a failure is raised and not kept.

        Parameters
        ----------
        key
            What is asked.
        compute
            Computes the answer where there is none yet.

        Returns
        -------
        result
            The answer.
        """
        with self._lock:
            future = self._results.get(key)
            is_new = future is None
            if future is None:
                future = self._results[key] = Future()
                while len(self._results) > self._size:
                    self._results.popitem(last=False)
            self._results.move_to_end(key)
        if is_new:
            self._fill(key, future, compute)
        return future.result()

    def _fill(
        self, key: Hashable, future: Future[Value], compute: Callable[[], Value]
    ) -> None:
        try:
            future.set_result(compute())
        except BaseException as error:
            with self._lock:
                if self._results.get(key) is future:
                    del self._results[key]
            future.set_exception(error)
            raise
