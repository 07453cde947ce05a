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

/* Hand over /dev/ptpN, which may be closed then. -EEXIST: it is held already. */
int module_phc_add(struct genl *g, int fd, u32 *index);
int module_phc_del(struct genl *g, u32 index);

struct module_phc_reading {
	struct module_phc phc;
	/* not when the device is gone: */
	s64 time, sys;		/* of both clocks at the same instant */
	s64 bracket_ns;		/* the error is within its half */
	s64 frequency;		/* 2^-16 ppm */
};

/* The best of @samples readings, 0: as many as the module thinks fit. */
int module_phc_read(struct genl *g, u32 index, u32 samples, struct module_phc_reading *out);

enum module_phc_change {
	MODULE_PHC_FREQUENCY,	/* to 2^-16 ppm */
	MODULE_PHC_STEP,	/* by ns */
	MODULE_PHC_SHIFT,	/* by ns without a step, where the PHC can */
};

int module_phc_adjust(struct genl *g, u32 index, enum module_phc_change what, s64 by);

#endif
