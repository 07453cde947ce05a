/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Management of a PTP instance of the daemon: the facts that its answers need. */
#ifndef ATS_PTP_CLOCK_MANAGE_H
#define ATS_PTP_CLOCK_MANAGE_H

#include "daemon/ptp_clock.h"

/* NULL: no memory. @c is borrowed, and so is @cfg until another is set. */
struct ptp_manager *ptp_clock_manager_new(struct ptp_clock *c,
					  const struct config_ptp_management *cfg);
void ptp_clock_manager_configure(struct ptp_manager *mg, const struct ptp_clock *c,
				 const struct config_ptp_management *cfg);

/* What the source says that is followed at @port; false: none is, or it has no samples. */
bool ptp_clock_measured(const struct ptp_clock *c, int port, struct tk_source_report *r);

#endif
