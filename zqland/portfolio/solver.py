"""HiGHS: integer programs over options, stopped by work, time or request."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from zqland.portfolio.options import NONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from zqland.portfolio.options import Floats, Options, Places
    from zqland.portfolio.problem import Scaled

_HALF = 0.5
_LOG_PACE_S = 0.2


@dataclass(slots=True)
class Watch:
    """When to stop.

    Attributes
    ----------
    until
        Monotonic clock at which to stop.
    is_stopped
        Asked again and again; True stops.
    report
        Told the worth of the best plan and the bound.
    was_stopped
        Whether it was the request that ended the work.
    """

    until: float = np.inf
    is_stopped: Callable[[], bool] = lambda: False
    report: Callable[[float, float], object] = lambda _worth, _bound: None
    was_stopped: bool = field(default=False, init=False)

    def goes_on(self) -> bool:
        """Tell whether there is time left and nobody has asked to stop."""
        self.was_stopped = self.was_stopped or self.is_stopped()
        return not self.was_stopped and time.monotonic() < self.until

    def part(self, share: float) -> Watch:
        """Return a watch for a share of the time left.

        Parameters
        ----------
        share
            Between 0 and 1.
        """
        now = time.monotonic()
        until = now + share * (self.until - now)
        return Watch(until, self.is_stopped, self.report)

    def left_s(self) -> float:
        """Return the seconds left."""
        return max(0.01, self.until - time.monotonic())


@dataclass(frozen=True, slots=True)
class Solved:
    """The answer of an integer program.

    Attributes
    ----------
    chosen
        Option of each project, `NONE` for none; None where no plan was found.
    bound
        No plan over these options is worth more.
    nodes
        Size of the search tree.
    is_proven
        Whether the plan was proven best, or that there is none.
    """

    chosen: Places | None
    bound: float
    nodes: int
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Work:
    """How much work an integer program may be.

    Attributes
    ----------
    nodes
        Most nodes of the search tree.
    gap
        Relative gap at which it ends.
    seed
        Seed of its choices.
    """

    nodes: int = 2_000_000_000
    gap: float = 0.0
    seed: int = 0


def version() -> str:
    """Return name and version of the solver."""
    # Asking the solver itself would print its banner among the data on stdout.
    return f"HiGHS {metadata.version('highspy')}"


def solve_exactly(
    scaled: Scaled, watch: Watch, *, work: Work, first: Places | None = None
) -> Solved:
    """Solve the integer program, as far as the work allowed reaches.

    Parameters
    ----------
    scaled
        The problem.
    watch
        When to stop.
    work
        How much work it may be.
    first
        A plan to begin with.

    Returns
    -------
    solved
        The best plan and what is proven of it.
    """
    model = _model(scaled)
    model.setOptionValue("time_limit", min(watch.left_s(), 1e9))
    model.setOptionValue("mip_max_nodes", work.nodes)
    model.setOptionValue("mip_rel_gap", work.gap)
    model.setOptionValue("mip_abs_gap", 1e-9)
    model.setOptionValue("random_seed", work.seed)
    options = len(scaled.problem.options)
    if first is not None:
        start = np.zeros(model.getNumCol())
        start[first[first != NONE]] = 1.0
        placed = highspy.HighsSolution()
        placed.col_value = list(start)
        model.setSolution(placed)
    listen(model, watch)
    model.run()
    return _answer(model, scaled, options)


def _answer(model: highspy.Highs, scaled: Scaled, options: int) -> Solved:
    info, status = model.getInfo(), model.getModelStatus()
    nodes = max(0, int(info.mip_node_count))
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, -np.inf, nodes, is_proven=True)
    is_proven = status == highspy.HighsModelStatus.kOptimal
    bound = -float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Solved(None, bound, nodes, is_proven=False)
    shares = np.asarray(model.getSolution().col_value)[:options]
    taken = np.flatnonzero(shares > _HALF)
    chosen = np.full(len(scaled.problem.projects), NONE)
    chosen[scaled.problem.options.project[taken]] = taken
    return Solved(chosen, bound, nodes, is_proven=is_proven)


def _model(scaled: Scaled) -> highspy.Highs:
    """Build the program: minimise what is lost, a row per project and per capacity."""
    problem, options = scaled.problem, scaled.problem.options
    projects, count = len(problem.projects), len(options)
    program = highspy.HighsLp()
    program.num_col_ = count
    program.num_row_ = projects + len(problem.granted)
    program.col_cost_ = -options.value
    program.col_lower_, program.col_upper_ = np.zeros(count), np.ones(count)
    program.row_lower_ = np.concatenate(
        [problem.is_forced.astype(float), np.full(len(problem.granted), -np.inf)]
    )
    program.row_upper_ = np.concatenate([np.ones(projects), problem.granted])
    starts, index, entries = columns(options, projects)
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.start_, matrix.index_, matrix.value_ = starts, index, entries
    program.integrality_ = [highspy.HighsVarType.kInteger] * count
    model = quiet()
    model.passModel(program)
    return model


def columns(
    options: Options, projects: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Return the columns of options: a one for the project, then what it uses.

    Parameters
    ----------
    options
        The options.
    projects
        How many rows of projects come before those of capacities.

    Returns
    -------
    starts_index_entries
        The compressed columns, with an end.
    """
    count = len(options)
    starts = options.starts + np.arange(count + 1)
    index = np.empty(starts[-1], dtype=np.int32)
    entries = np.empty(starts[-1])
    index[starts[:-1]], entries[starts[:-1]] = options.project, 1.0
    is_use = np.ones(starts[-1], dtype=bool)
    is_use[starts[:-1]] = False
    index[is_use], entries[is_use] = options.rows + projects, options.amounts
    return starts.astype(np.int32), index, entries


class _Quiet(highspy.Highs):
    """HiGHS without its banner, which it prints among the data on stdout."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the solver's own name
        """Turn the output off before the first step that prints."""
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def quiet() -> highspy.Highs:
    """Return a solver that prints nothing and works in one thread.

    Returns
    -------
    model
        An empty solver.
    """
    model = _Quiet()  # type: ignore[no-untyped-call]
    # One thread: with several, the order of finds, and so the plan, would vary.
    model.setOptionValue("threads", 1)
    return model


def listen(model: highspy.Highs, watch: Watch) -> None:
    """Let a run be stopped, and hear of its progress.

    Parameters
    ----------
    model
        The solver, before its run.
    watch
        When to stop, and whom to tell.
    """
    heard = {"at": 0.0}

    def ask(event: Any) -> None:  # noqa: ANN401 - the solver's event
        if not watch.goes_on():
            event.interrupt()

    def hear(event: Any) -> None:  # noqa: ANN401 - the solver's event
        if time.monotonic() - heard["at"] > _LOG_PACE_S:
            heard["at"] = time.monotonic()
            found = event.data_out
            watch.report(-found.mip_primal_bound, -found.mip_dual_bound)
        ask(event)

    model.cbSimplexInterrupt.subscribe(ask)
    model.cbIpmInterrupt.subscribe(ask)
    model.cbMipInterrupt.subscribe(hear)
