"""Each notebook reads any store when its first cell is changed, and nothing else.

They run here as one script each, in this process; nbmake runs them as they stand.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import runpy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from IPython.display import Markdown
from shapely.geometry import box

from zqland.reserve import Reserve
from zqland_geodata import demo
from zqland_geodata.store import lineage, open_store
from zqland_geodata.store.filling import fill
from zqland_geodata.store.holds import HoldRequest, hold
from zqland_geodata.store.lineage import Child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Namespace = dict[str, Any]
    Run = Callable[..., Namespace]

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NAMES = ("01_acreage", "02_ledger_year", "03_targets_and_pace")
PARK = "GXQ"
SPLIT = "GXQ-M-001"
HELD = "GXQ-N-001"
GOAL_M2 = 1_000_000.0
OF_PARK = 'ON = "2023-11-30"\nSCOPE = "park:GXQ"\nBASIS = "planar"\nUNIT = "ha"'

pytestmark = pytest.mark.filterwarnings("ignore:.*non-interactive")


def code_cells(name: str) -> list[str]:
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))["cells"]
    return ["".join(one["source"]) for one in cells if one["cell_type"] == "code"]


def as_script(cells: list[str]) -> str:
    """Join cells; what is shown at the end of one is kept by its number."""
    body: list[ast.stmt] = []
    for number, cell in enumerate(cells):
        *statements, last = ast.parse(cell).body
        if isinstance(last, ast.Expr):
            name = ast.Name(f"shown_{number}", ast.Store())
            last = ast.Assign([name], last.value)
        body += [*statements, last]
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))


@pytest.fixture(scope="module")
def city() -> Reserve:
    return demo.create_city()


@pytest.fixture(scope="module")
def park_store(city: Reserve, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep a target of one park, ground that was split, and ground that is held."""
    target = city.targets.iloc[:1].assign(
        scope=PARK, predicate="clean", target_m2=GOAL_M2
    )
    path = tmp_path_factory.mktemp("park") / "park.zqland"
    west, south, east, north = city.parcels.loc[SPLIT, "home_geometry"].bounds
    half = box(west, south, east, (south + north) / 2)
    half = half.intersection(city.parcels.loc[SPLIT, "home_geometry"])
    children = [Child(f"{SPLIT}-1", half), Child(f"{SPLIT}-2")]
    project = city.projects.index[0]
    with open_store(path, create=True) as store:
        fill(store, replace(city, targets=target), by="李工", why="入库", command="")
        with store.writing(by="李工", why="分宗、锁定") as writer:
            lineage.split(writer, SPLIT, children, on=dt.date(2023, 7, 1), seen=None)
            hold(
                writer,
                HoldRequest(
                    HELD,
                    project,
                    until=dt.date(2023, 12, 31),
                    since=dt.date(2023, 11, 1),
                    reason="洽谈中",
                ),
            )
    return path


