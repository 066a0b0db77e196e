# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference repository of the full stack, unpacked for a test.

The Butler repository (calexps, coadds, skymap) and the templates that the
stack's former task made from it; ``data/golden/README.md`` explains both.
"""

__all__ = ["unpackGolden", "unpackWarped"]

import pathlib
import shutil

DATA = pathlib.Path(__file__).parent / "data" / "golden"


def unpackGolden(folder):
    """Unpack the repository and the expected templates.

    Parameters
    ----------
    folder : `str` or `pathlib.Path`
        Folder to unpack into.

    Returns
    -------
    repo : `pathlib.Path`
        Root of the Butler repository; the caller may write to it.
    expected : `pathlib.Path`
        Folder with ``expected.json`` and the templates.
    """
    for archive in sorted(DATA.glob("*.tar.xz")):
        shutil.unpack_archive(archive, folder)
    return pathlib.Path(folder, "repo"), pathlib.Path(folder, "repo_expected")


def unpackWarped(folder):
    """Unpack the templates on the science grid of the full stack's
    ``GetTemplateTask``.

    Parameters
    ----------
    folder : `str` or `pathlib.Path`
        Folder to unpack into.

    Returns
    -------
    expected : `pathlib.Path`
        Folder with ``expected.json`` and the templates.
    """
    for archive in sorted((DATA / "warped").glob("*.tar.xz")):
        shutil.unpack_archive(archive, folder)
    return pathlib.Path(folder, "warped_expected")
