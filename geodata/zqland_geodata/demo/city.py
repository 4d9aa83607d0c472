"""Put the demonstration city together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zqland.reserve import Reserve
from zqland_geodata import places
from zqland_geodata.demo.amendments import amend, number
from zqland_geodata.demo.approvals import make_approvals
from zqland_geodata.demo.closing import settle
from zqland_geodata.demo.constraints import constraint_layers
from zqland_geodata.demo.contracts import make_contracts
from zqland_geodata.demo.dates import plan_dates, to_come
from zqland_geodata.demo.facts import lot_facts
from zqland_geodata.demo.fates import Fate, decide
from zqland_geodata.demo.figures import indicators, targets
from zqland_geodata.demo.layout import draw_blocks
from zqland_geodata.demo.lots import list_lots, make_parcels
from zqland_geodata.demo.park_facts import park_facts
from zqland_geodata.demo.projects import make_projects
from zqland_geodata.demo.statuses import status_events


def create_city(seed: int = 2023) -> Reserve:
    """Create the demonstration city: fictional parcels in the parks of Zhaoqing.

    Parameters
    ----------
    seed
        Seed of the generator; the same seed gives the same city.

    Returns
    -------
    reserve
        About 600 parcels with evidence, statuses, 275 projects, indicators, targets,
        three constraint layers, batches of approval with their quotas, and contracts.
        On `ON` the ledger of 2023 has 1,701.00 mu of mature and 484.00 mu of standard
        land first reached this year on the declared basis; both follow from the
        boundaries and the dated facts.

    Raises
    ------
    SeedError
        The seed gives blocks that cannot be cut to the exact totals.

    Examples
    --------
    >>> city = create_city()
    >>> len(city.projects), city.fictional
    (275, True)
    """
    streams = (np.random.default_rng([seed, 1000 + count]) for count in range(9))
    blocks = draw_blocks(seed)
    fates = decide(list_lots(blocks), blocks, rng=next(streams))
    blocks = settle(blocks, fates.totals)
    lots = list_lots(blocks)
    dates = plan_dates(lots, fates, rng=next(streams))
    coming = to_come(lots, fates, dates, rng=next(streams))
    facts = lot_facts(lots, fates, dates, coming, rng=next(streams))
    facts = amend(facts, fates, dates, rng=next(streams))
    counted = (fates.fate == Fate.THIS_YEAR) | fates.standard
    parcels = make_parcels(lots, blocks, counted=counted, rng=next(streams))
    evidence = number(
        pd.concat([park_facts(), facts], ignore_index=True), rng=next(streams)
    )
    events = status_events(fates, dates, rng=next(streams))
    # Streams of their own, so that the city without them stays what it was.
    own = (np.random.default_rng([seed, 2000 + count]) for count in range(2))
    approvals = make_approvals(parcels, evidence, rng=next(own))
    return Reserve(
        parcels=parcels,
        evidence=evidence,
        status_events=events,
        parks=places.parks(),
        projects=make_projects(rng=next(streams)),
        indicators=indicators(),
        targets=targets(),
        fictional=True,
        constraints=constraint_layers(parcels),
        contracts=make_contracts(parcels, events, rng=next(own)),
        batches=approvals.batches,
        batch_steps=approvals.batch_steps,
        batch_parcels=approvals.batch_parcels,
        quotas=approvals.quotas,
    )
