# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
# MakeCoaddTemplateConfig for templates from the coadds of the sharpest visits
# (goodSeeingCoadd):
#     pipetask run -p pipelines/MakeCoaddTemplate.yaml \
#         -C makeCoaddTemplate:config/goodSeeing.py ...
# Without a checkout, and for a pipeline with several tasks:
#         -c parameters:coaddName=goodSeeing

config.connections.coaddName = "goodSeeing"
config.getTemplate.coaddName = "goodSeeing"
