"""Stage `register`: the MLflow store agrees with models/, and the champion and challenger are settled and recorded."""

from pathlib import Path

from counterpoint.registry.register import register
from counterpoint.stages.stage import run


def main() -> None:
    register(Path.cwd())


if __name__ == "__main__":
    run(main)
