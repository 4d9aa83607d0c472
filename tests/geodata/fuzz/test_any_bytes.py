"""Any bytes give records or findings, or a sentence why not, in bounded memory.

The seeds beside are bent in ways in which files go wrong: bytes changed, cut out,
doubled, put elsewhere, another encoding. ``scripts/fuzz.py`` does the same for hours.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zqland.findings import findings_table
from zqland.text import Language
from zqland_geodata.errors import ReadError
from zqland_geodata.evidence import read_evidence
from zqland_geodata.options import Limits, ReadOptions
from zqland_geodata.planning_sheets import read_indicators, read_targets
from zqland_geodata.projects import read_projects, read_status_events
from zqland_geodata.vector import read_parcels

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

SEEDS = Path(__file__).parent / "seeds"
LIMITS = Limits(points=10_000, records=1000, cells=100_000, file_bytes=1_000_000)
GROWTH_MB = 300
DAY = dt.date(2023, 12, 31)

Read = Callable[[Path], Any]


def boundaries(path: Path) -> object:
    # Drawings and tables of points cannot say their system; the others must.
    given = 4526 if path.suffix in {".dxf", ".csv"} else None
    return read_parcels(path, options=ReadOptions(limits=LIMITS, source_crs=given))


def evidence(path: Path) -> object:
    return read_evidence(path, as_of=DAY)


CASES: list[tuple[str, Read, list[str]]] = [
    (".txt", boundaries, ["golden.txt", "quirks.txt", "degrees.txt"]),
    (".csv", boundaries, ["points.csv", "bare.csv"]),
    (".kml", boundaries, ["plain.kml", "shifted.ovkml"]),
    (".ovkml", boundaries, ["shifted.ovkml"]),
    (".dxf", boundaries, ["rings.dxf"]),
    (".csv", read_projects, ["projects.csv"]),
    (".csv", evidence, ["evidence.csv", "wide.csv"]),
    (".csv", read_status_events, ["events.csv"]),
    (".csv", read_indicators, ["indicators.csv"]),
    (".csv", read_targets, ["targets.csv"]),
]
NAMES = [f"{seeds[0]} as {suffix[1:]}" for suffix, _, seeds in CASES]
ODD = [
    *("", "0", "-0", "-1", "nan", "inf", "-inf", "1e308", "1e999", "9" * 400),
    *("\0", "\ufeff", "\ufffd", "\u2028", "\x1a", "\r", "\n", "\r\n", "\t", '"', "'"),
    *(
        "@",
        "\uff20",
        ",",
        "，",
        ";",
        "=",
        "[",
        "]",
        "\uff11\uff12",
        "²",
        "½",
        "٣",
        "1_000",
        "0x10",
    ),
    *("J1,1,0,0", "[地块坐标]", "[属性描述]", "<![CDATA[", "&amp;", "&#0;", "<!--"),
    *("99999999999999999999", "38", "38357200.000", "2563400.000", "亩", "公顷"),
]
ENCODINGS = ["utf-8", "gbk", "gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


@st.composite
def bent(draw: DrawFn, seeds: list[str]) -> bytes:
    """Draw a seed in some encoding, bent in up to six places."""
    text = (SEEDS / draw(st.sampled_from(seeds))).read_text(encoding="utf-8")
    for _ in range(draw(st.integers(0, 3))):
        text = draw(_changed(text, st.sampled_from(ODD) | st.text(max_size=5)))
    content = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    for _ in range(draw(st.integers(0, 3))):
        content = draw(_changed(content, st.binary(max_size=5)))
    return content


@st.composite
def _changed(draw: DrawFn, whole: Any, pieces: SearchStrategy[Any]) -> Any:  # noqa: ANN401
    """Draw a text or bytes with a part left out, put in, doubled or moved."""
    ends = st.integers(0, len(whole))
    start, end = sorted((draw(ends), draw(ends)))
    end = min(end, start + draw(st.sampled_from([0, 1, 4, 30, 10_000])))
    part, rest = whole[start:end], whole[:start] + whole[end:]
    place = draw(st.integers(0, len(rest)))
    put = draw(
        st.sampled_from([whole[:0], part, part * 3])
        | pieces
        | st.builds(lambda piece, times: piece * times, pieces, st.integers(1, 50))
    )
    return rest[:place] + put + rest[place:]


def tried(read: Read, suffix: str, content: bytes) -> str:
    """Read bytes under an ending and return the refusal, or "" for a result."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a{suffix}")
        path.write_bytes(content)
        try:
            found = read(path).findings
        except ReadError as error:
            return error.text.in_language(Language.ZH)
        findings_table(found, language=Language.ZH)
        return ""


def peak_mb() -> float:
    """Return the largest memory of this process so far; 0 where it is not known."""
    if sys.platform == "win32":
        return 0.0
    import resource  # noqa: PLC0415 - not on Windows

    unit = 1_000_000 if sys.platform == "darwin" else 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


@pytest.mark.parametrize(("suffix", "read", "seeds"), CASES, ids=NAMES)
def test_a_seed_is_read(suffix: str, read: Read, seeds: list[str]) -> None:
    said = {seed: tried(read, suffix, (SEEDS / seed).read_bytes()) for seed in seeds}
    assert said == dict.fromkeys(seeds, "")


@pytest.mark.parametrize(("suffix", "read", "seeds"), CASES, ids=NAMES)
def test_bent_files_give_records_findings_or_a_refusal(
    suffix: str, read: Read, seeds: list[str]
) -> None:
    @settings(max_examples=200, suppress_health_check=list(HealthCheck))
    @given(bent(seeds))
    def try_all(content: bytes) -> None:
        tried(read, suffix, content)

    tried(read, suffix, (SEEDS / seeds[0]).read_bytes())
    before = peak_mb()
    try_all()
    assert peak_mb() - before < GROWTH_MB


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".kml", ".ovkml", ".dxf"])
def test_any_bytes_give_records_findings_or_a_refusal(suffix: str) -> None:
    @settings(max_examples=100, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
    def try_all(content: bytes) -> None:
        tried(boundaries, suffix, content)

    try_all()


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".dxf", "0"),
        (".csv", "地块编号,点号,圈号,X坐标,Y坐标"),
    ],
)
def test_what_once_broke_a_reader_is_refused(suffix: str, text: str) -> None:
    assert tried(boundaries, suffix, text.encode()) != ""
