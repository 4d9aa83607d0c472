"""Draw the fictional projects and what they need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zqland_geodata.demo.layout import MU_M2

PROJECTS = 275
"""Number of projects in the list of battles and sieges (攻城拔寨)."""


@dataclass(frozen=True, slots=True)
class Trade:
    """What plants of one trade are like; the figures are middles, per mu where said.

    Attributes
    ----------
    share
        Share of the projects.
    division
        Class of GB/T 4754-2017.
    products
        What the projects are called after.
    land_class
        Class of land.
    intensity_wan
        Fixed investment per mu, 10 000 yuan.
    power_kva, water_m3, gas_m3, steam_t, sewage_m3
        Per mu: kVA, m³ a day, m³ an hour, t an hour, m³ a day; 0 for none.
    """

    share: float
    division: str
    products: tuple[str, ...]
    land_class: str
    intensity_wan: float
    power_kva: float
    water_m3: float
    gas_m3: float = 0.0
    steam_t: float = 0.0
    sewage_m3: float = 0.0


_TRADES = (
    Trade(
        0.16,
        "3841",
        ("锂电池材料", "储能电池", "电池结构件", "电池回收配套"),
        "M2",
        420,
        170,
        13,
        6,
        0.10,
        6,
    ),
    Trade(0.08, "3825", ("光伏组件", "逆变器", "储能系统集成"), "M1", 360, 110, 8),
    Trade(
        0.12,
        "3670",
        ("汽车零部件", "汽车电子", "轻量化车身件", "新能源汽车电驱"),
        "M2",
        380,
        110,
        8,
        3,
        0,
        3,
    ),
    Trade(
        0.16,
        "3982",
        ("电子元件", "线路板", "半导体封装", "显示模组"),
        "M2",
        400,
        140,
        16,
        0,
        0.02,
        8,
    ),
    Trade(
        0.08,
        "3034",
        ("绿色建材", "装配式构件", "高端陶瓷", "节能玻璃"),
        "M2",
        260,
        120,
        9,
        14,
        0,
        3,
    ),
    Trade(
        0.07, "3252", ("铝型材", "铜材加工", "再生金属"), "M3", 280, 160, 9, 10, 0, 4
    ),
    Trade(0.08, "3311", ("金属制品", "五金制品", "模具"), "M2", 270, 90, 6, 3, 0, 2),
    Trade(0.04, "3489", ("智能装备", "精密机械"), "M1", 340, 80, 5),
    Trade(0.05, "2110", ("家具", "全屋定制"), "M1", 220, 50, 4),
    Trade(0.07, "1499", ("食品", "饮料", "预制菜"), "M1", 260, 60, 24, 4, 0.06, 14),
    Trade(
        0.05,
        "2669",
        ("精细化工", "电子化学品", "环保涂料"),
        "M3",
        330,
        90,
        15,
        6,
        0.12,
        9,
    ),
    Trade(0.03, "2770", ("生物医药", "医疗耗材"), "M1", 420, 70, 14, 2, 0.05, 8),
    Trade(0.01, "5990", ("智慧仓储",), "W2", 230, 30, 2),
)


def make_projects(*, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the projects.

    Parameters
    ----------
    rng
        Source of chance.

    Returns
    -------
    projects
        Table *projects* of ``columns.csv``. All are in the list ``assault``, some
        also in ``actual_investment`` and ``excel``; names say that they are examples.
    """
    chosen = rng.choice(len(_TRADES), PROJECTS, p=[trade.share for trade in _TRADES])
    trades = [_TRADES[number] for number in chosen]
    mu = np.clip(np.round(rng.lognormal(np.log(52.0), 0.85, PROJECTS)), 10, 600)
    table = pd.DataFrame(
        {
            "name": [
                f"示范项目{number:03d}·{rng.choice(trade.products)}"
                for number, trade in enumerate(trades, start=1)
            ],
            "lists": _lists(rng),
            "sector": [trade.division for trade in trades],
            **_money(trades, mu, rng),
            **_areas(mu, rng),
            "needed_by": _needed_by(rng),
            "predicate": rng.choice(
                ["mature", "standard", "serviced"], PROJECTS, p=[0.80, 0.14, 0.06]
            ),
            **_utilities(trades, mu, rng),
            "land_class": [trade.land_class for trade in trades],
            **_parks(rng),
        },
        index=pd.Index(
            [f"P-{number:03d}" for number in range(1, PROJECTS + 1)], name="project_id"
        ),
    )
    poor = table["fixed_investment_wan"] / mu < 180  # noqa: PLR2004 -- wan yuan per mu
    excused = poor & (rng.random(PROJECTS) < 0.4)  # noqa: PLR2004 -- a share
    reasons = pd.Series("产业链补链项目，一事一议（示范）", table.index)
    return table.assign(exception_reason=reasons.where(excused).astype("str"))


