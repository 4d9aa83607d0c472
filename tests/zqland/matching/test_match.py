from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from zqland.areas import Method
from zqland.errors import BasisError
from zqland.matching import best, match, match_all
from zqland.units import Unit, to_m2

if TYPE_CHECKING:
    from collections.abc import Callable

    from zqland.catalogues import Catalogues
    from zqland.matching import Answer, Snapshot
    from zqland.needs import Need

    AnswerTo = Callable[..., Answer]
    ReserveOf = Callable[..., Snapshot]


def test_a_parcel_that_is_best_in_every_part_scores_a_hundred(
    answer_to: AnswerTo,
) -> None:
    (lot,) = answer_to({}).matches
    assert lot.score == 100
    assert {key: part.value for key, part in lot.parts.items()} == dict.fromkeys(
        lot.parts, 1.0
    )


def test_the_weights_of_an_answer_add_up_to_a_hundred(answer_to: AnswerTo) -> None:
    (lot,) = answer_to({}, preferred_parks=(), sector=None).matches
    assert sum(part.weight for part in lot.parts.values()) == pytest.approx(100)
    assert "preferred" not in lot.parts
    assert "sectors" not in lot.parts


def test_the_score_is_the_sum_of_its_parts(answer_to: AnswerTo) -> None:
    (lot,) = answer_to({"area_m2": 76e3, "compactness": 0.5, "access_m": 2e3}).matches
    shown = sum(part.weight * (part.value or 0) for part in lot.parts.values())
    assert lot.score == pytest.approx(shown, abs=1e-6)


def test_an_unknown_part_is_shown_as_unknown_and_counts_half(
    answer_to: AnswerTo,
) -> None:
    (lot,) = answer_to({"price_wan_per_mu": np.nan}).matches
    assert lot.parts["price"].value is None
    assert lot.score == pytest.approx(100 - lot.parts["price"].weight / 2)
    assert lot.parts["price"].text.zh == "地价未知"


def test_the_distance_takes_no_part_where_no_parcel_has_one(
    answer_to: AnswerTo,
) -> None:
    (lot,) = answer_to({"access_m": np.nan}).matches
    assert "distance" not in lot.parts
    assert lot.score == 100


def test_the_area_fit_falls_to_zero_at_either_end(
    reserve_of: ReserveOf, need: Need
) -> None:
    ends = ({"area_m2": need.area_min_m2}, {"area_m2": need.area_max_m2})
    lots = match(need, reserve_of(*ends)).matches
    assert [lot.parts["area_fit"].value for lot in lots] == pytest.approx([0, 0])


def test_without_a_deadline_waiting_costs_points(
    reserve_of: ReserveOf, need: Need
) -> None:
    later = {"mature_reached_on": None, "mature_expected_on": "2023-12-04"}
    open_need = dataclasses.replace(need, needed_by=None)
    first, second = match(open_need, reserve_of(later, {})).matches
    assert first.parcel_id == "L2"
    assert second.parts["readiness"].value == pytest.approx(0.5)


def test_reasons_tell_the_facts_in_both_languages(answer_to: AnswerTo) -> None:
    (lot,) = answer_to({"area_m2": to_m2(126.0, "mu")}).matches
    english = [reason.en for reason in lot.reasons]
    assert english[0] == "126.00 mu for the ideal 120.00 mu (+5.0 %)"
    assert english[1] == (
        "mature since 2023-03-01; in hand by 2023-10-05, 240 days before it is needed"
    )
    assert english[2].startswith("power 20 MVA for 10 needed (+100.0 %); water")
    assert lot.reasons[3].zh == "行业大类38属肇庆高新区主导产业"


def test_reasons_say_what_the_park_does_not_offer(answer_to: AnswerTo) -> None:
    (lot,) = answer_to({"park_id": "JINLI", "compactness": np.nan}).matches
    english = {reason.en for reason in lot.reasons}
    assert "leading sectors of 金利高新区 not known" in english
    assert "金利高新区 is not among the preferred parks" in english
    assert "compactness not known" in english


