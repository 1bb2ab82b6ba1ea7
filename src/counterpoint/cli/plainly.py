"""What every command shares: an error at the border is a sentence for the user, not a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer


class UsageError(ValueError):
    """A command line that cannot be followed; the message says what came, what is allowed and how to mend it."""


@contextmanager
def said_plainly() -> Iterator[None]:
    from counterpoint.models.folder import ModelFolderError
    from counterpoint.notes.midi import MidiError
    from counterpoint.params import ParamsError
    from counterpoint.registry.errors import RegistryError

    try:
        yield
    except (UsageError, RegistryError, ParamsError, ModelFolderError, MidiError, FileNotFoundError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
