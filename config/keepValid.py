# This file is part of ip_template.
# SPDX-License-Identifier: GPL-3.0-or-later
# MakeCoaddTemplateConfig for coadds with edges or holes inside their patches'
# boxes: only pixels with data are copied.
#     pipetask run -p pipelines/MakeCoaddTemplate.yaml \
#         -C makeCoaddTemplate:config/keepValid.py ...
# Without a checkout: -c parameters:overlapPolicy=keepValid

config.getTemplate.overlapPolicy = "keepValid"