def test_reasons_name_an_expected_day_and_a_sector_that_does_not_lead(
    answer_to: AnswerTo,
) -> None:
    parcel = {"mature_reached_on": None, "mature_expected_on": "2024-01-01"}
    (lot,) = answer_to(parcel, sector="26", needed_by=None).matches
    english = [reason.en for reason in lot.reasons]
    assert english[1] == "mature expected on 2024-01-01; in hand by 2024-01-31"
    assert "High-tech Zone does not lead in division 26" in english


def test_areas_are_written_in_the_unit_that_is_asked(
    reserve_of: ReserveOf, need: Need
) -> None:
    answer = match(need, reserve_of({}), unit=Unit.HA)
    assert answer.matches[0].reasons[0].en == "8.0000 ha, the ideal area"
    assert answer.to_table("zh")["面积（公顷）"].tolist() == pytest.approx([8.0])


def test_hand_over_comes_a_supply_lead_after_ready_ground(answer_to: AnswerTo) -> None:
    parcel = {"mature_reached_on": None, "mature_expected_on": "2024-05-02"}
    (lot,) = answer_to(parcel).matches
    assert lot.ready_on == dt.date(2024, 5, 2)
    assert lot.handover_on == dt.date(2024, 6, 1)


def test_one_day_after_the_last_day_is_not_in_time(answer_to: AnswerTo) -> None:
    parcel = {"mature_reached_on": None, "mature_expected_on": "2024-05-03"}
    assert answer_to(parcel).fit_count == 0


def test_evidence_must_hold_on_the_day_of_hand_over(answer_to: AnswerTo) -> None:
    assert answer_to({"mature_holds_until": "2023-10-05"}).fit_count == 1
    assert answer_to({"mature_holds_until": "2023-10-04"}).fit_count == 0


def test_evidence_must_hold_at_hand_over_without_a_deadline_too(
    answer_to: AnswerTo,
) -> None:
    answer = answer_to({"mature_holds_until": "2023-10-04"}, needed_by=None)
    assert answer.fit_count == 0


def test_reasons_say_until_when_the_evidence_is_valid(answer_to: AnswerTo) -> None:
    (lot,) = answer_to({"mature_holds_until": "2024-12-31"}).matches
    assert lot.reasons[1].en.startswith("mature since 2023-03-01, valid until 2024-12")
    assert lot.reasons[1].zh.startswith("2023-03-01已达到熟地（有效至2024-12-31）；")


def test_the_funnel_says_where_evidence_lapses(
    reserve_of: ReserveOf, need: Need
) -> None:
    lapsing = {"mature_holds_until": "2023-10-04"}
    never = {"mature_reached_on": None}
    assert match(need, reserve_of(lapsing)).funnel_text.en == (
        "Of 1 free parcel: 1 not mature in time (evidence lapses before hand-over), "
        "0 fit."
    )
    text = match(need, reserve_of(lapsing, never)).funnel_text
    assert "2 not mature in time (1 of them: evidence lapses before" in text.en
    assert "2宗不能按期达到熟地（其中1宗在交地前失效）" in text.zh


def test_ground_that_was_due_but_is_open_is_ready_today_at_the_earliest(
    answer_to: AnswerTo,
) -> None:
    parcel = {"mature_reached_on": None, "mature_expected_on": "2023-01-01"}
    (lot,) = answer_to(parcel).matches
    assert lot.ready_on == dt.date(2023, 9, 5)


def test_without_a_deadline_ground_must_be_expected_at_all(answer_to: AnswerTo) -> None:
    assert answer_to({"mature_reached_on": None}, needed_by=None).fit_count == 0


def test_ready_ground_is_late_for_a_deadline_before_the_lead(
    answer_to: AnswerTo,
) -> None:
    answer = answer_to({}, needed_by=dt.date(2023, 10, 1))
    assert answer.near_misses[0].shortfall == 4


