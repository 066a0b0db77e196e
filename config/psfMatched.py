# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
# MakeCoaddTemplateConfig for templates from coadds of PSF-matched warps
# (deepCoaddPsfMatched):
#     pipetask run -p pipelines/MakeCoaddTemplate.yaml \
#         -C makeCoaddTemplate:config/psfMatched.py ...

config.connections.warpTypeSuffix = "PsfMatched"
config.getTemplate.warpType = "psfMatched"
