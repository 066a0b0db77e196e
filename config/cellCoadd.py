# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
# MakeCoaddTemplateConfig for templates from cell coadds
# (lsst.images.cells.CellCoadd), such as deep_coadd of Data Preview 2:
#     pipetask run -p pipelines/DP2.yaml \
#         -C makeCoaddTemplate:config/cellCoadd.py ...
# Outside the full stack they have no PSF. To make a template without one:
#         -c makeCoaddTemplate:getTemplate.allowMissingPsf=True

config.connections.coaddExposures = "deep_coadd"
config.coaddImage = "CellCoadd"
