"""How the documentation is built; nothing in it changes by itself from one day to the next."""

from __future__ import annotations

project = "khqr"
author = "The khqr authors"
copyright = "2026, the khqr authors"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

# In docstrings a single backtick names a Python object. Those of this library are links where
# they stand in the reference; names of the standard library are set as code.
default_role = "py:obj"
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!khqr\.).*")]
nitpick_ignore = [
    ("py:class", "khqr.emv.tree.Tree"),
    ("py:class", "khqr.emv.tlv.Fault"),
    ("py:class", "khqr.bulk.many.T"),
    ("py:class", "khqr.schemes.rows.T"),
    ("py:class", "khqr.schemes.encoder._Code"),
    ("py:class", "khqr.alipayplus.mapping.policy.T_co"),
    # not in the index, where `Merchant` shall be that of a KHQR
    ("py:class", "khqr.alipayplus.messages.objects.Merchant"),
]

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "khqr"
html_show_sphinx = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["khqr.css"]
