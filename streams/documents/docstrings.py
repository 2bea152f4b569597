"""The sentences that stand beneath attributes in the source: what a member of an enumeration or a setting means.

Python keeps them in the source only, so a class is read again as text; one without a sentence is not in the answer.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache


@cache
def attribute_docstrings(described: type) -> dict[str, str]:
    """Return name of an attribute -> the text beneath it, on one line, for a class and its bases' own attributes apart."""
    (tree,) = ast.parse(inspect.cleandoc("\n" + inspect.getsource(described))).body
    if not isinstance(tree, ast.ClassDef):
        raise TypeError(described)
    return dict(_described(tree))


def sentence(described: object) -> str:
    """Return the first line of a docstring, '' where there is none."""
    return (inspect.getdoc(described) or "").partition("\n")[0]


def _described(tree: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement, below in zip(tree.body, tree.body[1:], strict=False):
        match statement, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, " ".join(text.split())
