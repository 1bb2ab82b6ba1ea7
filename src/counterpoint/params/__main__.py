"""`python -m counterpoint.params`: params.yaml with changes laid over it, checked."""

import sys
from pathlib import Path

import yaml

from counterpoint.params import options, overlay, parse, read_yaml


def main() -> None:
    """`python -m counterpoint.params params.yaml changes.yaml`: print the first with the second laid over it; with
    `--options` at the end print instead a line for each change, as `dvc exp run -S` takes it.
    """
    base, changes = (read_yaml(Path(name)) for name in sys.argv[1:3])
    merged = overlay(base, changes)
    parse(merged, " + ".join(sys.argv[1:3]))
    if sys.argv[3:] == ["--options"]:
        print("\n".join(options(base, changes)))
    else:
        yaml.safe_dump(merged, sys.stdout, sort_keys=False)


if __name__ == "__main__":
    main()
