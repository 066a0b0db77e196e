# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
# MakeCoaddTemplateConfig for coadds with edges or holes inside of their
# patches' boxes: a pixel without data never replaces one with data of an
# overlapping patch.
#     pipetask run -p pipelines/MakeCoaddTemplate.yaml \
#         -C makeCoaddTemplate:config/keepValid.py ...

config.getTemplate.overlapPolicy = "keepValid"
