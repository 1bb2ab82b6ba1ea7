import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterpoint.encodings import vocabulary
from counterpoint.encodings.events import END, PAD, START, UNKNOWN, Events, Tokens
from counterpoint.encodings.pitch_sets import from_pitches, to_pitches
from counterpoint.encodings.vocabulary import Vocabulary

REST = -1  # in these tests a melody's pitches are numbers


def sets(pitches) -> list[tuple[int, ...]]:
    return [() if pitch == REST else (pitch,) for pitch in pitches]


def melody(pitches, ticks) -> Vocabulary:
    return Vocabulary("melody", tuple(sets(pitches)), tuple(ticks))


def events_of(*melodies: list[tuple[int, int]]) -> Events:
    flat = [event for melody in melodies for event in melody]
    return Events(
        tuple(f"piece {i}" for i in range(len(melodies))),
        np.cumsum([0, *map(len, melodies)]),
        from_pitches(sets(pitch for pitch, _ in flat)),
        np.array([ticks for _, ticks in flat], np.int32),
    )


MELODIES = events_of([(60, 24), (REST, 12), (64, 24)], [], [(60, 6), (60, 24)])


def test_fit_keeps_symbols_that_are_frequent_enough():
    assert vocabulary.fit("melody", MELODIES) == melody((REST, 60, 64), (6, 12, 24))
    assert vocabulary.fit("melody", MELODIES, minimum_count=2) == melody((60,), (24,))
    assert vocabulary.fit("melody", MELODIES, minimum_count=9) == melody((), ())
    assert (vocabulary.fit("melody", MELODIES).note_size, vocabulary.fit("melody", MELODIES, 2).duration_size) == (7, 5)


def test_tokens_by_hand():
    tokens = melody((REST, 60), (6, 24)).tokens(MELODIES)
    assert tokens.pieces == MELODIES.pieces
    assert tokens.offsets.tolist() == [0, 5, 7, 11]
    assert tokens.notes.tolist() == [START, 5, 4, UNKNOWN, END, START, END, START, 5, 5, END]
    assert tokens.durations.tolist() == [START, 5, UNKNOWN, 5, END, START, END, START, 4, 5, END]
    assert (tokens.offsets.dtype, tokens.notes.dtype, tokens.durations.dtype) == (np.int64, np.int32, np.int32)


melodies = st.lists(st.lists(st.tuples(st.integers(-1, 127), st.integers(1, 2**31 - 1)), max_size=8), max_size=5)


@given(melodies)
def test_known_events_come_back(content):
    original = events_of(*content)
    known = vocabulary.fit("melody", original)
    back = known.events(known.tokens(original))
    assert back.pieces == original.pieces
    for name in ("offsets", "chords", "ticks"):
        np.testing.assert_array_equal(getattr(back, name), getattr(original, name))
    assert all(not nats.any() for nats in known.spelling_nats(original))
    assert Vocabulary.from_json(known.to_json()) == known


def test_a_piece_cut_before_its_end_comes_back_too():
    cut = Tokens(
        ("a", "b"),
        np.array([0, 2, 6]),
        np.array([START, 5, START, 4, END, PAD]),
        np.array([START, 5, START, 4, END, PAD]),
    )
    back = melody((REST, 60), (6, 24)).events(cut)
    assert (
        back.offsets.tolist() == [0, 1, 2] and to_pitches(back.chords) == ((60,), ()) and back.ticks.tolist() == [24, 6]
    )


@pytest.mark.parametrize(
    ("notes", "durations", "message"),
    [
        ([START, UNKNOWN], [START, 4], r"'b', position 1: note token 3"),
        ([START, 4], [START, UNKNOWN], r"'b', position 1: duration token 3"),
        ([START, 4], [START, END], r"'b', position 1: duration token 2"),
        ([START, END], [START, 5], r"'b', position 1: note token 2"),
        ([START, 6], [START, 5], r"'b', position 1: note token 6"),
        ([-1, 5], [START, 5], r"'b', position 0: note token -1"),
    ],
)
def test_tokens_that_are_no_event_are_refused(notes, durations, message):
    tokens = Tokens(("a", "b"), np.array([0, 1, 3]), np.array([START, *notes]), np.array([START, *durations]))
    with pytest.raises(ValueError, match=message):
        melody((REST, 60), (6, 24)).events(tokens)


def test_spelling_by_hand():
    note_nats, duration_nats = melody((REST, 60), (24,)).spelling_nats(
        events_of([(60, 24), (61, 1), (REST, 7)], [(0, 8)])
    )
    np.testing.assert_allclose(note_nats, [0, math.log(127), 0, math.log(127)])
    # Elias gamma: 1 is "1", 7 is "00111", 8 is "0001000".
    np.testing.assert_allclose(duration_nats, [0, math.log(2), 5 * math.log(2), 7 * math.log(2)])


@given(
    st.sets(st.integers(-1, 127), max_size=129),
    st.sets(st.integers(1, 4096), max_size=60),
    st.floats(0.001, 0.999),
)
def test_spelled_unknowns_never_exceed_the_unknown_tokens_probability(pitches, ticks, unknown_probability):
    known = melody(sorted(pitches), sorted(ticks))
    every = events_of([(pitch, 1) for pitch in range(-1, 128)], [(60, n) for n in range(1, 8192)])
    note_nats, duration_nats = known.spelling_nats(every)
    notes = note_nats[:129][~np.isin(np.arange(-1, 128), sorted(pitches))]
    durations = duration_nats[129:][~np.isin(np.arange(1, 8192), known.ticks)]
    assert unknown_probability * np.exp(-notes).sum() <= unknown_probability * (1 + 1e-12)
    assert unknown_probability * np.exp(-durations).sum() <= unknown_probability * (1 + 1e-12)
    if len(pitches) < 129:
        assert np.exp(-notes).sum() == pytest.approx(1)  # nothing is lost either


