/* SPDX-License-Identifier: GPL-2.0 */
/* A clock as the kernel's PTP subsystem sees it: /dev/ptpN. */
#ifndef SIMNIC_PHC_H
#define SIMNIC_PHC_H

struct simnic_clock;

/* Process context. 0 or -errno. */
int simnic_phc_register(struct simnic_clock *c);
void simnic_phc_unregister(struct simnic_clock *c);

#endif
