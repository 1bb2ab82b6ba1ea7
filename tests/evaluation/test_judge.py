import json
import math

import numpy as np
import pandas as pd
import pytest

from counterpoint.evaluation.distance import distance_to_real
from counterpoint.evaluation.judge import JudgeError, failed_guards, figures, judge, prepare
from counterpoint.evaluation.textures import render
from counterpoint.notes.table import empty_notes, note_table
from tests.evaluation import bach

GUARDS = {"asked": 10, "copying_margin": 0.05, "least_diversity": 0.5}


def bench(texture="voices"):
    return prepare(bach.split("test", "voices"), bach.split("train", "voices"), texture, seed=3)


@pytest.fixture(scope="module")
def voices():
    return bench()


@pytest.fixture(scope="module")
def held_out(voices):
    return judge(bach.split("validation", "voices"), voices)


def test_a_judgement_is_json_and_repeats(voices, held_out):
    text = json.dumps(held_out, allow_nan=False)
    assert json.loads(text) == held_out
    assert judge(bach.split("validation", "voices"), voices) == held_out


def test_its_numbers_are_those_of_the_metrics(held_out):
    distance = distance_to_real(bach.split("validation", "voices"), bach.split("test", "voices"), "voices", seed=3)
    assert held_out["distance_to_real"]["value"] == pytest.approx(distance.value, rel=1e-5)
    assert held_out["distance_to_real"]["high"] == pytest.approx(distance.high, rel=1e-5)
    assert held_out["generated"] == {"pieces": 23, "excerpts": 101, "notes": len(bach.split("validation", "voices"))}
    by_name = {measure["name"]: measure for measure in held_out["measures"]}
    found = by_name["tonal_distance"]
    assert found["generated"]["low"] < found["generated"]["value"] < found["generated"]["high"]
    assert found["real"]["value"] == pytest.approx(1.57, abs=0.05)  # Bach's
    assert {row["track"] for row in held_out["tracks"]} == {0, 1, 2, 3}


def test_figures_are_flat_and_named_by_what_they_are(held_out):
    found = figures(held_out)
    assert all(value is None or isinstance(value, int | float) for value in found.values())
    assert found["distance_to_real"] == held_out["distance_to_real"]["value"]
    assert found["tonal_distance_real"] != found["tonal_distance"]
    assert found["human_copied_share"] == held_out["originality"]["human_copied_share"]["value"]
    assert found["overlap_note_length"] > 0.9
    assert found["overlap_velocity"] == 1  # all are 90
    assert found["distinct_pieces"] == 1 > held_out["diversity"]["most_shared"] == found["most_shared_tones"] > 0


def test_longer_runs_come_back_less_often_in_bach_on_either_side(held_out):
    found = held_out["repetitions"]
    assert found["labels"] == [2, 3, 4, 5, 6, 7, 8, 9]
    for side in ("generated", "real"):
        assert found[side] == sorted(found[side], reverse=True) and 0 <= found[side][-1] < found[side][0] < 1


def test_an_alto_above_its_soprano_is_judged_as_the_alto(voices, held_out):
    written = bach.split("validation", "voices")
    crossed = written.assign(pitch=written["pitch"] + np.where(written["track"] == 1, 24, 0))

    def ranges(judgement):
        return {of["track"]: of["generated"] for of in judgement["tracks"] if of["measure"] == "pitch_range"}

    as_written, (soprano, alto, tenor, bass) = judge(crossed, voices, numbered=True), ranges(held_out).values()
    assert ranges(as_written) == {0: soprano, 1: alto, 2: tenor, 3: bass}
    assert ranges(judge(crossed, voices)) == {0: alto, 1: soprano, 2: tenor, 3: bass}
    assert figures(as_written)["crossings"] > figures(held_out)["crossings"] + 50
    assert soprano != alto


def test_a_melody_is_judged_as_melody():
    melody = bench("melody")
    found = judge(bach.split("validation", "voices"), melody)
    again = judge(render(bach.split("validation", "voices"), "melody"), melody)
    assert found == again
    assert found["tracks"] == []
    assert "tonal_distance" not in figures(found)


