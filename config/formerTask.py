# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
# MakeCoaddTemplateConfig for the templates that the former task of
# lsst.ip.diffim made: the PSF is that of the first patch, patches with
# different photometric calibrations are copied as they are (with a warning),
# and a template with few pixels is written too.
#     pipetask run -p pipelines/MakeCoaddTemplate.yaml \
#         -C makeCoaddTemplate:config/formerTask.py ...
# Without a checkout: -c parameters:psf=first
#         -c parameters:calibrationMismatch=warn
#         -c makeCoaddTemplate:requiredTemplateFraction=0

config.getTemplate.psf = "first"
config.getTemplate.calibrationMismatch = "warn"
config.requiredTemplateFraction = 0.0
