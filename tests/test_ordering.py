"""The proof that distance_to_real means something: on real chorales it puts music in the order any musician would."""

from functools import cache

import pytest

from counterpoint.evaluation.distance import distance_to_real
from counterpoint.evaluation.references import corrupted, shuffled_tracks, uniform_noise
from counterpoint.evaluation.textures import render
from counterpoint.models.ngram import voices
from tests.evaluation import bach

SHARES = (0.05, 0.1, 0.2, 0.4)


@cache
def written_by_ngram(seed: int):
    """In four voices, as many pieces as are held out."""
    four = [bach.split(name, "voices") for name in ("train", "validation")]
    return voices.imitate(*four, orders=2, count=23, length=128, seed=seed)[0]


def scored(texture, seed: int) -> dict[str, float]:
    training, held_out, real = (bach.split(name, texture) for name in ("train", "validation", "test"))
    rows = {"held out": held_out, "noise": uniform_noise(held_out, training, seed=seed)}
    rows |= {share: corrupted(held_out, share, training, seed=seed) for share in SHARES}
    if texture == "voices":
        rows["shuffled"] = shuffled_tracks(held_out, seed=seed)
    rows["n-gram"] = render(written_by_ngram(seed), texture)
    return {name: distance_to_real(notes, real, texture, seed=seed).value for name, notes in rows.items()}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("texture", ["melody", "voices", "chords"])
def test_held_out_music_is_nearest_and_noise_farthest(texture, seed):
    found = scored(texture, seed)
    between = [found[name] for name in ("shuffled", "n-gram") if name in found]
    assert found["held out"] < min(between)
    assert max(between) < found["noise"]
    steps = [found["held out"], *(found[share] for share in SHARES), found["noise"]]
    assert steps == sorted(steps)
    assert len(set(steps)) == len(steps)