def test_the_funnel_is_one_sentence(reserve_of: ReserveOf, need: Need) -> None:
    snapshot = reserve_of(
        {},
        {"area_m2": 1e3},
        {"area_m2": 1e3},
        {"area_m2": 9e5},
        {"mature_reached_on": None},
        {"power_mva": np.nan},
        {"power_mva": 1.0},
        {"area_m2": np.nan},
    )
    sentence = match(need, snapshot).funnel_text
    assert sentence.en == (
        "Of 8 free parcels: 1 without an area by the method planar, 2 too small, "
        "1 too large, 1 not mature in time, "
        "2 without the power (1 of them not known), 1 fits."
    )
    assert sentence.zh == (
        "8宗可供地块中：1宗没有按planar方法的面积，2宗面积偏小，1宗面积偏大，"
        "1宗不能按期达到熟地，2宗供电容量不足（其中1宗情况不明），1宗符合。"
    )


def test_an_empty_reserve_answers_with_nothing(
    need: Need, reserve_of: ReserveOf
) -> None:
    snapshot = reserve_of({"area_m2": np.nan})
    assert match(need, snapshot).matches == ()
    assert best(need, snapshot) == []


def test_equal_scores_are_ranked_by_identifier(
    reserve_of: ReserveOf, need: Need
) -> None:
    names = ("L9", "L10", "L1")
    snapshot = reserve_of(*({"parcel_id": name} for name in names))
    lots = match(need, snapshot).matches
    assert [lot.parcel_id for lot in lots] == ["L1", "L10", "L9"]


def test_a_need_on_another_basis_is_refused_in_both_languages(
    reserve_of: ReserveOf, need: Need
) -> None:
    other = dataclasses.replace(need, basis=Method.DECLARED)
    with pytest.raises(BasisError, match="declared") as caught:
        match(other, reserve_of({}))
    assert "planar" in caught.value.text.zh
    with pytest.raises(BasisError):
        best(other, reserve_of({}))


def test_many_needs_are_answered_each_as_if_alone(
    reserve_of: ReserveOf, need: Need
) -> None:
    other = dataclasses.replace(need, project_id="P2", power_mva=50.0)
    answers = match_all([need, other], reserve_of({}))
    assert [answer.fit_count for answer in answers] == [1, 0]


def test_the_answer_carries_its_basis_date_rules_and_fiction(
    reserve_of: ReserveOf, need: Need
) -> None:
    snapshot = reserve_of({}, fictional=True)
    answer = match(need, snapshot)
    assert answer.fictional
    assert (answer.on, answer.basis) == (dt.date(2023, 9, 5), Method.PLANAR)
    assert answer.catalogue_hash == snapshot.catalogue_hash


def test_the_answer_goes_into_json(reserve_of: ReserveOf, need: Need) -> None:
    answer = match(need, reserve_of({}, {"power_mva": 8.0}))
    read = json.loads(json.dumps(answer.to_dict("zh"), ensure_ascii=False))
    assert read["matches"][0]["park_name"] == "肇庆高新区"
    assert read["matches"][0]["handover_on"] == "2023-10-05"
    assert read["near_misses"][0]["relaxation"] == "供电+2MVA（现有8）"
    assert read["funnel"][-1]["left"] == 1


def test_tables_have_headings_in_the_language(
    reserve_of: ReserveOf, need: Need
) -> None:
    answer = match(need, reserve_of({}, {"power_mva": 8.0}))
    assert list(answer.to_table("en"))[:4] == ["Rank", "Parcel", "Park", "Area (mu)"]
    assert answer.near_table("zh")["放宽条件"].tolist() == ["供电+2MVA（现有8）"]
    assert answer.near_table("en")["Park"].tolist() == ["High-tech Zone"]


def test_tables_of_no_lots_keep_their_headings(answer_to: AnswerTo) -> None:
    assert answer_to({"area_m2": 1e3}).to_table("zh").columns[0] == "序号"


