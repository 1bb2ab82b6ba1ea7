"""Music by the n-gram that likes held-out music best: a row of every comparison, in the textures that are events."""

import numpy as np
import pandas as pd

from counterpoint.encodings import events
from counterpoint.encodings.events import END, START, Tokens
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.models.ngram.streams import NAMES, SMOOTHINGS, fit
from counterpoint.models.ngram.writing import write


def imitate(
    training: Tokens,
    validation: Tokens,
    vocabulary: Vocabulary,
    *,
    orders: int,
    count: int,
    length: int,
    seed: int,
) -> tuple[pd.DataFrame, str]:
    """`count` pieces of at most `length` events, named "000", "001", …, and the name of what wrote them.

    Of orders 1 to `orders` and both smoothings, the n-gram of (note, duration) pairs takes that which likes
    `validation` best. A piece ends where it draws END, or a symbol that stands for unknown ones and cannot be played.
    """
    fitted = {
        (smoothing, order): fit(training, vocabulary, order=order, smoothing=smoothing)
        for smoothing in SMOOTHINGS
        for order in range(1, orders + 1)
    }
    best = min(fitted, key=lambda key: fitted[key].nats(validation).mean())
    size = vocabulary.duration_size
    written = write(
        fitted[best].model,
        START * size + START,
        END * size + END,
        count=count,
        length=length,
        random=np.random.default_rng(seed),
    )
    played = [_playable(symbols, size) for symbols in written]
    pairs = np.concatenate(played)
    tokens = Tokens(
        tuple(f"{number:03d}" for number in range(count)),
        np.concatenate([[0], np.cumsum([len(symbols) for symbols in played], dtype=np.int64)]),
        (pairs // size).astype(np.int32),
        (pairs % size).astype(np.int32),
    )
    return events.decode(vocabulary.events(tokens)), f"{NAMES[best[0]]} n-gram of order {best[1]}"


def _playable(symbols: np.ndarray, duration_size: int) -> np.ndarray:
    known = (symbols // duration_size >= events.SPECIALS) & (symbols % duration_size >= events.SPECIALS)
    return symbols if known.all() else symbols[: int(known.argmin())]
