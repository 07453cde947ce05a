/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A wire from inside: ptp_wire.c, and ptp_wires.c for who uses which; nobody else. */
#ifndef ATS_PTP_WIRE_PRIVATE_H
#define ATS_PTP_WIRE_PRIVATE_H

#include "daemon/log.h"
#include "daemon/ptp_wire.h"
#include "os/tx_due.h"

struct ptp_wire_user {
	struct ptp_wire_user *next;
	struct ptp_wire *wire;
	struct ptp_wire_wishes wishes;	/* without the name of the interface */
	const struct ptp_wire_ops *ops;
	void *ctx;
	bool meant;		/* by the message that came just now */
	bool unsettled;
};

struct ptp_wire {
	struct ptp_wire *next;
	const struct ntp_env *env;
	char *interface;
	int transport;
	unsigned int packet;	/* NIC_FOR_PTP_* */
	struct ptp_wire_user *users;	/* in the order in which they joined */
	struct ptp_wire_user *claimant;	/* NULL: the kernel module is nobody's */
	struct ptp_net *net;	/* NULL: closed */
	struct event *readable[PTP_NET_CHANNELS];
	struct event *later;	/* somebody is unsettled */
	bool multicast;		/* the sockets are for it, too */
	bool up;
	bool nic;		/* its stamps can be had, as of the last tick */
	struct tx_due due;
	char trouble[300];
	struct log_limit trouble_log;
};

/*
 * Each user who is unsettled. Settling one may bring stamps of another, who is settled then
 * or by a later turn of the loop.
 */
void ptp_wire_settle(struct ptp_wire *w);
/* Its sockets, if they are open; users are told before. */
void ptp_wire_close(struct ptp_wire *w);
/* The NIC is to stamp what @u needs. */
void ptp_wire_ask_for_stamps(const struct ptp_wire_user *u);

#endif
