"""Generation: seeded, the same alone and in company, ending where it should, going on from a primer."""

import numpy as np
import pandas as pd
import pytest

from counterpoint.encodings import events
from counterpoint.encodings.events import END
from counterpoint.encodings.pitch_sets import to_pitches
from counterpoint.models import catalog
from counterpoint.models import folder as model_folder
from counterpoint.models.attention_lstm import network as networks
from counterpoint.models.attention_lstm.generator import LONGEST, AttentionLSTM, load
from counterpoint.models.attention_lstm.sampling import choose, uniforms
from counterpoint.models.folder import Lineage, ModelFolderError, NonFiniteWeights
from counterpoint.models.generator import Sampling
from counterpoint.notes.table import note_table
from tests.models.attention_lstm.small import CHORDS, VOCABULARY, network, tokens

PRIMER = note_table(piece="any", onset=[0, 24, 60], duration=[24, 12, 36], pitch=[60, 61, 67])  # 61 is unknown


@pytest.fixture(scope="module")
def generator():
    return AttentionLSTM("attention_lstm", network(), VOCABULARY)


@pytest.fixture(scope="module")
def endless():
    """A generator whose network all but never writes END."""
    net = network()
    net.note_head.bias.assign(np.where(np.arange(VOCABULARY.note_size) == END, -50.0, 0.0))
    return AttentionLSTM("attention_lstm", net, VOCABULARY)


def _piece(notes, name):
    return notes[notes["piece"] == name].reset_index(drop=True)


def test_the_same_request_gives_the_same_music_and_another_seed_other(endless):
    asked = Sampling(count=2, length=40, seed=8)
    pd.testing.assert_frame_equal(endless.generate(asked), endless.generate(asked))
    assert not endless.generate(asked).equals(endless.generate(asked.model_copy(update={"seed": 9})))


@pytest.mark.parametrize("count", [2, 5, 9, 17])
def test_a_piece_is_the_same_alone_and_among_others(endless, count):
    alone = endless.generate(Sampling(count=1, length=90, seed=4))
    among = endless.generate(Sampling(count=count, length=90, seed=4))
    assert sorted(among["piece"].unique()) == [f"{number:03d}" for number in range(count)]
    pd.testing.assert_frame_equal(_piece(among, "000"), alone)
    more = endless.generate(Sampling(count=count + 1, length=90, seed=4))
    pd.testing.assert_frame_equal(more[more["piece"] != f"{count:03d}"].reset_index(drop=True), among)


def test_a_shorter_request_is_the_beginning_of_a_longer_one(endless):
    short, long = (events.encode(endless.generate(Sampling(length=length, seed=2)), "melody") for length in (30, 60))
    sure = len(short.ticks) - 1  # a closing rest leaves no trace
    assert sure > 10
    np.testing.assert_array_equal(short.chords[:sure], long.chords[:sure])


def test_it_writes_what_the_network_says_step_by_step(generator):
    """The compiled loop against the plain network, every prefix anew."""
    asked = Sampling(count=2, length=25, temperature=0.8, duration_temperature=1.3, top_k=5, top_p=0.9, seed=21)
    got = generator.generate(asked)
    for stream in range(2):
        notes, durations, random = [1], [1], uniforms(asked.seed, stream, asked.length)
        for step in range(asked.length):
            note_logits = np.array(generator.network(_pair([*notes, 4], [*durations, 4]))[0])[0, -1]
            note_logits[[0, 1, 3] if step else [0, 1, 2, 3]] = -np.inf
            notes.append(_choose(note_logits, random[step, 0], 0.8, asked))
            if notes[-1] == END:
                break
            duration_logits = np.array(generator.network(_pair(notes, [*durations, 4]))[1])[0, -1]
            duration_logits[:4] = -np.inf
            durations.append(_choose(duration_logits, random[step, 1], 1.3, asked))
        inside = notes[1:-1] if notes[-1] == END else notes[1:]
        wanted = [
            (VOCABULARY.chords[n - 4], VOCABULARY.ticks[d - 4]) for n, d in zip(inside, durations[1:], strict=True)
        ]
        table = _piece(got, f"{stream:03d}")
        assert [(p[0], t) for p, t in wanted if p] == list(zip(table["pitch"], table["duration"], strict=True))


def _pair(notes, durations):
    return np.array([notes], np.int32), np.array([durations], np.int32)


def _choose(logits, uniform, temperature, asked):
    arguments = np.float32(temperature), np.int32(asked.top_k), np.float32(asked.top_p)
    return int(choose(logits[None], np.array([uniform]), *arguments)[0])


def test_pieces_end_by_themselves_and_never_at_once(generator):
    notes = generator.generate(Sampling(count=64, length=400, seed=3))
    lengths = notes.groupby("piece").size()
    assert lengths.max() < 380 and lengths.nunique() > 5  # they stopped before the limit, each in its own place
    assert {(pitch,) for pitch in notes["pitch"]} <= set(VOCABULARY.chords) and set(notes["duration"]) <= set(
        VOCABULARY.ticks
    )


def test_greedy_needs_no_luck(endless):
    greedy = endless.generate(Sampling(count=2, length=30, temperature=0, seed=1))
    again = endless.generate(Sampling(count=1, length=30, temperature=0, duration_temperature=0, seed=2))
    pd.testing.assert_frame_equal(_piece(greedy, "000"), again)
    assert _piece(greedy, "001").drop(columns="piece").equals(again.drop(columns="piece"))


