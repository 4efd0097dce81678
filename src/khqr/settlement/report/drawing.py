"""From the specification of a chart to static SVG that stands in a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

from ...errors import KhqrError, MissingDependency, quote
from .charts import Spec

__all__ = ["converter", "drawn"]

_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset({"svg", "g", "path", "line", "rect", "text", "tspan"})
_ATTRIBUTES = re.compile(
    r"width|height|viewBox|transform|d|x|x[12]|y|y[12]|dx|dy|opacity|display|(?:fill|stroke|font)"
    r"(?:-[a-z]+)?|text-anchor"
)
_DROPPED = re.compile(r"class|version|role|pointer-events|font-family|aria-.*")
"""Classes and fonts are the page's; the picture is described as a whole."""


def drawn(spec: Spec, label: str) -> str:
    """Return a chart as the markup of one ``svg`` element that loads nothing and runs nothing.

    What the drawing library gives is taken apart and written again: only shapes and texts come
    through, without identifiers, links, styles or scripts.

    Args:
        spec: a specification of Vega-Lite with its data in it.
        label: what the picture shows, for whoever does not see it.

    Raises:
        MissingDependency: if vl-convert-python is not installed.
        KhqrError: if it gives anything but shapes and texts.
    """
    made = converter()(json.dumps(spec), allowed_base_urls=[])
    root = ET.fromstring(made)  # noqa: S314 - it comes from the library, of data without entities
    _check(root)
    root.set("role", "img")
    root.set("aria-label", label)
    return ET.tostring(root, encoding="unicode")


def converter() -> Callable[..., str]:
    """Return what draws a chart.

    Raises:
        MissingDependency: if vl-convert-python is not installed.
    """
    try:
        from vl_convert import vegalite_to_svg
    except ModuleNotFoundError:
        raise MissingDependency("vl-convert-python", "the charts", "simulate") from None
    return vegalite_to_svg


def _check(root: ET.Element) -> None:
    """Keep what a picture needs, and let nothing else through."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        if element.tag not in _ELEMENTS:
            raise _unknown(element.tag)
        for name, value in list(element.attrib.items()):
            if _DROPPED.fullmatch(name):
                del element.attrib[name]
            elif not _ATTRIBUTES.fullmatch(name) or "url(" in value:
                raise _unknown(name)


def _unknown(name: str) -> KhqrError:
    return KhqrError(f"the chart has {quote(name)}, which no page takes; report it as a defect")
