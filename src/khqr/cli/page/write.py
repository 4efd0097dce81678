"""From an explained code to the text of a page, by a template that escapes all it is given."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ... import __version__
from ...errors import MissingDependency
from ..explain import Explained, explained
from ..printable import printable
from .families import FAMILIES
from .nodes import nodes_of, walk
from .pieces import pieces

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["html", "page_of"]


def html(payload: str | bytes, *, profile: str = "auto") -> str:
    """Return a page that explains any text as a code.

    The page is whole in itself: it loads nothing, runs no script, and forbids both. Whatever the
    text is, it is shown as text.

    Args:
        payload: the text of a code, or its UTF-8 bytes; any content is explained.
        profile: the rules to judge by, as for `khqr.check`.

    Raises:
        MissingDependency: if jinja2 is not installed.
        KhqrError: for an unknown profile.

    >>> "<title>Payment code explained</title>" in html("000201")
    True
    """
    return page_of(explained(payload, profile=profile))


def page_of(said: Explained) -> str:
    """Return the page of a code that was explained already."""
    roots = nodes_of(said)
    listed = walk(roots)
    used = {node.family for node in listed}
    owners = {id(finding): node for node in listed for finding in node.findings}
    return _template().render(
        said=said,
        roots=roots,
        nodes=listed,
        families=[family for family in FAMILIES if family in used],
        owners=owners,
        version=__version__,
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ModuleNotFoundError:
        raise MissingDependency("jinja2", needed_for="the page", extra="cli") from None
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(id=id, pieces=pieces)
    environment.filters["printable"] = printable
    return environment.get_template("page.html")
