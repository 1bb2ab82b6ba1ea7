"""From what the stages left in a project to the contents of its report and of its listening page."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from counterpoint import paths
from counterpoint.corpus.card import data_card
from counterpoint.encodings.tracks import TRACK_NAMES
from counterpoint.evaluation.catalog import METRICS
from counterpoint.evaluation.tracks import TRACKED
from counterpoint.models.card import model_card
from counterpoint.models.folder import given_track, read_manifest
from counterpoint.notes.table import read_notes
from counterpoint.render.engraving import to_svg
from counterpoint.render.mp3 import to_mp3
from counterpoint.report.contents import Definition, Generator, ReportContents, Row, Sample, Texture
from counterpoint.report.experiments import experiments

TRACKS = {texture: TRACK_NAMES[texture] for texture in TRACKED}
SHOWN_SAMPLES = 4
SHOWN_SECONDS = 30.0
TITLES = {"melody": "Melody", "chords": "Chords", "voices": "Four voices", "band": "Band"}
ABOUT = """\
Every generator wrote pieces, and each set is compared with the held-out test split, brought to the same texture and cut
to excerpts of sixteen quarters. **distance_to_real** is 0 where nothing tells the two apart, and about 1 where they
have nothing in common. Beside the generators stands music whose place anybody can tell: other real music, music by an
n-gram, real music with a share of its notes spoilt, and noise. Textures are never ranked together."""
RECIPE = (
    Definition(
        "distance_to_real",
        "Distance to real music",
        "0 to about 1",
        "The energy coefficient of inhomogeneity between the excerpts' distributions, mean over families of features "
        "(degrees, intervals, lengths, positions, harmony and others); 95 % interval from resampled pieces.",
        "Székely and Rizzo 2013, Energy statistics, section 6",
    ),
    Definition(
        "diversity",
        "Diversity",
        "times that of real music",
        "Mean distance between the pieces of a set, as a share of that between real ones; median over the families.",
    ),
    Definition(
        "copied_share",
        "Copied windows",
        "share",
        "Windows of eight successive notes that stand in the training set in any key and tempo.",
    ),
    Definition(
        "paired_tonal_distance",
        "Paired and shuffled tonal distance",
        "distance",
        "Tonal distance between a given track and its accompaniment, and between it and those of other pieces: an "
        "accompaniment that hears its track is nearer to its own.",
        "Dong et al. 2018, MuseGAN",
    ),
    Definition(
        "overlap_area",
        "Overlap area",
        "0 to 1",
        "Area under both densities: of distances within the real set, and from it to the generated one.",
        "Yang and Lerch 2020, On the evaluation of generative models in music, section 3.2",
    ),
)


def report_contents(generators: Sequence[str], textures: Sequence[str], tempo_bpm: float) -> ReportContents:
    """The report of the project in the current folder: its generators, and the reference rows of its textures.

    What has no row in a texture is left out of it, and a texture without rows of the report.
    """
    judged = {name: _read(paths.evaluation(name) / "judgements.json") for name in generators}
    tables = []
    for texture in textures:
        rows = [
            Row(row["name"], row["title"], "reference", row["judgement"])
            for row in _read(paths.reference(texture) / "rows.json")
        ]
        rows += [
            Row(name, _title(name), "generator", found[texture]) for name, found in judged.items() if texture in found
        ]
        if rows:
            tables.append(Texture(texture, TITLES[texture], tuple(rows), TRACKS.get(texture, ())))
    return ReportContents(
        title="Counterpoint: the models, judged",
        about_markdown=ABOUT,
        textures=tuple(tables),
        generators=tuple(_generator(name, tempo_bpm) for name in generators),
        data_card_markdown=data_card(_read(paths.FACTS)),
        experiments=tuple(experiments(paths.EXPERIMENTS)),
        definitions=(
            *RECIPE,
            *(Definition(of.name, of.title, of.unit, of.meaning, of.source) for of in METRICS),
        ),
    )


def written_by(generators: Sequence[str]) -> Mapping[str, Mapping[str, pd.DataFrame]]:
    """Texture → generator → what it wrote: for listening without knowing who."""
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for name in generators:
        texture = read_manifest(paths.model(name)).texture
        notes = read_notes(paths.samples(name) / "notes.parquet")
        if not notes.empty:
            found.setdefault(texture, {})[name] = notes
    return found


def _title(name: str) -> str:
    """A generator's name in tables, where one that is given a track owes part of its figures to a person."""
    return f"{name}, beside a human track" if given_track(paths.model(name)) is not None else name


def _generator(name: str, tempo_bpm: float) -> Generator:
    evaluation, failed = paths.evaluation(name), _read(paths.evaluation(name) / "guards.json")["failed"]
    likelihood = evaluation / "likelihood.csv"
    return Generator(
        name=name,
        title=name,
        failed=failed,
        likelihood=tuple(_records(likelihood)) if likelihood.is_file() else (),
        training_png=_bytes(evaluation / "training.png"),
        listen_png=_bytes(evaluation / "listen.png"),
        likelihood_png=_bytes(evaluation / "likelihood.png"),
        card_markdown=model_card(paths.model(name), _read(evaluation / "metrics.json"), failed),
        samples=tuple(_samples(name, tempo_bpm)),
    )


def _samples(name: str, tempo_bpm: float) -> list[Sample]:
    folder = paths.samples(name)
    notes = read_notes(folder / "notes.parquet")
    shown = [midi for midi in sorted(folder.glob("*.mid")) if (notes["piece"] == midi.stem).any()]
    pieces = [notes[notes["piece"] == midi.stem].reset_index(drop=True) for midi in shown[:SHOWN_SAMPLES]]
    return [
        Sample(
            midi.stem,
            midi.read_bytes(),
            to_mp3(piece, tempo_bpm=tempo_bpm, seconds=SHOWN_SECONDS),
            midi.with_suffix(".png").read_bytes(),
            to_svg(piece),
        )
        for midi, piece in zip(shown, pieces, strict=False)
    ]


def _records(table: Path) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in pd.read_csv(table).to_dict("records")]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
