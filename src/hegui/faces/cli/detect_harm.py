"""`hegui detect train`, `detect harm` and `detect evaluate harm`: the small classifier of harm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hegui.faces.cli.render import print_json, print_table
from hegui.faces.cli.session import Session, pass_session

if TYPE_CHECKING:
    from hegui.detect.harm import HarmModel

__all__ = ["harm", "train", "try_harm"]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
rows = click.option(
    "--data",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    required=True,
    metavar="FILE",
    help="Labelled rows, JSON Lines; may be repeated (标注数据).",
)
a_model = click.option(
    "--model",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A model of your own, instead of the one that ships (模型文件).",
)


@click.command()
@rows
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where to write the model.")
@click.option("--seed", type=int, required=True, help="Any number; the same rows and seed give the same file (种子).")
@click.option("--bits", type=click.IntRange(8, 20), default=19, show_default=True, help="Buckets, as a power of two.")
@as_json
@pass_session
def train(session: Session, files: tuple[Path, ...], out: Path, seed: int, bits: int, as_json: bool) -> None:
    """Train the harm model from labelled rows; needs numpy (训练有害内容模型)."""
    from hegui.detect.harm.examples import read_examples
    from hegui.detect.harm.model import write_model
    from hegui.detect.harm.needs import need_numpy

    need_numpy()
    from hegui.detect.harm.build import train as trained

    say = (lambda _: None) if as_json else (lambda name: session.say("harm.training", label=name))
    model = trained(read_examples(files), seed, bits=bits, say=say)
    content = model.to_bytes()
    write_model(out, content)
    if as_json:
        print_json({"digest": model.digest, "bytes": len(content), "about": model.about})
    else:
        session.say("harm.trained", file=out, size=len(content), digest=model.digest)


@click.command("harm")
@click.argument("text")
@a_model
@as_json
@pass_session
def try_harm(session: Session, text: str, model: Path | None, as_json: bool) -> None:
    """Show how likely each family of harm is in TEXT (有害内容判别)."""
    from hegui.detect.harm import LABELS, HarmScorer

    used = _model(model)
    verdict = HarmScorer(used).score(text)
    if as_json:
        found = {"noticed": verdict.noticed, "blocked": verdict.blocked}
        print_json({"model": used.digest, "probabilities": verdict.probabilities, **found})
        return
    marks = {name: session.word("harm.noticed") for name in verdict.noticed}
    marks |= {name: session.word("harm.blocked") for name in verdict.blocked}
    named = [(label.name, getattr(label, session.lang)) for label in LABELS]
    print_table(_head(session, "label", "probability", "mark"), [_row(verdict, n, w, marks) for n, w in named])


def _row(verdict: Any, name: str, words: str, marks: dict[str, str]) -> list[str]:
    return [words, f"{verdict.probabilities[name]:.4f}", marks.get(name, "")]


@click.command()
@rows
@a_model
@click.option(
    "--curve", type=click.Path(dir_okay=False, path_type=Path), help="Draw the curves; needs matplotlib (PNG)."
)
@as_json
@pass_session
def harm(session: Session, files: tuple[Path, ...], model: Path | None, curve: Path | None, as_json: bool) -> None:
    """Measure the harm model on the rows kept for testing (有害内容模型评测)."""
    from hegui.detect.harm.evaluate import evaluate
    from hegui.detect.harm.examples import read_examples
    from hegui.detect.harm.plot import draw_curves

    report = evaluate(_model(model), read_examples(files))
    if curve is not None:
        draw_curves(report["curves"], curve)
    if as_json:
        print_json(report)
        return
    print_table(_head(session, "label", "rows", "harmful", "accuracy", "macro_f1", "auprc"), _figures(report["labels"]))
    shares = [[name, str(s["rows"]), _share(s["noticed"]), _share(s["blocked"])] for name, s in report["sets"].items()]
    print_table(_head(session, "set", "rows", "noticed", "blocked"), shares)
    at = [[name, *(_share(point["recall"]) for point in points)] for name, points in report["curves"].items()]
    rates = [f"{100 * point['fpr']:g} %" for point in next(iter(report["curves"].values()), [])]
    print_table([session.word("harm.column.recall_at"), *rates], at)


def _figures(labels: dict[str, dict[str, Any]]) -> list[list[str]]:
    names = ("rows", "harmful", "accuracy", "macro_f1", "auprc")
    return [[label, *(_figure(found.get(name)) for name in names)] for label, found in labels.items()]


def _figure(value: float | None) -> str:
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f} %"


def _head(session: Session, *names: str) -> list[str]:
    return [session.word(f"harm.column.{name}") for name in names]


def _model(file: Path | None) -> HarmModel:
    from hegui.detect.harm import read_model, shipped_model

    return shipped_model() if file is None else read_model(file)
