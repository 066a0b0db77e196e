# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx configuration; "make docs" builds the pages."""

import importlib.metadata
import os
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))

project = "ip_template"
author = "ip_template contributors"
copyright = "ip_template contributors; GNU GPL 3 or later"
release = version = importlib.metadata.version("lsst-ip-template")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx_automodapi.automodapi",
    "sphinx_copybutton",
    "myst_nb",
    "numpydoc",
    "configFields",
]
exclude_patterns = ["_build", "changes"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "header_links_before_dropdown": 5,
    "footer_start": ["copyright"],
    "footer_end": [],
}
toc_object_entries_show_parents = "hide"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["widths.css"]
# The start page and "Tasks and interface" list all pages: no sidebar does.
html_sidebars = {"**": []}

# Notebooks are kept without outputs. They are run if the repository of the
# demo is there, as in "make docs".
nb_execution_mode = "force" if "IP_TEMPLATE_DEMO" in os.environ else "off"
nb_execution_excludepatterns = ["**/dataPreviews.ipynb"]  # It needs an account for the data.
nb_execution_raise_on_error = True
nb_execution_timeout = 600
# What is copied is what is typed.
copybutton_exclude = ".linenos, .gp, .go"

# A reference to a name that no other site knows links nowhere.
default_role = "py:obj"
automodapi_toctreedirnm = "lsst.ip.template/py-api"
automodsumm_inherited_members = False
numpydoc_show_class_members = False


def _isThere(site):
    """Return whether the list of names of another site can be fetched. If
    not, the pages are built without links to it.
    """
    try:
        with urllib.request.urlopen(f"{site}objects.inv", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


intersphinx_mapping = {
    name: (site, None)
    for name, site in (
        ("python", "https://docs.python.org/3/"),
        ("numpy", "https://numpy.org/doc/stable/"),
        ("astropy", "https://docs.astropy.org/en/stable/"),
        ("lsst", "https://pipelines.lsst.io/"),
    )
    if _isThere(site)
}
