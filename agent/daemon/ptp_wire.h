/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets of PTP at one interface and transport: ports 319 and 320 are there once,
 * whatever number of domains is. PTP ports of several domains use one wire; each message
 * goes to those that it is for, by its sdoId and domainNumber (IEEE 1588-2019 clause 7.1),
 * and each transmit stamp to the sender. The sockets are opened with the first user and
 * closed with the last, and opened again whenever the interface comes back.
 *
 * Where the NIC's stamps can be had, only those count: a message without one costs a
 * sample, which is less than a sample of another kind would.
 */
#ifndef ATS_PTP_WIRE_H
#define ATS_PTP_WIRE_H

#include "daemon/ntp_env.h"
#include "os/phc_moment.h"
#include "os/ptp_net.h"
#include "ptp/port.h"

struct ptp_wire;
struct ptp_wire_user;

/* All of the daemon; begins with zeroes, and is empty when all users have left. */
struct ptp_wires {
	struct ptp_wire *first;
};

struct ptp_wire_ops {
	/* Is a message with this header for this user? One that is for nobody goes to all. */
	bool (*wants)(void *ctx, const struct ptp_header *h);
	/* @at: of the stamp, when it is a NIC's */
	void (*received)(void *ctx, const void *buf, size_t len, const struct ptp_received *how,
			 const struct phc_moment *at);
	void (*stamped)(void *ctx, u8 type, u32 ticket, s64 tx_sys, enum stamp_kind kind,
			const struct phc_moment *at);
	/* That was all that is there at the moment, after at least one of those two. */
	void (*settle)(void *ctx);
	/* The sockets are about to be closed. */
	void (*closing)(void *ctx);
};

struct ptp_wire_wishes {
	const char *interface;
	int transport;			/* PTP_OVER_* */
	bool multicast;			/* else it need not be received; what others wish is */
	bool many;			/* servers: messages come many at once */
	unsigned int need;		/* NIC_ONE_STEP or 0 */
	bool steer;			/* the NIC's clock is to be kept on the host's time */
	u32 stamps;			/* to be waited for at once */
	struct ptp_net_traffic traffic;	/* of what this user sends */
};

/* NULL: no memory. @env->ptp_wires is used; no @ops are called before ptp_wire_tick(). */
struct ptp_wire_user *ptp_wire_join(const struct ntp_env *env, const struct ptp_wire_wishes *wishes,
				    const struct ptp_wire_ops *ops, void *ctx);
void ptp_wire_leave(struct ptp_wire_user *u);

/* Once a second, of each user: opens what is closed, looks at the carrier. */
void ptp_wire_tick(struct ptp_wire_user *u, s64 now_mono);
/* 0 or -errno; its stamp, if it wants one, comes with ptp_wire_collect() or later. */
int ptp_wire_send(struct ptp_wire_user *u, const struct ptp_outgoing *o);
/*
 * Stamps that are there already; those of @u are told without ->settle(), others are
 * settled when the loop comes by.
 */
void ptp_wire_collect(struct ptp_wire_user *u);
/* No stamp of what @u sent until now will be told. */
void ptp_wire_forget(struct ptp_wire_user *u);

/*
 * The kernel module takes sockets once, for one port: true when @u is that one from now on,
 * or was, until ptp_wire_release() or ->closing(). What the module sends goes as @u's.
 */
bool ptp_wire_claim(struct ptp_wire_user *u);
void ptp_wire_release(struct ptp_wire_user *u);

bool ptp_wire_up(const struct ptp_wire_user *u);
/* Its descriptor; -1: closed, or there is none such. */
int ptp_wire_fd(const struct ptp_wire_user *u, enum ptp_net_channel channel);
/* 0: closed */
int ptp_wire_ifindex(const struct ptp_wire_user *u);
enum stamp_kind ptp_wire_stamps(const struct ptp_wire_user *u);	/* the kind that counts now */
const char *ptp_wire_trouble(const struct ptp_wire_user *u);	/* "": none */

#endif
