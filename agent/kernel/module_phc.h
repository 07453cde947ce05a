/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the module about the PHCs that it holds. */
#ifndef ATS_MODULE_PHC_H
#define ATS_MODULE_PHC_H

#include "kernel/genl.h"

struct module_phc {
	u32 index;		/* N of /dev/ptpN */
	u32 users;		/* servos */
	bool gone;		/* the device is */
};

typedef void module_each_phc(void *ctx, const struct module_phc *p);

int module_phc_list(struct genl *g, module_each_phc *each, void *ctx);

#endif
