/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values on the command line of kernel commands: KEY=VALUE, clocks, numbers. */
#ifndef ATS_CTL_KERNEL_VALUE_H
#define ATS_CTL_KERNEL_VALUE_H

#include "ctl/ctl.h"
#include "kernel/genl.h"

/* The value in "KEY=VALUE" if it is that key, else NULL. */
const char *kernel_value(const char *word, const char *key);

/* All of the text, or false. */
bool kernel_value_u32(const char *text, u32 *v);
/* A decimal number times @scale, rounded, within s64. */
bool kernel_value_scaled(const char *text, double scale, s64 *v);

/*
 * The PHC of "/dev/ptp3", which the module takes hold of unless it does, or of
 * "ptp3" and "3", which it holds. 0, or -errno and the reason in @why.
 */
int kernel_value_phc(struct genl *g, const char *text, u32 *index, char *why, size_t len);
/* Say that it failed; a ctl_status. */
int kernel_bad_phc(struct ctl *c, const char *text, int error, const char *why);

#endif
