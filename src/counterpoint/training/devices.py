"""Where a training runs, and in which precision."""

from dataclasses import dataclass
from typing import Any

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


@dataclass(frozen=True)
class Device:
    kind: str  # GPU or CPU
    name: str  # TensorFlow's, e.g. /GPU:0
    description: str  # for people and logs


def choose() -> Device:
    """The first GPU, else the CPU. TensorFlow then places the work there by itself.

    GPU memory is taken as it is needed, so that others can use the same card.
    """
    import tensorflow as tf

    cards = tf.config.list_physical_devices("GPU")
    if not cards:
        return Device(
            "CPU", "/CPU:0", f"CPU, {tf.config.threading.get_intra_op_parallelism_threads() or 'all'} threads"
        )
    for card in cards:
        try:
            tf.config.experimental.set_memory_growth(card, True)
        except RuntimeError:
            break  # already in use by this process: then its memory policy stands
    details = tf.config.experimental.get_device_details(cards[0])
    return Device("GPU", "/GPU:0", f"GPU, {details.get('device_name', 'unnamed')}, {len(cards)} present")


def scaled(optimizer: Any, precision: str) -> Any:
    """`optimizer`, with its loss scaled against underflow where float16 needs it."""
    import keras

    if precision not in PRECISIONS:
        raise ValueError(f"precision is {precision!r}, allowed are {', '.join(PRECISIONS)}")
    return keras.optimizers.LossScaleOptimizer(optimizer) if precision == "mixed_float16" else optimizer
