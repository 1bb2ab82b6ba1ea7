"""Where every artefact lies, relative to the project's root, said once.

Stages run in the root. Whoever may stand elsewhere (the command line) asks `project_root` first.
"""

from pathlib import Path

PIPELINE = Path("dvc.yaml")
PARAMS = Path("params.yaml")
CORPUS_LISTING = Path("data/corpus.json")
RAW = Path("data/raw")
NOTES = Path("data/notes/notes.parquet")
PIECES = Path("data/notes/pieces.parquet")
MANIFEST = Path("data/notes/manifest.csv")
SPLITS = Path("data/notes/splits.json")
FACTS = Path("data/notes/facts.json")
ENCODED = Path("data/encoded")
MODELS = Path("models")
REPORTS = Path("reports")
REPORT = REPORTS / "report.html"
BLIND = REPORTS / "blind.html"
DISTANCES = REPORTS / "distances"
CHAMPION = REPORTS / "champion.json"
CHALLENGER = REPORTS / "challenger.json"
BENTO = Path("dist/bento")
EXPERIMENTS = Path("experiments")
CHECKPOINTS = Path(".checkpoints")


def vocabulary(encoding: str) -> Path:
    """What the encoding's numbers stand for: symbols of notes and durations, ranges of tones, a roll's layout."""
    return ENCODED / encoding / "vocabulary.json"


def frequencies(encoding: str) -> Path:
    """How often each of these occurs in training."""
    return ENCODED / encoding / "frequencies.csv"


def coverage(encoding: str) -> Path:
    """How much of every split the encoding can say."""
    return ENCODED / encoding / "coverage.json"


def encoded(encoding: str) -> Path:
    """Every split as arrays of the encoding."""
    return ENCODED / encoding / "encoded.npz"


def model(name: str) -> Path:
    """The trained model's folder."""
    return MODELS / name


def samples(name: str) -> Path:
    """What the trained model wrote: a note table, and the first pieces as MIDI, piano rolls, WAV."""
    return REPORTS / name / "samples"


def evaluation(name: str) -> Path:
    """The trained model's figures: metrics.json, guards.json, judgements.json, tables and pictures."""
    return REPORTS / name / "evaluation"


def reference(texture: str) -> Path:
    """What music to compare with measures in a texture."""
    return REPORTS / "reference" / texture


def project_root(start: Path | None = None) -> Path:
    """The nearest folder at or above `start` (default: here) that holds dvc.yaml.

    Raises FileNotFoundError, saying where it looked, if there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "dvc.yaml").is_file():
            return folder
    raise FileNotFoundError(f"no dvc.yaml in {here} or any folder above it: run this inside a Counterpoint project")