def test_bars_that_are_empty_at_the_end_of_an_excerpt_count():
    sparse = note_table(piece="sparse", onset=[0, 384, 768, 1200], duration=[24, 48, 12, 24], pitch=[60, 62, 64, 65])
    found = figures(judge(sparse, bench("melody")))
    # Of bars 0 to 3, 4 to 7 and 8 to 11 the first sounds; the short end is no excerpt.
    assert found["empty_bars"] == pytest.approx(3 / 4)


def test_without_real_pieces_that_differ_none_has_collapsed():
    test = bach.split("test", "melody")
    one = prepare(test[test["piece"] == test["piece"].iloc[0]], None, "melody", seed=1)
    found = judge(bach.split("validation", "melody"), one)
    assert found["diversity"]["relative"] is None
    assert failed_guards(bach.split("validation", "melody"), found, one, **GUARDS) == {}


def test_held_out_music_passes_every_guard(voices, held_out):
    assert failed_guards(bach.split("validation", "voices"), held_out, voices, **GUARDS) == {}


def test_copies_fail(voices):
    training = bach.split("train", "voices")
    copies = training[training["piece"].isin(sorted(training["piece"].unique())[:10])]
    failed = failed_guards(copies, judge(copies, voices), voices, **GUARDS)
    assert list(failed) == ["copying"]
    assert "100.0%" in failed["copying"]


def test_one_piece_again_and_again_has_collapsed(voices):
    held_out = bach.split("validation", "voices")
    first = held_out[(held_out["piece"] == held_out["piece"].iloc[0]) & (held_out["onset"] < 384)]
    same = pd.concat([first.assign(piece=f"{i:03d}") for i in range(8)], ignore_index=True)
    assert list(failed_guards(same, judge(same, voices), voices, **GUARDS)) == ["collapsed"]


def test_silence_is_judged_and_fails(voices):
    found = judge(empty_notes(), voices)
    assert found["distance_to_real"]["value"] is None
    assert all(measure["generated"]["value"] is None for measure in found["measures"])
    assert list(failed_guards(empty_notes(), found, voices, **GUARDS)) == ["silent"]


def test_what_cannot_be_rendered_is_named(voices):
    two = note_table(piece="duet", track=[0, 1], onset=0, duration=24, pitch=[60, 64])
    found = judge(pd.concat([two, bach.split("validation", "voices")], ignore_index=True), voices)
    assert found["left_out"] == {"duet": "not four pitched tracks"}
    assert found["generated"]["pieces"] == 23
    with pytest.raises(JudgeError, match="none of the 1 reference pieces can be rendered as voices"):
        prepare(two, None, "voices", seed=1)


def test_without_training_music_nothing_is_said_of_copying():
    alone = prepare(bach.split("test", "melody"), None, "melody", seed=1)
    found = judge(bach.split("validation", "melody"), alone)
    assert found["originality"] is None
    assert "copied_share" not in figures(found)
    assert failed_guards(bach.split("validation", "melody"), found, alone, **GUARDS) == {}
    assert not math.isnan(found["distance_to_real"]["value"])


def test_a_model_that_is_mostly_silent_is_not_judged_by_the_rest(voices, held_out):
    notes = bach.split("validation", "voices")  # of 23 pieces
    assert failed_guards(notes, held_out, voices, **GUARDS | {"asked": 46}) == {}
    failed = failed_guards(notes, held_out, voices, **GUARDS | {"asked": 47})
    assert failed == {"silent": "23 of its 47 pieces hold notes that can be judged as voices"}


def test_one_piece_alone_is_silence(voices):
    held_out = bach.split("validation", "voices")
    one = held_out[held_out["piece"] == held_out["piece"].iloc[0]]
    assert list(failed_guards(one, judge(one, voices), voices, **GUARDS)) == ["silent"]


def test_a_measure_is_the_mean_over_excerpts_and_its_interval_draws_pieces():
    # "long" has three excerpts of range 2, "short" one of range 10; a piece alone has no interval to speak of.
    place = np.arange(12)
    notes = note_table(
        piece=["long"] * 12 + ["short"] * 4,
        onset=[*(place * 96), *(place[:4] * 96)],
        duration=96,
        pitch=[*(60 + 2 * (place % 2)), *(60 + 10 * (place[:4] % 2))],
    )
    measures = {of["name"]: of["generated"] for of in judge(notes, bench("melody"))["measures"]}
    assert measures["pitch_range"] == {"value": (3 * 2 + 10) / 4, "low": 2, "high": 10}
