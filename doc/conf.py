# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx configuration; "make docs" builds the pages."""

project = "ip_template"
author = "ip_template contributors"
copyright = "ip_template contributors; GNU GPL 3 or later"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_automodapi.automodapi",
    "numpydoc",
]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1100px", "sidebar_width": "260px"}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_static_path = ["_static"]

# A reference to another package links nowhere: its documentation is
# elsewhere.
default_role = "py:obj"
automodapi_toctreedirnm = "lsst.ip.template/py-api"
automodsumm_inherited_members = False
numpydoc_show_class_members = False
