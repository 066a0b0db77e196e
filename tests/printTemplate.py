# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one template and print a hash of its file; test_sameEverywhere runs
this program in different surroundings.

    printTemplate.py REPO
"""

import hashlib
import pathlib
import sys
import tempfile

from lsst.daf.butler import Butler
from lsst.ip.template import GetCoaddAsTemplateTask


def main(repo):
    butler = Butler.from_config(repo, collections="golden/inputs", instrument="GoldenCam", skymap="gold_sky")
    task = GetCoaddAsTemplateTask()
    exposure = butler.get("calexp", visit=101, detector=1)
    tract, patchList, skyCorners = task.getOverlapPatchList(exposure, butler.get("skyMap"))
    available = {
        patchInfo.getSequentialIndex(): butler.getDeferred(
            "deepCoadd", tract=tract.getId(), patch=patchInfo.getSequentialIndex(), band="r"
        )
        for patchInfo in patchList
    }
    template = task.run(tract, patchList, skyCorners, available)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "template.fits")
        template.writeFits(str(path))
        print(hashlib.sha256(path.read_bytes()).hexdigest())


if __name__ == "__main__":
    main(sys.argv[1])
