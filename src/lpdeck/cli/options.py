"""`lpdeck config`: the learner's options."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lpdeck.cli import context
from lpdeck.cli.completion import complete_option

_Name = Annotated[str, typer.Argument(metavar="KEY", autocompletion=complete_option)]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    config = typer.Typer(help="Show and change options.", rich_markup_mode=None, no_args_is_help=False)
    config.callback(invoke_without_command=True)(list_options)
    config.command("set")(set_option)
    config.command("get")(get_option)
    config.command("unset")(unset_option)
    config.command("weights")(list_weights)
    app.add_typer(config, name="config")


def list_options(ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List every option with its value and meaning."""
    if ctx.invoked_subcommand is not None:
        return
    from lpdeck.cli.rendering import Painter
    from lpdeck.config import OPTIONS, Config, value_of

    now, default = context.config(), Config()
    shown = {name: option.show(value_of(now, name)) for name, option in OPTIONS.items()}
    if json:
        context.out_json(shown)
        return
    unset = [name for name in shown if name.startswith("retention.") and name.split(".")[1] not in now.retentions]
    for name in unset:
        del shown[name]
    painter = Painter(width=context.width(), colour=context.colour())
    context.out(painter.style(str(context.home().config), "dim"))
    names, values = max(map(len, shown)), max(len(_text(value)) for value in shown.values())
    for name, value in shown.items():
        changed = value_of(now, name) != value_of(default, name)
        head = f"{name.ljust(names)}  {painter.style(_text(value).ljust(values), 'bold' if changed else None)}"
        context.out(f"{head}  {painter.style(OPTIONS[name].meaning, 'dim')}".rstrip())
    if unset:
        hint = f"A principle may want a retention of its own: lpdeck config set {unset[0]} 0.95"
        context.out(painter.style(hint, "dim"))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def get_option(name: _Name, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print one option."""
    from lpdeck.config import OPTIONS, Config, value_of, with_value

    if name not in OPTIONS:
        with_value(Config(), name, "")  # says which option is the nearest
    value = OPTIONS[name].show(value_of(context.config(), name))
    if json:
        context.out_json(value)
    else:
        context.out(_text(value))


def set_option(
    name: _Name, value: Annotated[list[str], typer.Argument(metavar="VALUE...", help="Several words make a list.")]
) -> None:
    """Set one option; comments in the file stay."""
    from lpdeck.config import OPTIONS, check_keys, rewrite, value_of, with_value

    after = with_value(context.config(), name, " ".join(value))
    check_keys(after)
    shown = OPTIONS[name].show(value_of(after, name))
    context.rewrite_config(lambda text: rewrite(text, name, shown))
    context.out(f"{name} = {_text(shown)}")


def unset_option(name: _Name) -> None:
    """Give one option its default back."""
    from lpdeck.config import OPTIONS, Config, rewrite, value_of, with_value

    if name not in OPTIONS:
        with_value(Config(), name, "")
    context.rewrite_config(lambda text: rewrite(text, name, None))
    context.out(f"{name} = {_text(OPTIONS[name].show(value_of(context.config(), name)))}")


def list_weights(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the sets of FSRS weights, the one in use first."""
    from lpdeck.cli.rendering import Painter, shown
    from lpdeck.store.weights import all_sets

    context.ready_home()
    with context.index(quiet=True, writes=False) as connection:
        sets = all_sets(connection)
    if json:
        context.out_json([one._asdict() | {"in_use": one is sets[0]} for one in sets])
        return
    painter = Painter(width=context.width(), colour=context.colour())
    names = [shown(one.name).replace("\n", " ") for one in sets]
    for name, one in zip(names, sets, strict=True):
        use = painter.style(("in use" if one is sets[0] else "").ljust(6), "bold")
        about = shown(f"{one.algorithm} {one.version}, {one.made}, {one.origin}").replace("\n", " ")
        context.out(f"{name.ljust(max(map(len, names)))}  {use}  {about}")
