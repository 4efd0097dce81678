"""From the figures of a run to a page, by a template that escapes all it is given."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ... import __version__
from ...errors import MissingDependency
from .checking import check
from .drawing import converter
from .figures import Figures
from .sections import sections_of
from .words import amount_text, count_text, day_text, in_order, shown

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["html", "require_page"]


def require_page() -> None:
    """Refuse to go on without what pages are made with, before a long run and not after it.

    Raises:
        MissingDependency: if jinja2 or vl-convert-python is not installed.
    """
    _template()
    converter()


def html(figures: Figures) -> str:
    """Return a page that shows the figures of a run: charts, and tables that add up.

    The page is whole in itself: it loads nothing, runs no script, and forbids both. The same
    figures give the same page. Long runs are summed up by wider stretches of time, so its size does
    not grow with them.

    Args:
        figures: what is shown; see `Figures`.

    Raises:
        MissingDependency: if jinja2 or vl-convert-python is not installed.
        SettlementError: ``CURRENCY_NOT_SUPPORTED`` for a currency that the books do not have;
            ``AMOUNT_TOO_LARGE`` and ``CLOCK_INVALID`` for numbers that no run leads to.
        TypeError: for anything but `Figures` of whole numbers and texts.

    >>> from khqr.settlement import Simulation
    >>> from khqr.settlement.report import figures_of
    >>> simulation = Simulation(["deva"], clock=lambda: 0, ids=str)
    >>> "<title>Nothing yet</title>" in html(figures_of(simulation, title="Nothing yet"))
    True
    """
    figures = check(figures)
    template = _template()
    return template.render(
        title=shown(figures.title),
        facts=_facts(figures),
        invariants=len(figures.invariants),
        broken=sum(row.broken > 0 for row in figures.invariants),
        sections=sections_of(figures),
        chain=shown(figures.chain),
        version=__version__,
    )


def _facts(figures: Figures) -> list[tuple[str, str]]:
    """Return what a reader wants to know first."""
    facts = [("Payments settled", count_text(sum(row.payments for row in figures.volume)))]
    for currency in in_order(row.currency for row in figures.volume):
        units = sum(row.value for row in figures.volume if row.currency == currency)
        facts.append((f"Value settled in {currency}", amount_text(units, currency)))
    if figures.refusals:
        facts.append(("Refused", count_text(sum(figures.refusals.values()))))
    if figures.volume:
        starts = [row.start for row in figures.volume]
        days = dict.fromkeys((day_text(min(starts)), day_text(max(starts))))
        facts.append(("Time", " to ".join(days)))
    return [*facts, ("Rows of the journal", count_text(figures.rows))]


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
    return environment.get_template("page.html")
