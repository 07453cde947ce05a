/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What messages that leave in one go have in common: found once, under rcu_read_lock()
 * and with softirqs off, and good for no longer than that.
 */
#ifndef ATS_PTP_OUT_H
#define ATS_PTP_OUT_H

#include <linux/types.h>

struct ats_iface;
struct ats_ptp_facts;
struct ats_ptp_port;
struct net_device;

struct ats_ptp_out {
	struct ats_iface *iface;	/* NULL: none */
	/* by which messages may leave that need no routing; NULL: each is routed */
	struct net_device *ipv4, *ipv6;
};

void ats_ptp_out(const struct ats_ptp_port *port, struct ats_ptp_out *out);

/* The same of stamps that come in one go. All zeroes at first. */
struct ats_ptp_round {
	u32 id;				/* of the port, 0: none yet */
	struct ats_ptp_port *port;	/* NULL: it is gone */
	const struct ats_ptp_facts *facts;
	struct ats_ptp_out out;
};

#endif
