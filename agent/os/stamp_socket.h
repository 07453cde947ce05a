/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all sockets that know when their packets passed have in common: asking the
 * kernel for stamps, and telling which transmit a stamp of the error queue belongs to.
 * Of UDP and packet sockets alike; embedded in them.
 */
#ifndef ATS_STAMP_SOCKET_H
#define ATS_STAMP_SOCKET_H

#include <sys/socket.h>

#include "os/stamp.h"
#include "stamp_kind.h"
#include "types.h"

enum stamping {
	STAMPING_USER,		/* the kernel takes none: clock read after the receive */
	STAMPING_NS,		/* SO_TIMESTAMPNS: received packets only */
	STAMPING_SOFTWARE,	/* SO_TIMESTAMPING, both directions */
	STAMPING_HARDWARE,	/* and those of the NIC */
};

struct stamp_socket {
	int fd;			/* the caller's to open and close */
	enum stamping stamping;
	int flags;		/* SOF_TIMESTAMPING_* that the kernel accepted */
	/* transmit stamps: our numbers of the next one to send and to come */
	u32 sent, next_soft, next_hard;
	u32 id_base;		/* kernel's number of our number 0 */
	bool calibrated;	/* id_base was seen to be right */
	bool idle_wakeup;	/* readable without a message: look at the error queue */
};

struct tx_stamp {
	u32 id;			/* as given by stamp_socket_send() */
	struct stamp stamp;	/* software and hardware may come one by one */
};

union stamp_control {		/* room of one message */
	struct cmsghdr align;
	char buf[STAMP_CONTROL_LEN];
};

/* The best that the kernel accepts for s->fd; the rest of *s is zero. */
void stamp_socket_enable(struct stamp_socket *s, bool tx, bool hardware);

/* Append room for one control message to those of @h, which has enough; its data. */
void *stamp_control_add(struct msghdr *h, int level, int type, size_t size);

/*
 * Send @h. Its control messages are in a union stamp_control (their length, or 0, in
 * msg_controllen). @id not NULL: the transmit stamp is wanted, *id is its number
 * (0, 1, 2, ...). 0, or -errno when it was not sent.
 */
int stamp_socket_send(struct stamp_socket *s, struct msghdr *h, u32 *id);

/* After a receive that failed: 0 when there was nothing to receive, else -errno. */
int stamp_socket_receive_error(struct stamp_socket *s, int error);

/* When a message came in: @user_sys unless the kernel knows better. */
s64 stamp_socket_rx(const struct stamp *st, s64 user_sys, enum stamp_kind *kind);
s64 stamp_socket_now(void);

/* One transmit stamp: 1 got one, 0 none there now, or -errno. */
int stamp_socket_tx(struct stamp_socket *s, struct tx_stamp *out);
/* Stamps are still to come. After about a second, give them up. */
bool stamp_socket_pending(const struct stamp_socket *s);
void stamp_socket_give_up(struct stamp_socket *s);

#endif
