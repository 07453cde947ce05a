/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's clock as struct clock_ops: what adjtimex would do to it. */
#ifndef ATS_SIM_HOST_CLOCK_H
#define ATS_SIM_HOST_CLOCK_H

#include "host.h"

/* ctx is the host; all of them speak of host->now. */
extern const struct clock_ops host_clock_ops;

void host_clock_init(struct host *h);

#endif
