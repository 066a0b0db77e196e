# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
# MakeCoaddTemplateConfig for coadds whose photometric calibrations differ from
# patch to patch, or vary: all are brought to one constant calibration, the
# first patch's or its mean, instead of refused.
#     pipetask run -p pipelines/MakeCoaddTemplate.yaml \
#         -C makeCoaddTemplate:config/rescale.py ...

config.getTemplate.calibrationMismatch = "rescale"