@pytest.mark.parametrize("seed", range(5))
def test_a_smaller_vocabulary_cannot_win_on_its_own_training_events(seed):
    """The best unigram of a vocabulary, spelling included, is never better than that of a larger one."""
    random = np.random.default_rng(seed)
    line = events_of(
        list(zip(random.geometric(0.06, 400).clip(max=127).tolist(), random.geometric(0.05, 400).tolist(), strict=True))
    )

    def nats(known: Vocabulary) -> tuple[float, float]:
        tokens = known.tokens(line)
        unigrams = []
        for stream, spelling in zip((tokens.notes, tokens.durations), known.spelling_nats(line), strict=True):
            share = np.bincount(stream[1:-1]) / 400
            unigrams.append(float(-np.log(share[stream[1:-1]]).sum() + spelling.sum()))
        return unigrams[0], unigrams[1]

    costs = np.array([nats(vocabulary.fit("melody", line, minimum)) for minimum in (1, 3, 8, 20)])
    assert (np.diff(costs, axis=0) > 0).all()


def test_frequencies_count_what_is_known_and_what_is_not():
    table = vocabulary.frequencies(MELODIES, melody((REST, 60, 61), (24,)))
    assert table.to_dict("list") == {
        "stream": ["note"] * 4 + ["duration"] * 2,
        "token": [3, 4, 5, 6, 3, 4],
        "symbol": ["unknown", "rest", "60", "61", "unknown", "24"],
        "count": [1, 1, 3, 0, 2, 3],
        "share": [0.2, 0.2, 0.6, 0.0, 0.4, 0.6],
    }


def test_coverage_by_hand():
    assert vocabulary.coverage(melody((REST, 60), (24,)), MELODIES) == {
        "pieces": 3,
        "events": 5,
        "unknown_notes": 1,
        "unknown_durations": 2,
        "note_coverage": 0.8,
        "duration_coverage": 0.6,
        "event_coverage": 0.4,
    }
    assert vocabulary.coverage(melody((), ()), events_of())["event_coverage"] == 1.0


# C major, C major with a doubled octave, E minor, a lone bass note, silence.
CHORDS = Events(
    ("chorale",),
    np.array([0, 5]),
    from_pitches([(60, 64, 67), (48, 60, 64, 67), (), (43,), (59, 64, 67)]),
    np.array([24, 12, 6, 48, 24], np.int32),
)


def test_chords_are_numbered_the_rest_first_then_upwards():
    known = vocabulary.fit("chords", CHORDS)
    assert known.chords == ((), (43,), (59, 64, 67), (60, 64, 67), (48, 60, 64, 67))
    assert known.tokens(CHORDS).notes.tolist() == [START, 7, 8, 4, 5, 6, END]
    back = known.events(known.tokens(CHORDS))
    np.testing.assert_array_equal(back.chords, CHORDS.chords)
    assert Vocabulary.from_json(known.to_json()) == known
    assert vocabulary.frequencies(CHORDS, known)["symbol"].tolist()[:5] == [
        "unknown",
        "rest",
        "43",
        "59 64 67",
        "60 64 67",
    ]


def test_an_unknown_chord_says_its_size_and_which_of_the_unknown_ones_it_is():
    known = Vocabulary("chords", ((43,), (60, 64, 67)), (24,))
    note_nats, _ = known.spelling_nats(CHORDS)
    # Sizes are said as gamma codes of 3, 4 and 5 bits: rest 1 is "1", four notes 5 is "00101".
    expected = [
        0,
        5 * math.log(2) + math.log(math.comb(128, 4)),
        math.log(2),
        0,
        5 * math.log(2) + math.log(341_376 - 1),
    ]
    np.testing.assert_allclose(note_nats, expected)


@given(st.sets(st.frozensets(st.integers(0, 127), max_size=2), max_size=40))
def test_spelled_unknown_chords_never_exceed_the_unknown_tokens_probability(chords):
    known = vocabulary.fit(
        "chords", Events(("x",), np.array([0, len(chords)]), from_pitches(list(chords)), np.ones(len(chords), np.int32))
    )
    nats = known._set_nats()
    unknown = [math.comb(128, size) - sum(len(chord) == size for chord in chords) for size in range(129)]
    assert sum(count * math.exp(-cost) for count, cost in zip(unknown, nats, strict=True) if count) <= 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1", "not a vocabulary's JSON"),
        ('{"texture": "melody", "chords": [[60]]}', "not a vocabulary's JSON"),
        ('{"texture": "choir", "chords": [[60]], "ticks": [1]}', "texture is 'choir', allowed are melody, chords"),
        ('{"texture": "melody", "chords": [[128]], "ticks": [1]}', "chords holds 128"),
        ('{"texture": "melody", "chords": [[60.5]], "ticks": [1]}', "chords holds 60.5"),
        ('{"texture": "melody", "chords": [[60, 64]], "ticks": [1]}', "a melody has no chords, got"),
        ('{"texture": "chords", "chords": [[64, 60]], "ticks": [1]}', "must ascend"),
        ('{"texture": "melody", "chords": [[60]], "ticks": [0]}', "ticks holds 0"),
        ('{"texture": "melody", "chords": [[62], [60]], "ticks": [1]}', "must ascend"),
        ('{"texture": "chords", "chords": [[60, 64], [60, 64]], "ticks": [1]}', "must ascend"),
    ],
)
def test_json_that_is_no_vocabulary_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        Vocabulary.from_json(text)
