import pytest

from counterpoint.registry.errors import RegistryError
from counterpoint.registry.naming import resolve
from counterpoint.registry.versions import Version


def version(number: str, generator: str, digest: str, *aliases: str) -> Version:
    return Version(
        number,
        generator,
        "melody",
        digest * 16,
        "l" * 64,
        f"{generator}-{digest}",
        {},
        f"m-{number}",
        None,
        aliases,
        "2026-01-01",
    )


THERE = [
    version("1", "attention_lstm", "abcd", "champion"),
    version("2", "musegan", "abce"),
    version("3", "attention_lstm", "0123", "challenger"),
    version("10", "musegan", "4567"),
]


@pytest.mark.parametrize(
    ("spec", "number"),
    [
        ("champion", "1"),
        ("challenger", "3"),
        ("attention_lstm", "3"),
        ("musegan", "10"),
        ("2", "2"),
        ("10", "10"),
        ("musegan@2", "2"),
        ("champion@3", "3"),
        ("champion@1", "1"),
        ("musegan-abce", "2"),
        ("abceab", "2"),
        ("0123" * 16, "3"),
    ],
)
def test_what_a_person_means(spec, number):
    assert resolve(spec, THERE).number == number


@pytest.mark.parametrize("spec", ["4", "crnn_gan", "attention_lstm@2", "champion@2", "musegan@", "abc", "", "@1"])
def test_what_is_not_there_lists_what_is(spec):
    with pytest.raises(RegistryError) as error:
        resolve(spec, THERE)
    assert repr(spec) in str(error.value)
    assert "attention_lstm-abcd  champion" in str(error.value)
    assert "10  musegan" in str(error.value)


def test_an_ambiguous_digest_is_refused():
    twice = [version("1", "x", "aaaa"), version("2", "y", "aaaa")]
    with pytest.raises(RegistryError):
        resolve("aaaaaa", twice)


def test_an_empty_registry_says_so():
    with pytest.raises(RegistryError, match="empty"):
        resolve("champion", [])
