"""What a model says it was made from is all that made it: dvc.yaml lists every module that a stage imports."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from counterpoint.models import catalog
from counterpoint.params import read_yaml
from counterpoint.paths import PIPELINE
from counterpoint.stages.stage import source_of

SOURCE = Path("src")
STAGE = "counterpoint.stages.train"
# register always runs, and package makes what the registry's champion says.
OTHERS = ("corpus", "ingest", "vocabulary", "tensorise", "sample", "evaluate", "reference", "report")
LOADING = ("sample", "evaluate")  # these load generators
UNCALLED = {"sample": {"counterpoint.evaluation.likelihood"}}  # only scoring music imports it
# Module, or room → why an edit of it cannot change what training writes.
LEFT_OUT = {
    "counterpoint.params": "checks the values that the stage lists as params",
    "counterpoint.paths": "names the files that the stage lists as deps and outs",
    "counterpoint.registry": "only watches training, and goes on without its store",
    "counterpoint.stages.stage": "how any stage is run, and how its error is said",
}


@cache
def file_of(module: str) -> Path | None:
    path = SOURCE / module.replace(".", "/")
    return next((found for found in (path.with_suffix(".py"), path / "__init__.py") if found.is_file()), None)


@cache
def read(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Everything below `node` that may run: inside functions too, but not what only type checkers read."""
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from statements(child)


@cache
def imported(tree: ast.Module) -> set[str]:
    """The modules of this project that a module imports, packages above them among them."""
    named = set()
    for node in statements(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    parts = (module.split(".") for module in named)
    above = {".".join(of[:length]) for of in parts for length in range(1, len(of) + 1)}
    return {module for module in above if module.startswith("counterpoint") and file_of(module)}


def is_left_out(module: str) -> bool:
    return any(module == out or module.startswith(f"{out}.") for out in LEFT_OUT)


@cache
def read_by_training(name: str) -> set[str]:
    """Every module that training `name` may import."""
    return reached({STAGE, catalog.GENERATORS[name].training})


def read_by(stage: str) -> set[str]:
    """Every module that another stage may import, for whichever generator."""
    loading = {entry.loading for entry in catalog.GENERATORS.values()} if stage in LOADING else set()
    return reached({f"counterpoint.stages.{stage}"} | loading)


def reached(starts: set[str]) -> set[str]:
    """These modules and all that they may import, now or later, as far as those that are left out."""
    found, waiting = set(), set(starts)
    while waiting:
        module = waiting.pop()
        found.add(module)
        file = file_of(module)
        assert file is not None
        waiting |= {of for of in imported(read(file)) if not is_left_out(of)} - found
    return found


def says_something(module: str) -> bool:
    """Whether there is more in it than its docstring and constants for people, as in a package's __init__.py."""
    file = file_of(module)
    assert file is not None
    return any(not isinstance(node, ast.Expr) for node in read(file).body) and module != "counterpoint"


def covers(source: Path, module: str) -> bool:
    file = file_of(module)
    assert file is not None
    return source in (file, *file.parents)


@pytest.mark.parametrize("stage", OTHERS)
def test_other_stages_list_every_module_that_they_import_and_no_other(stage):
    described = read_yaml(PIPELINE)["stages"][stage]
    listed = [Path(dep) for dep in described.get("do", described)["deps"] if dep.startswith("src/")]
    modules = {module for module in read_by(stage) - UNCALLED.get(stage, set()) if says_something(module)}
    assert [module for module in sorted(modules) if not any(covers(source, module) for source in listed)] == []
    assert [source for source in listed if not any(covers(source, module) for module in modules)] == []


@pytest.mark.parametrize("name", catalog.GENERATORS)
def test_every_module_that_training_imports_is_in_its_lineage(name):
    listed = source_of("train", name)
    modules = {module for module in read_by_training(name) if says_something(module)}
    assert [module for module in sorted(modules) if not any(covers(source, module) for source in listed)] == []


def test_no_source_is_listed_that_no_training_imports():
    modules = set().union(*map(read_by_training, catalog.GENERATORS))
    listed = {source for name in catalog.GENERATORS for source in source_of("train", name)}
    assert [source for source in sorted(listed) if not any(covers(source, module) for module in modules)] == []


def test_what_is_left_out_is_imported_and_nothing_of_it_is_listed():
    direct = {STAGE} | {module for name in catalog.GENERATORS for module in read_by_training(name)}
    edges = set().union(*(imported(read(file)) for module in direct if (file := file_of(module))))
    assert [out for out in LEFT_OUT if not any(edge == out or edge.startswith(f"{out}.") for edge in edges)] == []
    listed = {source for name in catalog.GENERATORS for source in source_of("train", name)}
    assert [out for out in LEFT_OUT if any(covers(source, out) for source in listed)] == []


def test_imports_inside_functions_count_and_those_for_types_alone_do_not():
    tree = ast.parse(
        "from typing import TYPE_CHECKING\n"
        "import counterpoint.notes.table\n"
        "if TYPE_CHECKING:\n    from counterpoint.notes import lines\n"
        "def f():\n    if f:\n        from counterpoint.evaluation.distance import distance_to_real\n"
    )
    assert {module for module in imported(tree) if module.count(".") == 2} == {
        "counterpoint.notes.table",
        "counterpoint.evaluation.distance",
    }