def draw_reserve(reserve_of: ReserveOf, count: int) -> Snapshot:
    """Draw a reserve that is too large to be scored at once."""
    draw = np.random.default_rng(7)
    parcels: list[dict[str, Any]] = [
        {
            "area_m2": area,
            "park_id": park,
            "mature_reached_on": None,
            "mature_expected_on": np.datetime64("2023-09-05") + wait,
            "power_mva": power,
            "price_wan_per_mu": price,
        }
        for area, park, wait, power, price in zip(
            draw.lognormal(11, 0.7, count),
            draw.choice(["GXQ", "JINLI", "SH"], count),
            draw.integers(0, 400, count),
            draw.choice([5.0, 11.0, 14.0, np.nan], count),
            draw.choice([15.0, 25.0, 40.0], count),
            strict=True,
        )
    ]
    return reserve_of(*parcels)


@pytest.fixture(scope="module")
def large_reserve(reserve_of: ReserveOf) -> Snapshot:
    return draw_reserve(reserve_of, 20_000)


@pytest.mark.parametrize("top", [0, 1, 20, 300])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"area_min_m2": 0.0, "area_max_m2": 1e9},
        {"area_ideal_m2": 72_000.0, "area_max_m2": 300_000.0},
        {"area_min_m2": 80_000.0, "needed_by": None},
        {"needed_by": dt.date(2023, 10, 6), "power_mva": None},
        {"exception_reason": "lead project", "excluded_parks": ()},
    ],
)
def test_the_bounded_search_misses_nothing(
    large_reserve: Snapshot, need: Need, asked: dict[str, Any], top: int
) -> None:
    wanted = dataclasses.replace(need, **asked)
    whole = match(wanted, large_reserve, top=top)
    ranked = [(lot.parcel_id, lot.score) for lot in whole.matches]
    assert best(wanted, large_reserve, top=top) == ranked


def leave_out(snapshot: Snapshot, key: str) -> Snapshot:
    conditions = (rule for rule in snapshot.rules.conditions if rule.key != key)
    rules = dataclasses.replace(snapshot.rules, conditions=tuple(conditions))
    return dataclasses.replace(snapshot, rules=rules)


def test_a_city_that_does_not_ask_for_time_still_sees_it_in_the_reasons(
    reserve_of: ReserveOf, need: Need
) -> None:
    late = {"mature_reached_on": None, "mature_expected_on": "2024-06-01"}
    reserve = reserve_of(late, {"mature_reached_on": None})
    lots = match(need, leave_out(reserve, "ready_in_time")).matches
    assert lots[0].reasons[1].en.endswith("30 days after it is needed")
    assert lots[1].reasons[1].en == "mature is not expected"
    assert lots[1].handover_on is None


def test_a_part_that_a_city_leaves_out_counts_nowhere(
    reserve_of: ReserveOf, need: Need, catalogues: Catalogues
) -> None:
    parts = dict(catalogues.matching.parts)
    del parts["shape"]
    rules = dataclasses.replace(catalogues.matching, parts=parts)
    city = dataclasses.replace(catalogues, matching=rules)
    (lot,) = match(need, reserve_of({"compactness": 0.1}, catalogues=city)).matches
    assert lot.score == 100


def test_any_number_of_parks_may_be_excluded(reserve_of: ReserveOf, need: Need) -> None:
    names = [f"N{number:02d}" for number in range(30)]
    snapshot = reserve_of(*({"park_id": name} for name in names))
    picky = dataclasses.replace(need, excluded_parks=tuple(names[:29]))
    assert [lot.park_id for lot in match(picky, snapshot).matches] == ["N29"]


def test_a_step_of_unknown_figures_only_says_so(answer_to: AnswerTo) -> None:
    sentence = answer_to({"steam_t_per_hour": np.nan}).funnel_text
    assert sentence.en == "Of 1 free parcel: 1 without the steam (not known), 0 fit."
    assert sentence.zh == "1宗可供地块中：1宗供热能力不足（情况不明），0宗符合。"


def test_ample_capacity_is_not_written_as_thousands_of_percent(
    answer_to: AnswerTo,
) -> None:
    (lot,) = answer_to({"power_mva": 500.0}).matches
    assert "power 500 MVA for 10 needed (over tenfold)" in lot.reasons[2].en
