/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests of clients that are known, answered where they come in at the port's interface,
 * before the host's IP, which costs as much as the answer. Only those whose like has come
 * through all of that to the port's socket before, and while nothing there, netfilter or
 * IPsec, would want to see them. Where netfilter wants to at input they go on from there,
 * without being routed again. All others go on as if nobody had looked.
 */
#ifndef ATS_PTP_INGRESS_H
#define ATS_PTP_INGRESS_H

#include <linux/skbuff.h>

#include "ptp_answer.h"
#include "ptp_path.h"

void ats_ptp_ingress_net_init(struct ats_net *an);
/*
 * Under RTNL. Where the kernel or the interface has no such hook there is none, and
 * requests come by the socket.
 */
void ats_ptp_ingress_begin(struct ats_ptp_port *port);
/* Process context, without RTNL; again does nothing. */
void ats_ptp_ingress_end(struct ats_ptp_port *port);
/* Under RTNL. */
void ats_ptp_ingress_dev_gone(struct net_device *dev);

/*
 * Of a request that came to the socket: may its like be answered sooner, should this one
 * be? Before @skb is consumed, with how it came.
 */
bool ats_ptp_ingress_may_hear(const struct ats_ptp_port *port, const struct sk_buff *skb,
			      const struct ats_ptp_received *r, struct ats_ptp_arrival *a);
void ats_ptp_ingress_heard(const struct ats_ptp_port *port, const struct ats_ptp_arrival *a,
			   struct dst_entry *local);
/* Of one as well: has it gone on from here to the socket, and where does its answer go? */
bool ats_ptp_ingress_sent_on(const struct ats_ptp_port *port, const struct sk_buff *skb,
			     const struct ats_ptp_received *r, struct ats_ptp_back *back);

#endif
