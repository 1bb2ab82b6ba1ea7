"""A real attention LSTM of a few weights, never trained: quick to write, and it generates."""

from pathlib import Path

from counterpoint.models.folder import Lineage, seal

LINEAGE = Lineage(data="da" * 32, code="c0" * 32, params="9a" * 32)


def write_model(folder: Path) -> Path:
    import numpy as np

    from counterpoint.encodings.events import END
    from counterpoint.encodings.vocabulary import Vocabulary
    from counterpoint.models.attention_lstm import network as networks

    vocabulary = Vocabulary("melody", ((), (60,), (62,), (64,), (65,), (67,)), (6, 12, 24))
    architecture = networks.Architecture(
        note_size=vocabulary.note_size,
        duration_size=vocabulary.duration_size,
        embedding=3,
        units=8,
        layers=1,
        attention="beside_state",
        note_symbols="plain",
        dropout=0.0,
    )
    network = networks.Network(architecture, vocabulary.pitch_sets)
    random = np.random.default_rng(5)  # not Keras's own beginnings: how a training starts is no matter of these tests
    for weight in network.weights:
        weight.assign(random.normal(0, 0.5, weight.shape))
    network.note_head.bias.assign(np.where(np.arange(vocabulary.note_size) == END, -2.0, 0.0))
    folder.mkdir(parents=True)
    networks.save(network, folder)
    (folder / "encoding.json").write_text(vocabulary.to_json(), encoding="utf-8")
    (folder / "params.json").write_text('{"seed": 5, "attention_lstm": {"units": 8}}\n', encoding="utf-8")
    seal(folder, "attention_lstm", "melody", LINEAGE)
    return folder
