"""A small project as the stages leave it, made with the functions they use, and what the report takes from it."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from counterpoint import paths
from counterpoint.corpus.facts import corpus_facts
from counterpoint.corpus.splits import summary
from counterpoint.evaluation.catalog import METRICS
from counterpoint.evaluation.judge import figures, judge, prepare
from counterpoint.evaluation.learning import draw_history
from counterpoint.evaluation.references import corrupted, uniform_noise
from counterpoint.evaluation.textures import Texture, render
from counterpoint.models.folder import Lineage, seal
from counterpoint.notes.midi import write_midi
from counterpoint.notes.table import NOTE_SCHEMA, empty_notes, read_notes, read_pieces, write_table
from counterpoint.render.pianoroll import draw
from counterpoint.report.contents import ReportContents
from counterpoint.report.gather import SHOWN_SAMPLES, report_contents, written_by
from counterpoint.report.page import write_report

BACH = Path(__file__).parents[1] / "data" / "bach"
COUNTS = {"train": 6, "validation": 3, "test": 4}
LSTM, CHORDS, MUTE = "attention_lstm", "attention_lstm_chords", "mute"
COLLAPSED = {"collapsed": "its pieces differ 0.12 times as much as real ones do, 0.50 is the least"}


def music() -> dict[str, pd.DataFrame]:
    pieces, notes = read_pieces(BACH / "pieces.parquet"), read_notes(BACH / "notes.parquet")
    chosen = {split: pieces.loc[pieces["split"] == split, "piece"].head(count) for split, count in COUNTS.items()}
    return {split: notes[notes["piece"].isin(names)].reset_index(drop=True) for split, names in chosen.items()}


def write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def write_facts(splits: dict[str, pd.DataFrame]) -> None:
    notes = pd.concat(splits.values(), ignore_index=True)
    every = read_pieces(BACH / "pieces.parquet")
    pieces = every[every["piece"].isin(notes["piece"])].reset_index(drop=True)
    manifest = pd.DataFrame({"source": pieces["source"], "status": "ok", "reason": ""})
    listing = {"source": {"kind": "directory", "path": "midi"}}
    split = summary(notes, pieces, 0.2, 0.3)
    write_json(paths.FACTS, corpus_facts(listing, notes=notes, pieces=pieces, manifest=manifest, splits=split))


def write_references(texture: Texture, splits: dict[str, pd.DataFrame]) -> None:
    held_out, training = (render(splits[split], texture) for split in ("validation", "train"))
    bench = prepare(splits["test"], splits["train"], texture, seed=3)
    sets = {
        "held_out": ("held-out music", held_out),
        "corrupted_40": ("held-out music, 40% spoilt", corrupted(held_out, 0.4, training, seed=3)),
        "noise": ("uniform noise", uniform_noise(held_out, training, seed=3)),
    }
    rows = [{"name": name, "title": title, "judgement": judge(of, bench)} for name, (title, of) in sets.items()]
    write_json(paths.reference(texture) / "rows.json", rows)


def write_generator(
    name: str,
    own: Texture,
    written: pd.DataFrame,
    splits: dict[str, pd.DataFrame],
    failed: dict[str, str],
    resting: str | None = None,
) -> None:
    """resting: a piece that was written, and holds nothing but rests."""
    folder, samples, evaluation = paths.model(name), paths.samples(name), paths.evaluation(name)
    folder.mkdir(parents=True)
    history = {"epoch": [1, 2], "train_joint": [4.5, 3.5], "validation_joint": [4.25, 3.75]}
    history |= {"train_note": [3.0, 2.5], "validation_note": [2.75, 2.6]}
    history |= {"train_duration": [1.5, 1.0], "validation_duration": [1.5, 1.15]}
    pd.DataFrame(history).to_csv(folder / "history.csv", index=False)
    seal(folder, name, own, Lineage(data="da" * 32, code="c0" * 32, params="9a" * 32))
    write_table(written, NOTE_SCHEMA, samples / "notes.parquet")
    for piece in sorted({*written["piece"], *([resting] if resting else [])}):
        of = written[written["piece"] == piece]
        (samples / f"{piece}.mid").write_bytes(write_midi(of, tempo_bpm=80))
        draw(of, samples / f"{piece}.png", title=piece)
    textures: list[Texture] = [own] if own == "melody" else [own, "melody"]
    benches = {of: prepare(splits["test"], splits["train"], of, seed=3) for of in textures}
    judgements = {of: judge(written, bench) for of, bench in benches.items()}
    write_json(evaluation / "judgements.json", judgements)
    write_json(evaluation / "metrics.json", {k: v for k, v in figures(judgements[own]).items() if v is not None})
    write_json(evaluation / "guards.json", {"failed": failed})


def numbered(notes: pd.DataFrame, pieces: int) -> pd.DataFrame:
    """The first pieces under the names that a generator gives, from "001" on."""
    names = {piece: f"{place + 1:03d}" for place, piece in enumerate(sorted(notes["piece"].unique())[:pieces])}
    return notes[notes["piece"].isin(names)].assign(piece=lambda of: of["piece"].map(names)).reset_index(drop=True)


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory) -> Iterator[None]:
    """All of this file's tests stand in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("project"))
        splits = music()
        write_facts(splits)
        for texture in ("melody", "chords"):
            write_references(texture, splits)
        write_json(paths.reference("voices") / "rows.json", [])
        write = partial(write_generator, splits=splits)
        write(LSTM, "melody", numbered(render(splits["train"], "melody"), 6), failed={}, resting="000")
        write(CHORDS, "chords", numbered(render(splits["validation"], "chords"), 2), failed=COLLAPSED)
        write(MUTE, "melody", empty_notes(), failed={"silent": "0 of its pieces"}, resting="000")
        draw_history(
            pd.read_csv(paths.model(LSTM) / "history.csv"), paths.evaluation(LSTM) / "training.png", title=LSTM
        )
        (paths.evaluation(LSTM) / "listen.png").write_bytes(b"\x89PNG of what was heard")
        table = pd.DataFrame({"model": [LSTM, "2-gram"], "joint_nll": [2.5, 3.25]})
        table.to_csv(paths.evaluation(LSTM) / "likelihood.csv", index=False)
        yield


