"""What benchmarks of training share: works that take turns, and the machine's rate."""

import time
from collections.abc import Callable
from statistics import median

import tensorflow as tf

SIDE = 2048  # of the square matrices whose product says how fast the machine is


def product() -> Callable[[], object]:
    """One product of two square matrices, SIDE³ multiply-adds."""
    square = tf.random.stateless_normal((SIDE, SIDE), (1, 2))
    multiply = tf.function(lambda: tf.linalg.trace(tf.matmul(square, square)), autograph=False)
    return lambda: multiply().numpy()


def in_turn(works: list[Callable[[], object]], rounds: int) -> list[float]:
    """Median seconds of each, after twice to warm up; they take turns."""
    taken: list[list[float]] = [[] for _ in works]
    for number in range(rounds + 2):
        for work, seconds in zip(works, taken, strict=True):
            begun = time.perf_counter()
            work()
            if number >= 2:
                seconds.append(time.perf_counter() - begun)
    return [median(seconds) for seconds in taken]
