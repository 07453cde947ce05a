/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PTP port's way to the network: its part of a wire (ptp_wire.h), which it may have in
 * common with ports of other domains. Passes on what comes in for the port, with the best
 * stamp there is, and the transmit stamps of what was sent.
 */
#ifndef ATS_PTP_LINK_H
#define ATS_PTP_LINK_H

#include "config/config.h"
#include "daemon/ptp_wire.h"
#include "ptp/port.h"

struct ptp_link_ops {
	/* @at: of the stamp, when it is a NIC's */
	void (*received)(void *ctx, unsigned int port, const void *buf, size_t len,
			 const struct ptp_received *how, const struct phc_moment *at);
	void (*stamped)(void *ctx, unsigned int port, u8 type, u32 ticket, s64 tx_sys,
			enum stamp_kind kind, const struct phc_moment *at);
	/* That was all that is there at the moment: ptp_link_collect() may have something. */
	void (*settle)(void *ctx);
	void (*carrier)(void *ctx, unsigned int port, bool up);
	/* Its sockets are about to be closed. */
	void (*closing)(void *ctx, unsigned int port);
};

struct ptp_link;

/* NULL: no memory. @cfg, @ops are borrowed. No @ops are called before ptp_link_tick(). */
struct ptp_link *ptp_link_new(const struct ntp_env *env, const struct config_ptp *cfg,
			      unsigned int port, const struct ptp_link_ops *ops, void *ctx);
void ptp_link_free(struct ptp_link *l);
/* An equal one, at another place */
void ptp_link_configure(struct ptp_link *l, const struct config_ptp *cfg);
/* Once a second: opens what is closed, looks at the carrier. */
void ptp_link_tick(struct ptp_link *l, s64 now_mono);
/* 0 or -errno; its stamp, if it wants one, comes with ptp_link_collect() or later. */
int ptp_link_send(struct ptp_link *l, const struct ptp_outgoing *o);
/* Stamps that are there already; after the engine has run. */
void ptp_link_collect(struct ptp_link *l);
/* The system clock was stepped: what is on its way cannot be measured. */
void ptp_link_forget(struct ptp_link *l);

bool ptp_link_up(const struct ptp_link *l);
/* See ptp_wire_claim() and ptp_wire_release(). */
bool ptp_link_claim(struct ptp_link *l);
void ptp_link_release(struct ptp_link *l);
/* Its descriptor; -1: closed, or there is none such. */
int ptp_link_fd(const struct ptp_link *l, enum ptp_net_channel channel);
/* Can the NIC write the time into Syncs, and is its clock on it? */
bool ptp_link_one_step(const struct ptp_link *l);
enum stamp_kind ptp_link_stamps(const struct ptp_link *l);	/* the kind that counts now */
const char *ptp_link_trouble(const struct ptp_link *l);	/* "": none */

#endif