@pytest.fixture(scope="module")
def contents(project) -> ReportContents:
    return report_contents([LSTM, CHORDS, MUTE], ["melody", "chords", "voices"], 80)


def test_rows_are_the_references_and_the_generators_of_each_texture(contents) -> None:
    rows = {texture.name: [(row.kind, row.name) for row in texture.rows] for texture in contents.textures}
    references = [("reference", name) for name in ("held_out", "corrupted_40", "noise")]
    models = [("generator", name) for name in (LSTM, CHORDS, MUTE)]
    assert rows == {"melody": [*references, *models], "chords": [*references, models[1]]}  # voices has none
    assert [texture.title for texture in contents.textures] == ["Melody", "Chords"]


def test_numbers_are_those_that_were_written(contents) -> None:
    for texture in contents.textures:
        for row in texture.rows:
            assert row.judgement["texture"] == texture.name
            if row.kind == "generator":
                found = json.loads((paths.evaluation(row.name) / "judgements.json").read_text(encoding="utf-8"))
                assert row.judgement == found[texture.name]
    melody = {row.name: row.judgement["distance_to_real"]["value"] for row in contents.textures[0].rows}
    assert melody["held_out"] < melody["noise"] and melody[MUTE] is None


def test_a_generator_brings_what_there_is_of_it(contents) -> None:
    lstm, chords, mute = contents.generators
    assert [dict(row) for row in lstm.likelihood] == [
        {"model": LSTM, "joint_nll": 2.5},
        {"model": "2-gram", "joint_nll": 3.25},
    ]
    assert chords.likelihood == mute.likelihood == ()
    assert lstm.training_png == (paths.evaluation(LSTM) / "training.png").read_bytes()
    assert chords.training_png is None and lstm.likelihood_png is None
    assert lstm.listen_png == (paths.evaluation(LSTM) / "listen.png").read_bytes() and chords.listen_png is None
    assert (lstm.failed, chords.failed) == ({}, COLLAPSED)
    assert "differ 0.12 times" in chords.card_markdown and "Failed guards" not in lstm.card_markdown
    distance = json.loads((paths.evaluation(LSTM) / "metrics.json").read_text(encoding="utf-8"))["distance_to_real"]
    assert f"{distance:.3f}" in lstm.card_markdown


def test_the_first_samples_with_notes_are_to_be_seen_and_heard(contents) -> None:
    lstm, chords, mute = contents.generators
    assert [sample.name for sample in lstm.samples] == ["001", "002", "003", "004"]  # 000 is nothing but rests
    assert len(lstm.samples) == SHOWN_SAMPLES and len(chords.samples) == 2 and mute.samples == ()
    for sample in lstm.samples:
        assert sample.midi == (paths.samples(LSTM) / f"{sample.name}.mid").read_bytes()
        assert sample.roll_png == (paths.samples(LSTM) / f"{sample.name}.png").read_bytes()
        assert sample.score_svg.startswith("<svg") and len(sample.mp3) > 1000
    assert len({sample.score_svg for sample in lstm.samples}) == SHOWN_SAMPLES


def test_the_corpus_and_every_metric_are_explained(contents) -> None:
    assert "A folder of the user's own MIDI files." in contents.data_card_markdown
    assert "| train | 6 |" in contents.data_card_markdown
    names = [definition.name for definition in contents.definitions]
    assert names[0] == "distance_to_real" and {metric.name for metric in METRICS} < set(names)
    assert len(set(names)) == len(names)


def test_the_page_of_it_names_everyone(contents, tmp_path) -> None:
    write_report(contents, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    for word in (LSTM, CHORDS, MUTE, "held-out music, 40% spoilt", COLLAPSED["collapsed"]):
        assert word in text
    assert "Four voices" not in text


def test_what_was_written_is_by_texture_and_who_wrote_nothing_is_not_there() -> None:
    found = written_by([LSTM, CHORDS, MUTE])
    assert {texture: sorted(names) for texture, names in found.items()} == {"melody": [LSTM], "chords": [CHORDS]}
    pd.testing.assert_frame_equal(found["chords"][CHORDS], read_notes(paths.samples(CHORDS) / "notes.parquet"))