@pytest.fixture(scope="module")
def bare_store(city: Reserve, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep three parcels, and nothing that is known of them besides their shapes."""
    parcels = city.parcels.iloc[:3].copy()
    parcels["declared_m2"] = float("nan")
    parcels["park_id"] = None
    bare = Reserve(
        parcels=parcels,
        evidence=city.evidence.iloc[:0],
        status_events=city.status_events.iloc[:0],
        parks=city.parks.iloc[:0],
    )
    path = tmp_path_factory.mktemp("bare") / "bare.zqland"
    with open_store(path, create=True) as store:
        fill(store, bare, by="李工", why="入库", command="")
    return path


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Run a notebook whose first cell ends with other settings."""
    kept: dict[tuple[str, str], Namespace] = {}

    def run_one(name: str, settings: str, folder: Path) -> Namespace:
        if (name, settings) not in kept:
            first, *others = code_cells(name)
            script = folder / f"{name}.py"
            script.write_text(as_script([f"{first}\n{settings}", *others]), "utf-8")
            with mpl.rc_context():
                kept[name, settings] = runpy.run_path(str(script))
                draw_all()
        return kept[name, settings]

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(NOTEBOOKS)
        patch.setenv("MPLBACKEND", "Agg")
        yield run_one


def draw_all() -> None:
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")


def shown(namespace: Namespace) -> list[str]:
    """Render the sentences and tables that the notebook shows."""
    found = [value for name, value in namespace.items() if name.startswith("shown_")]
    return [
        one.data if isinstance(one, Markdown) else one.to_html()
        for one in found
        if one is not None
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("kept", "settings"),
    [("park_store", OF_PARK), ("bare_store", "")],
    ids=["park", "bare"],
)
def test_a_notebook_reads_another_store(
    name: str,
    kept: str,
    settings: str,
    run: Run,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    path = request.getfixturevalue(kept)
    namespace = run(name, f"STORE = {str(path)!r}\n{settings}", tmp_path)

    caption, *others = shown(namespace)
    assert path.name in caption
    assert all(others)


def of_park(run: Run, name: str, store: Path, folder: Path) -> Namespace:
    return run(name, f"STORE = {str(store)!r}\n{OF_PARK}", folder)


def test_the_acreage_shows_what_is_held(
    run: Run, park_store: Path, tmp_path: Path
) -> None:
    namespace = of_park(run, "01_acreage", park_store, tmp_path)

    area = namespace["parcels"].loc[HELD, "planar_m2"]
    assert namespace["by_park"]["held"].to_list() == pytest.approx([area])


def test_the_acreage_counts_ground_once_that_was_split(
    run: Run, park_store: Path, city: Reserve, tmp_path: Path
) -> None:
    namespace = of_park(run, "01_acreage", park_store, tmp_path)

    parcels = namespace["parcels"]
    assert SPLIT not in parcels.index
    assert len(parcels) == city.parcels["park_id"].eq(PARK).sum() + 1


def test_the_year_of_a_park_balances_over_a_split(
    run: Run, park_store: Path, tmp_path: Path
) -> None:
    namespace = of_park(run, "02_ledger_year", park_store, tmp_path)

    assert len(namespace["balance"])
    assert namespace["worst"] < 1e-4


def test_the_bars_of_the_year_end_at_what_is_in_reserve(
    run: Run, park_store: Path, tmp_path: Path
) -> None:
    namespace = of_park(run, "02_ledger_year", park_store, tmp_path)

    closing = namespace["reserve_row"]["closing_m2"]
    assert namespace["listing"].loc["closing"].to_dict() == pytest.approx(
        closing.to_dict()
    )


def test_a_target_of_the_park_is_followed(
    run: Run, park_store: Path, tmp_path: Path
) -> None:
    namespace = of_park(run, "03_targets_and_pace", park_store, tmp_path)

    columns = ["predicate", "scope", "target_m2"]
    assert namespace["progress"][columns].to_numpy().tolist() == [
        ["clean", PARK, GOAL_M2]
    ]


def test_without_a_target_the_notebook_says_so(
    run: Run, bare_store: Path, tmp_path: Path
) -> None:
    namespace = run("03_targets_and_pace", f"STORE = {str(bare_store)!r}\n", tmp_path)

    sentence = namespace["no_target"]
    assert sentence in shown(namespace)


def test_without_a_store_it_is_the_demonstration_city(run: Run, tmp_path: Path) -> None:
    namespace = run("03_targets_and_pace", "STORE = None", tmp_path)

    share = namespace["progress"].set_index("predicate")["share"].round(3)
    assert share.to_dict() == {"mature": 0.193, "standard": 0.127}


@pytest.mark.parametrize("name", NAMES)
def test_the_first_cell_names_the_store(name: str) -> None:
    first, *others = code_cells(name)

    assert first.startswith("STORE = None")
    assert not any("STORE =" in cell for cell in others)


def test_every_notebook_is_tested() -> None:
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == list(NAMES)
