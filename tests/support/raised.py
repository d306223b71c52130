"""Read the source and say which errors it can raise: code, and the words of problem and remedy as far as they are fixed.

Works on the syntax tree: a text that is built from values becomes a template with `{}` for each value. A parameter is followed
to the calls of its function, a name to its assignments that can reach; what cannot be followed is a value, `{}`.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path

import hegui

SOURCE = Path(hegui.__file__).parent
CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
HOLE = "{}"
DEPTH = 4

Function = ast.FunctionDef | ast.AsyncFunctionDef
Binding = dict[str, tuple[ast.expr, "Scope"]]


@dataclass(frozen=True)
class Raised:
    """One way an error can come about; texts that are values alone are left out."""

    code: str
    problem: str
    remedy: str
    site: str


@dataclass
class Scope:
    """Where an expression stands: its module, the functions around it, and what their parameters are."""

    module: Module
    functions: tuple[Function, ...] = ()
    bound: Binding = field(default_factory=dict)


class Module:
    """A source file, walked once: what is asked of it later lies in tables."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text("utf-8"))
        self.constants = {name: value for node in self.tree.body for name, value in _targets(node)}
        self.name = ".".join(("hegui", *path.relative_to(SOURCE).with_suffix("").parts))
        self.imported: dict[str, str] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.classes: list[ast.ClassDef] = []
        self.texts: set[str] = set()
        self.calls: dict[str, list[tuple[ast.Call, tuple[Function, ...]]]] = defaultdict(list)
        self.assigned: dict[Function, dict[str, list[ast.expr]]] = defaultdict(lambda: defaultdict(list))
        self._walk(self.tree, ())

    def _walk(self, node: ast.AST, around: tuple[Function, ...]) -> None:
        if isinstance(node, Function):
            around = (*around, node)
        for child in ast.iter_child_nodes(node):
            self.parents[child] = node
            self._note(child, around)
            self._walk(child, around)

    def _note(self, node: ast.AST, around: tuple[Function, ...]) -> None:
        match node:
            case ast.Constant(value=str(text)):
                self.texts.add(text)
            case ast.Call():
                self.calls[_called(node)].append((node, around))
            case ast.ClassDef():
                self.classes.append(node)
            case ast.ImportFrom():
                self.imported |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
            case ast.Assign() | ast.AnnAssign() | ast.NamedExpr():
                for function, (name, value) in product(around, _targets(node)):
                    self.assigned[function][name].append(value)


def _targets(node: ast.AST) -> list[tuple[str, ast.expr]]:
    """The names that a statement gives a value."""
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) or node.value is None:
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [(target.id, node.value) for target in targets if isinstance(target, ast.Name)]


@cache
def modules() -> tuple[Module, ...]:
    """The whole source."""
    return tuple(Module(path) for path in sorted(SOURCE.rglob("*.py")))


def error_classes() -> set[str]:
    """HeguiError and every class below it."""
    found = {"HeguiError"}
    while True:
        more = {
            node.name
            for module in modules()
            for node in module.classes
            if any(isinstance(base, ast.Name) and base.id in found for base in node.bases)
        }
        if more <= found:
            return found
        found |= more


@cache
def raised() -> frozenset[Raised]:
    """Every way an error of hegui can come about."""
    found: set[Raised] = set()
    for name, module in product(sorted(error_classes()), modules()):
        for call, around in module.calls.get(name, ()):
            if not isinstance(call.func, ast.Name) or len(call.args) < 4:
                continue
            is_list = name == "FileFaults"
            site = f"{module.path.relative_to(SOURCE)}:{call.lineno}"
            for scope in scopes(Scope(module, around), call.args, DEPTH):
                texts = [resolve(argument, scope, DEPTH) for argument in (call.args[0], call.args[2], call.args[3])]
                if is_list:
                    texts[1] = {HOLE}
                found |= {Raised(code, *rest, site) for code, *rest in product(*texts) if CODE.fullmatch(code)}
    return frozenset(found)


def codes() -> set[str]:
    """Every code that stands anywhere in the source as a whole string."""
    return {text for module in modules() for text in module.texts if CODE.fullmatch(text)}


def scopes(scope: Scope, used: list[ast.expr], depth: int) -> Iterator[Scope]:
    """The scope, once for each call of the function around it whose parameters these expressions use."""
    if not scope.functions or not depth:
        yield scope
        return
    function = scope.functions[-1]
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    if not _uses(used, scope.module.assigned[function]) & set(names):
        yield scope
        return
    calls = list(_calls_of(function, scope.module))
    if not calls:
        yield scope
    for module, call, around in calls:
        positional = names[1:] if names[:1] == ["self"] else names
        given = dict(zip(positional, call.args, strict=False)) | {
            word.arg: word.value for word in call.keywords if word.arg
        }
        for outer in scopes(Scope(module, around), list(given.values()), depth - 1):
            yield Scope(scope.module, scope.functions, {name: (value, outer) for name, value in given.items()})


