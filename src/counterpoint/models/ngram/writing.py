"""Music out of an interpolated n-gram: the plainest composer there is, and so a row of every comparison."""

import numpy as np

from counterpoint.models.ngram.interpolated import Interpolated, find


def write(
    model: Interpolated, start: int, end: int, *, count: int, length: int, random: np.random.Generator
) -> list[np.ndarray]:
    """`count` sequences of at most `length` symbols, each drawn given those before it, without start and end."""
    return [_sequence(model, start, end, length, random) for _ in range(count)]


def _sequence(model: Interpolated, start: int, end: int, length: int, random: np.random.Generator) -> np.ndarray:
    past = [start]
    while len(past) <= length:
        symbol = _next(model, past, random)
        if symbol == end:
            break
        past.append(symbol)
    return np.array(past[1:], np.int64)


def _next(model: Interpolated, past: list[int], random: np.random.Generator) -> int:
    """One symbol. To interpolate is to walk down the levels: each says a symbol itself or leaves it to the next."""
    size, numbers = len(model.base), [0]
    for distance, level in enumerate(model.levels[1:], start=1):
        if len(past) < distance:
            break
        number = int(find(level.contexts, np.array([numbers[-1] * size + past[-distance]]))[0])
        if number < 0:
            break
        numbers.append(number)
    for level, number in reversed(list(zip(model.levels, numbers, strict=False))):
        first, last = np.searchsorted(level.grams, [number * size, (number + 1) * size])
        said = np.cumsum(level.gain[first:last])
        drawn = random.random()
        if drawn < said[-1]:
            return int(level.grams[first + np.searchsorted(said, drawn, side="right")] % size)
    return int(random.choice(size, p=model.base))
