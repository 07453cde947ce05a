/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cable. A frame leaves (its first bit, which the stamps mean) when the line is
 * free and travels delay_ns and some jitter; the receiver's driver gets it when its
 * last bit has come in, or later when this machine is slow, but never before.
 */
#ifndef SIMNIC_LINK_H
#define SIMNIC_LINK_H

#include <linux/netdevice.h>

struct simnic_frame;
struct simnic_nic;
struct simnic_slot;

/* Transmit path, RCU. What the peer will get of @skb, or NULL. */
struct sk_buff *simnic_link_copy(struct simnic_nic *peer, const struct sk_buff *skb);

/* Consumes @copy; @slot may be NULL. */
void simnic_link_send(struct simnic_nic *nic, struct simnic_nic *peer, struct sk_buff *copy,
		      const struct simnic_frame *f, struct simnic_slot *slot);

int simnic_link_poll(struct napi_struct *napi, int budget);

/* Process context, around the use of NAPI. */
void simnic_link_init(struct simnic_nic *nic);
void simnic_link_start(struct simnic_nic *nic);
void simnic_link_stop(struct simnic_nic *nic);
void simnic_link_flush(struct simnic_nic *nic);

#endif