def _lists(rng: np.random.Generator) -> list[str]:
    chance = rng.random((PROJECTS, 2))
    return [
        ";".join(
            name
            for name, listed in (
                ("actual_investment", investment < 0.45),  # noqa: PLR2004 -- a share
                ("assault", True),
                ("excel", excel < 0.22),  # noqa: PLR2004 -- a share
            )
            if listed
        )
        for investment, excel in chance
    ]


def _money(
    trades: list[Trade], mu: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    middle = np.array([trade.intensity_wan for trade in trades])
    intensity = middle * rng.lognormal(0.0, 0.22, PROJECTS)
    weak = rng.random(PROJECTS) < 0.07  # noqa: PLR2004 -- a share
    intensity = np.clip(np.where(weak, intensity * 0.35, intensity), 60, 900)
    fixed = np.round(intensity * mu / 100) * 100
    return {
        "investment_wan": np.round(fixed * rng.uniform(1.05, 1.35, PROJECTS) / 100)
        * 100,
        "fixed_investment_wan": np.where(rng.random(PROJECTS) < 0.9, fixed, np.nan),  # noqa: PLR2004
        "tax_wan_per_year": np.round(
            mu * intensity * rng.uniform(0.045, 0.09, PROJECTS)
        ),
    }


def _areas(mu: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """State a window for half of the projects, a single figure for the others."""
    windowed = rng.random(PROJECTS) < 0.5  # noqa: PLR2004 -- a share
    least = np.floor(mu * rng.uniform(0.80, 0.93, PROJECTS))
    most = np.ceil(mu * rng.uniform(1.08, 1.30, PROJECTS))
    return {
        "area_min_m2": np.where(windowed, least, np.nan) * MU_M2,
        "area_ideal_m2": mu * MU_M2,
        "area_max_m2": np.where(windowed, most, np.nan) * MU_M2,
    }


def _needed_by(rng: np.random.Generator) -> pd.Series[pd.Timestamp]:
    """Draw the last day of a month from October 2023 to December 2024."""
    months = pd.period_range("2023-10", "2024-12", freq="M")
    weights = np.linspace(1.0, 0.6, len(months))
    drawn = rng.choice(len(months), PROJECTS, p=weights / weights.sum())
    days = months[drawn].to_timestamp(how="end").normalize()
    index = [f"P-{number:03d}" for number in range(1, PROJECTS + 1)]
    return pd.Series(days.to_numpy().astype("datetime64[s]"), index)


def _utilities(
    trades: list[Trade], mu: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    table = pd.DataFrame(
        [
            (
                trade.power_kva / 1000,
                trade.water_m3,
                trade.gas_m3,
                trade.steam_t,
                trade.sewage_m3,
            )
            for trade in trades
        ]
    )
    amounts = table.mul(mu, axis=0) * rng.lognormal(0.0, 0.3, table.shape)
    steps = np.array([0.5, 10.0, 10.0, 1.0, 10.0])
    rounded = np.ceil(amounts.to_numpy() / steps) * steps
    asked = np.where(table.to_numpy() > 0, rounded, np.nan)
    names = (
        "power_mva",
        "water_m3_per_day",
        "gas_m3_per_hour",
        "steam_t_per_hour",
        "sewage_m3_per_day",
    )
    return {name: asked[:, number] for number, name in enumerate(names)}


def _parks(rng: np.random.Generator) -> dict[str, list[str | None]]:
    main = ["GXQ", "JJQ-DS", "JJQ-LF", "JINLI", "XQ-LG", "SH", "GY"]
    remote = ["GN", "HJ", "FK", "DQ"]
    preferred: list[str | None] = []
    excluded: list[str | None] = []
    for likes, dislikes, count in zip(
        rng.random(PROJECTS) < 0.35,  # noqa: PLR2004 -- a share
        rng.random(PROJECTS) < 0.20,  # noqa: PLR2004 -- a share
        rng.integers(1, 4, PROJECTS),
        strict=True,
    ):
        wanted = sorted(rng.choice(main, int(count), replace=False))
        preferred.append(";".join(wanted) if likes else None)
        excluded.append(";".join(remote) if dislikes else None)
    return {"preferred_parks": preferred, "excluded_parks": excluded}