def resolve(node: ast.expr, scope: Scope, depth: int) -> set[str]:
    """The templates an expression can have."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=parts):
            return {"".join(found) for found in product(*(resolve(part, scope, depth) for part in parts))}
        case ast.FormattedValue(value=ast.Name() as name, conversion=-1, format_spec=None) if depth:
            found = resolve(name, scope, depth - 1)
            return found if all(HOLE not in (text, text.strip(".")) for text in found) else {HOLE}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return {a + b for a, b in product(resolve(left, scope, depth), resolve(right, scope, depth))}
        case ast.IfExp(body=one, orelse=other):
            return resolve(one, scope, depth) | resolve(other, scope, depth)
        case ast.BoolOp(values=values):
            return set().union(*(resolve(value, scope, depth) for value in values))
        case ast.Name(id=name) if depth:
            return _named(node, name, scope, depth)
        case ast.Call(func=ast.Attribute(value=text, attr="format")) if depth:
            return {re.sub(r"\{[^}]*\}", HOLE, found) for found in resolve(text, scope, depth - 1)}
        case ast.Subscript(value=ast.Name(id=name), slice=key) if name in scope.module.constants and depth:
            table = scope.module.constants[name]
            if isinstance(table, ast.Dict):
                wanted = resolve(key, scope, depth - 1)
                pairs = [
                    (resolve(one, scope, 1) if one else set(), value)
                    for one, value in zip(table.keys, table.values, strict=True)
                ]
                chosen = [value for keys, value in pairs if keys & wanted] or list(table.values)
                return set().union(*(resolve(value, scope, depth - 1) for value in chosen))
    return {HOLE}


def _calls_of(function: Function, home: Module) -> Iterator[tuple[Module, ast.Call, tuple[Function, ...]]]:
    """Calls in its own module, and of the modules that import it by its name."""
    whole = f"{home.name}.{function.name}"
    for module in modules():
        if module is home or module.imported.get(function.name) == whole:
            yield from ((module, call, around) for call, around in module.calls.get(function.name, ()))


def _named(use: ast.Name, name: str, scope: Scope, depth: int) -> set[str]:
    if name in scope.bound:
        value, outer = scope.bound[name]
        return resolve(value, outer, depth - 1)
    for function in reversed(scope.functions):
        values = _reaching(use, scope.module.assigned[function][name], scope.module)
        if values:
            return set().union(*(resolve(value, scope, depth - 1) for value in values))
    if name in scope.module.constants:
        return resolve(scope.module.constants[name], Scope(scope.module), depth - 1)
    return {HOLE}


def _reaching(use: ast.AST, values: list[ast.expr], module: Module) -> list[ast.expr]:
    """Those before the use, back to one that stands in a block around it, behind which no earlier one can be seen."""
    above = set(_ancestors(use, module))
    reaching = []
    for value in sorted(values, key=lambda value: value.lineno, reverse=True):
        if value.lineno > use.lineno:  # type: ignore[attr-defined]
            continue
        reaching.append(value)
        block = next(_ancestors(module.parents[value], module))
        if block in above and not _in_other_branch(value, use, block, module):
            break
    return reaching


def _ancestors(node: ast.AST, module: Module) -> Iterator[ast.AST]:
    while node in module.parents:
        node = module.parents[node]
        yield node


def _in_other_branch(value: ast.AST, use: ast.AST, block: ast.AST, module: Module) -> bool:
    """Whether they are in different lists of statements of the block, such as `if` and `else`."""
    fields = [name for name in ("body", "orelse", "handlers", "finalbody") if hasattr(block, name)]

    def place(node: ast.AST) -> str:
        line = {node, *_ancestors(node, module)}
        return next((name for name in fields if line & set(getattr(block, name))), "")

    return place(value) != place(use)


def _uses(nodes: list[ast.expr], assigned: dict[str, list[ast.expr]]) -> set[str]:
    """Names these expressions use, also through one assignment."""
    names = {node.id for tree in nodes for node in ast.walk(tree) if isinstance(node, ast.Name)}
    through = [value for name in names for value in assigned[name]]
    return names | {node.id for tree in through for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name
    return ""


def texts_of(callee: str, at: int) -> set[str]:
    """What argument `at` of the calls of this name can be."""
    found = set()
    for module in modules():
        for call, around in module.calls.get(callee, ()):
            if isinstance(call.func, ast.Name) and len(call.args) > at:
                for scope in scopes(Scope(module, around), call.args, DEPTH):
                    found |= resolve(call.args[at], scope, DEPTH)
    return found