def test_every_piece_begins_with_the_primer_and_goes_on_from_it(endless):
    asked = Sampling(count=3, length=30, seed=6)
    notes = endless.continue_from(PRIMER, asked)
    for name, piece in notes.groupby("piece"):
        pd.testing.assert_frame_equal(piece[:3].reset_index(drop=True), note_table(**(dict(PRIMER) | {"piece": name})))
        assert len(events.encode(piece, "melody").ticks) <= 30
        assert len(piece) > 10
    other = endless.continue_from(PRIMER.assign(pitch=[60, 62, 67]), asked)
    assert not np.array_equal(notes["pitch"][4:], other["pitch"][4:])


def test_unfit_primers_are_refused(endless):
    with pytest.raises(ValueError, match="has 4 events and length allows 4"):
        endless.continue_from(PRIMER, Sampling(length=4))
    with pytest.raises(ValueError, match="one piece, got 2"):
        endless.continue_from(PRIMER.assign(piece=["a", "a", "b"]), Sampling())
    with pytest.raises(ValueError, match="tick 24"):
        endless.continue_from(PRIMER.assign(duration=[30, 12, 36]), Sampling())


def test_fields_of_other_generators_are_refused(generator):
    with pytest.raises(ValueError, match="attention_lstm does not obey bars, noise_scale"):
        generator.generate(Sampling(bars=2, noise_scale=0.5))


def test_likelihood_gives_the_joint_of_both_streams(generator):
    nats, (note_correct, duration_correct) = generator.likelihood(tokens())
    np.testing.assert_allclose(nats.joint, nats.note + nats.duration)
    assert len(nats.joint) == len(note_correct) == len(duration_correct) == 9 + 3 + 14 + 3


def _write(folder, net, *, generator="attention_lstm", vocabulary=VOCABULARY):
    folder.mkdir()
    networks.save(net, folder)
    (folder / "encoding.json").write_text(vocabulary.to_json(), encoding="utf-8")
    return model_folder.seal(folder, generator, vocabulary.texture, Lineage("d", "c", "p"))


def test_loaded_from_its_folder_it_writes_the_same(tmp_path, endless):
    _write(tmp_path / "model", endless.network)
    loaded, asked = catalog.load(tmp_path / "model"), Sampling(count=2, length=50, seed=12)
    assert (loaded.name, loaded.texture) == ("attention_lstm", "melody")
    pd.testing.assert_frame_equal(loaded.generate(asked), endless.generate(asked))


def test_damaged_folders_are_refused(tmp_path):
    net = network()
    _write(tmp_path / "flipped", net)
    weights = tmp_path / "flipped" / "model.weights.h5"
    content = bytearray(weights.read_bytes())
    content[-100] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelFolderError, match=r"model\.weights\.h5 is not what was trained"):
        load(tmp_path / "flipped")

    _write(tmp_path / "other", net, generator="crnn")
    with pytest.raises(ModelFolderError, match="'crnn'; known are attention_lstm"):
        catalog.load(tmp_path / "other")

    net.score.bias.assign([np.nan])
    _write(tmp_path / "nan", net)
    with pytest.raises(NonFiniteWeights, match=r"score/bias are not all finite"):
        load(tmp_path / "nan")


def test_files_of_two_models_are_refused(tmp_path):
    _write(tmp_path / "model", network())
    (tmp_path / "model" / "encoding.json").write_text(
        '{"texture": "melody", "chords": [[60]], "ticks": [12, 24, 36]}', encoding="utf-8"
    )
    model_folder.seal(tmp_path / "model", "attention_lstm", "melody", Lineage("d", "c", "p"))
    with pytest.raises(ModelFolderError, match="not of one model"):
        load(tmp_path / "model")


def test_the_compiled_loop_holds_the_longest_melody_that_may_be_asked_for():
    with pytest.raises(ValueError, match=f"less than or equal to {LONGEST}"):
        Sampling(length=LONGEST + 1)


@pytest.fixture(scope="module")
def choir():
    """A generator of chords, composed of their pitches, that all but never ends."""
    net = network(vocabulary=CHORDS)
    net.note_head.bias.assign(np.where(np.arange(CHORDS.note_size) == END, -50.0, 0.0))
    return AttentionLSTM("attention_lstm_chords", net, CHORDS)


def test_chords_are_written_as_melodies_are(choir, tmp_path):
    asked = Sampling(count=3, length=40, seed=2)
    notes = choir.generate(asked)
    written = events.encode(notes, "chords")
    assert written.pieces == ("000", "001", "002")
    assert set(to_pitches(written.chords)) <= set(CHORDS.chords) and set(map(len, to_pitches(written.chords))) > {1, 3}
    assert notes.groupby(["piece", "onset"]).size().max() == 3
    pd.testing.assert_frame_equal(_piece(notes, "000"), choir.generate(Sampling(count=1, length=40, seed=2)))
    _write(tmp_path / "model", choir.network, generator=choir.name, vocabulary=CHORDS)
    loaded = catalog.load(tmp_path / "model")
    assert (loaded.name, loaded.texture) == ("attention_lstm_chords", "chords")
    pd.testing.assert_frame_equal(loaded.generate(asked), notes)


def test_chords_go_on_from_all_voices_of_a_primer(choir):
    primer = note_table(
        piece="any", onset=[0, 0, 12, 24, 24], duration=[24, 12, 12, 12, 36], pitch=[64, 48, 50, 67, 47]
    )
    notes = choir.continue_from(primer, Sampling(count=2, length=30, seed=6))
    for piece in ("000", "001"):
        begun = events.encode(_piece(notes, piece), "chords")
        assert to_pitches(begun.chords[:3]) == ((48, 64), (50, 64), (47, 67))
        assert begun.ticks[:3].tolist() == [12, 12, 12] and len(begun.ticks) > 10
    with pytest.raises(ValueError, match="has 4 events and length allows 4"):
        choir.continue_from(primer, Sampling(length=4))
