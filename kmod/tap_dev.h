/* SPDX-License-Identifier: GPL-2.0 */
/* /dev/as_timesync: the rings of the opener's network namespace. */
#ifndef ATS_TAP_DEV_H
#define ATS_TAP_DEV_H

/* After ats_net_init(): it may be opened from then on. */
int ats_tap_dev_init(void);
void ats_tap_dev_exit(void);

#endif
