# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
# MakeCoaddTemplateConfig for DCR-matched templates in the LSST y band:
#     pipetask run -p pipelines/MakeDcrTemplate.yaml \
#         -C makeDcrTemplate:config/dcrY.py ...
# The coadds must have been made with the same effective wavelength and width.

config.connections.coaddName = "dcr"
config.getTemplate.coaddName = "dcr"

# Effective wavelength and edges (at 5% of the peak throughput) of the LSST
# baseline y filter, in nm: LsstCamFiltersBaseline in
# python/lsst/obs/lsst/filters.py of obs_lsst (L. Jones, 14 May 2020), from
# https://github.com/lsst/throughputs.
config.getTemplate.effectiveWavelength = 973.64
config.getTemplate.bandwidth = 1099.00 - 908.40
