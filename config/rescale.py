# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
# MakeCoaddTemplateConfig for coadds whose photometric calibrations differ from
# patch to patch, or vary: all are brought to one constant calibration, that of
# the first patch or its mean.
#     pipetask run -p pipelines/MakeCoaddTemplate.yaml \
#         -C makeCoaddTemplate:config/rescale.py ...
# Without a checkout: -c parameters:calibrationMismatch=rescale

config.getTemplate.calibrationMismatch = "rescale"
