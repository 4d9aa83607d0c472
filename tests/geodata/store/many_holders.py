"""A process in which several writers ask for one parcel at once, each on its own.

Started with the address of a store, the number of the process and how many writers. It
says that it is ready, waits for a line, lets all of them ask, and prints what each was
told.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from zqland_geodata.errors import HeldError
from zqland_geodata.store import open_store
from zqland_geodata.store.holds import HoldRequest, hold

UNTIL = dt.date(2023, 8, 31)


def main(address: str, process: str, count: int) -> None:
    """Let writers ask for A-1, and print a line for each."""
    start = threading.Barrier(count)
    stores = [open_store(address) for _ in range(count)]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()

    def ask(number: int) -> dict[str, str]:
        name = f"holder {process}.{number}"
        request = HoldRequest("A-1", "P1", UNTIL, since=dt.date(2023, 3, 1))
        start.wait()
        try:
            with stores[number].writing(by=name, why="race") as writer:
                hold_id = hold(writer, request)
        except HeldError as error:
            return {"holder": name, "refused": str(error)}
        return {"holder": name, "won": hold_id}

    with ThreadPoolExecutor(count) as pool:
        for answer in pool.map(ask, range(count)):
            sys.stdout.write(json.dumps(answer) + "\n")
    for store in stores:
        store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
