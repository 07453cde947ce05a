/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SPTP and CSPTP (ptp/stateless.h) at a PTP port: nothing is remembered of a client but
 * the answer whose transmit stamp is under way. Softirq, under rcu_read_lock().
 */
#ifndef ATS_PTP_STATELESS_KERNEL_H
#define ATS_PTP_STATELESS_KERNEL_H

#include <linux/skbuff.h>

#include "ptp_answer.h"
#include "ptp_out.h"
#include "ptp_port.h"
#include "tx_stamp.h"

#define ATS_PTP_STATELESS (ATS_PTP_SPTP | ATS_PTP_CSPTP)

/*
 * Consumes @skb, whose transport header is UDP's and all in its linear part; or false: it
 * is for the agent.
 */
bool ats_ptp_stateless(struct ats_ptp_port *port, const struct ats_ptp_facts *facts,
		       const struct ats_ptp_received *r, struct sk_buff *skb, s64 now_mono);

/* Of what was sent as that, once it is stamped. Consumes @stamped. */
void ats_ptp_stateless_follow(const struct ats_ptp_round *round, const struct ats_tx_follow *f,
			      s64 tx_tai, struct sk_buff *stamped);

#endif
