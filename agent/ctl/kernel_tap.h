/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATS_CTL_KERNEL_TAP_H
#define ATS_CTL_KERNEL_TAP_H

#include "ctl/kernel.h"

int kernel_tap(struct ctl *c, struct genl *g, int argc, char **argv);

#endif
