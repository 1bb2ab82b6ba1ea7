"""A version's model card in MLflow: its description, and whole among the run's artefacts."""

from collections.abc import Mapping
from pathlib import Path

from counterpoint.models.folder import sha256_json
from counterpoint.registry.store import REGISTERED_MODEL, Store

CARD = "card.md"
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


def describe(store: Store, number: str, card: str, tag: str) -> None:
    """Let the version's description be the card, and `tag` remember which: words a person wrote over it stay until the
    card itself changes."""
    store.client.update_model_version(REGISTERED_MODEL, number, description(card))
    store.client.set_model_version_tag(REGISTERED_MODEL, number, tag, digest_of(card))
