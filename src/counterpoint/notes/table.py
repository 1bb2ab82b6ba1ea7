"""The note table and the piece table: the one currency between corpus, encodings, models and evaluation.

Times are whole ticks, `TICKS_PER_QUARTER` to a quarter note, so that sixteenths, thirty-seconds and triplets all fall
on the grid. A note table has one row a note, sorted by piece, track, onset, pitch, duration, in a fixed order of
columns and dtypes, so that equal music is an equal file.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

TICKS_PER_QUARTER = 24

NOTE_SCHEMA = pa.schema(
    [
        ("piece", pa.string()),  # the piece's identifier: a source path, or a sample's number
        ("track", pa.int16()),
        ("program", pa.int16()),  # General MIDI program, 0 to 127
        ("is_drum", pa.bool_()),
        ("onset", pa.int32()),  # ticks
        ("duration", pa.int32()),  # ticks, at least 1
        ("pitch", pa.int16()),  # MIDI number, 0 to 127
        ("velocity", pa.int16()),  # 1 to 127
    ]
)

PIECE_SCHEMA = pa.schema(
    [
        ("piece", pa.string()),
        ("source", pa.string()),  # path below the corpus folder
        ("sha256", pa.string()),  # of the source file's bytes
        ("track_names", pa.list_(pa.string())),  # in track order
        (
            "time_signatures",
            pa.list_(pa.struct([("tick", pa.int32()), ("numerator", pa.int16()), ("denominator", pa.int16())])),
        ),
        ("key_signatures", pa.list_(pa.struct([("tick", pa.int32()), ("fifths", pa.int16()), ("minor", pa.bool_())]))),
        ("tempo_bpm", pa.float64()),  # the first tempo, in quarter notes a minute
        ("group", pa.string()),  # near-duplicates share one
        ("split", pa.string()),  # train, validation or test
    ]
)

SORT_KEYS = ["piece", "track", "onset", "pitch", "duration"]
NOTE_DTYPES = {
    field.name: (object if field.type == pa.string() else field.type.to_pandas_dtype()) for field in NOTE_SCHEMA
}


def note_table(**columns) -> pd.DataFrame:
    """A sorted, validated note table from columns; scalars are repeated.

    Defaults: track 0, program 0, is_drum False, velocity 90. Raises ValueError for missing columns and bad values.
    """
    filled = {"track": 0, "program": 0, "is_drum": False, "velocity": 90} | columns
    missing = [name for name in NOTE_SCHEMA.names if name not in filled]
    if missing:
        raise ValueError(f"a note table needs the columns {missing}")
    frame = pd.DataFrame({name: filled[name] for name in NOTE_SCHEMA.names})
    return validate(frame.sort_values(SORT_KEYS, kind="stable", ignore_index=True))


def empty_notes() -> pd.DataFrame:
    """A note table without a note."""
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in NOTE_DTYPES.items()})


def validate(notes: pd.DataFrame) -> pd.DataFrame:
    """`notes` with the schema's dtypes, or a ValueError that names the column and the first offending value."""
    if list(notes.columns) != NOTE_SCHEMA.names:
        raise ValueError(f"note table columns are {list(notes.columns)}, expected {NOTE_SCHEMA.names}")
    limits = {
        "track": (0, 32767),
        "program": (0, 127),
        "onset": (0, 2**31 - 1),
        "duration": (1, 2**31 - 1),
        "pitch": (0, 127),
        "velocity": (1, 127),
    }
    for column, (low, high) in limits.items():
        values = np.asarray(notes[column])
        wrong = np.flatnonzero((values < low) | (values > high))
        if wrong.size:
            raise ValueError(f"note table: {column} is {values[wrong[0]]} in row {wrong[0]}, allowed {low} to {high}")
    return notes.astype(NOTE_DTYPES)


def write_table(frame: pd.DataFrame, schema: pa.Schema, path: Path) -> None:
    """Write `frame` as Parquet: the same rows are the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        pa.Table.from_pandas(frame, schema=schema, preserve_index=False).replace_schema_metadata(None),
        path,
        compression="zstd",
    )


def read_notes(path: Path) -> pd.DataFrame:
    """The note table at `path`."""
    return validate(pq.read_table(path, schema=NOTE_SCHEMA).to_pandas())


def read_pieces(path: Path) -> pd.DataFrame:
    """The piece table at `path`, one row a piece, sorted by piece."""
    return pq.read_table(path, schema=PIECE_SCHEMA).to_pandas()
