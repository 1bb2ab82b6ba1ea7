"""A version's model card in MLflow: its description, and whole among the run's artefacts."""

from collections.abc import Mapping
from pathlib import Path

from counterpoint.models.folder import sha256_json
from counterpoint.registry.store import REGISTERED_MODEL, Store

CARD = "card.md"
CARD_TAG = "card"  # digests of the card that describes a version, and of the one before
_LONGEST = 5000  # characters of a description, as MLflow's table has it: PostgreSQL refuses more, SQLite takes it
_NEAR = 500
_CUT = f"\n\n… The whole card is the run's artefact `{CARD}`."
_STAMP = "counterpoint.card"  # digest of the card that the run holds


def write_card(folder: Path, metrics: Mapping[str, float], failed: Mapping[str, str]) -> str:
    """The card of the model at `folder`, in markdown."""
    from counterpoint.models.card import model_card

    return model_card(folder, metrics, failed)


def digest_of(card: str) -> str:
    return sha256_json(card)


def description(card: str) -> str:
    """The card as a description: one that is too long is cut, after a line if one ends near, and says so."""
    if len(card) <= _LONGEST:
        return card
    room = _LONGEST - len(_CUT)
    end = card.rfind("\n", 0, room)
    return card[: end if end > room - _NEAR else room] + _CUT


def keep_with_run(store: Store, run_id: str, card: str) -> None:
    """The run's artefact card.md; nothing is sent if it is that already."""
    if store.client.get_run(run_id).data.tags.get(_STAMP) != digest_of(card):
        store.client.log_text(run_id, card, CARD)
        store.client.set_tag(run_id, _STAMP, digest_of(card))


def described_by(text: str | None, tagged: str) -> str | None:
    """Digest of a version's description `text` if it is a card, "" if there is none, None if a person wrote it.

    tagged: what `describe` noted at the version.
    """
    if not text:
        return ""
    return digest_of(text) if digest_of(text) in tagged.split() else None


def describe(store: Store, number: str, text: str, before: str) -> None:
    """Let the version's description be `text`, `description` of its card, in place of that with the digest `before`.

    Both digests are noted first: wherever this is killed, what stands there is known for a card, no person's words.
    """
    noted = f"{before} {digest_of(text)}".strip()
    store.client.set_model_version_tag(REGISTERED_MODEL, number, CARD_TAG, noted)
    store.client.update_model_version(REGISTERED_MODEL, number, text)
