/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages sent whose transmit stamps are still to come, of all those who send over one
 * socket, by the numbers that it gives them (stamp_socket.h). Each step costs the same,
 * however many are waited for.
 */
#ifndef ATS_TX_DUE_H
#define ATS_TX_DUE_H

#include "types.h"

struct tx_due_message {
	u32 id;			/* of the socket */
	void *owner;		/* who sent it, not NULL; then what is the owner's alone */
	u32 ticket;
	u8 type;
	s64 near_sys;		/* best known without the NIC */
};

struct tx_due {
	struct tx_due_message *slot;	/* .owner NULL: none */
	u32 mask;			/* their number is one more, a power of two */
};

/* Begins with all zeroes. Room for @at_least, keeping those there; false: no memory. */
bool tx_due_reserve(struct tx_due *d, u32 at_least);
void tx_due_free(struct tx_due *d);

/* When there is no room for one more the oldest is given up. There is room for one. */
void tx_due_add(struct tx_due *d, const struct tx_due_message *m);
/* NULL: it is not waited for. Valid until the next call of another function. */
struct tx_due_message *tx_due_find(const struct tx_due *d, u32 id);
void tx_due_done(struct tx_due_message *m);
/* Those of @owner, NULL: all */
void tx_due_forget(struct tx_due *d, const void *owner);

#endif
