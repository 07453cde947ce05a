/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which reply a transmit stamp belongs to. The kernel numbers the stamped
 * sends of a socket (SOF_TIMESTAMPING_OPT_ID); so do we. The first number is
 * learned, not assumed, by having one stamp outstanding only until it comes;
 * when the two counts have drifted apart it is learned anew. A stamp that
 * comes while one is outstanding alone, and was made after that was sent, is
 * that one's whatever its number (simulators always say 0). A stamp that never
 * comes is one entry that expires. Pure.
 */
#ifndef ATS_TX_RING_H
#define ATS_TX_RING_H

#include "types.h"

#define TX_RING_SIZE 128
/* Later than this no stamp is believed. */
#define TX_RING_EXPIRE_NS NSEC_PER_SEC

struct tx_pending {
	bool used;
	u32 id;
	u32 client;		/* number in the client table */
	int ifindex;		/* where the request came in */
	u64 rx;			/* receive stamp that names the reply */
	s64 sent_sys;		/* clock read before it was sent */
	s64 due_sys;		/* for the sender's own use */
};

struct tx_ring {
	struct tx_pending pending[TX_RING_SIZE];
	u32 next_id;
	u32 outstanding;
	u64 lost;		/* stamps that never came */
	u32 strangers;		/* stamps of no reply, one after another */
	bool id_known;
};

/* A stamp may be asked for the next reply; one not back for long makes room. */
bool tx_ring_free(const struct tx_ring *r, s64 now_sys);
/* The reply was sent with a stamp asked for. */
void tx_ring_sent(struct tx_ring *r, const struct tx_pending *p);
/* A stamped send failed; nobody knows whether the kernel counted it. */
void tx_ring_unsure(struct tx_ring *r);
/* The reply that stamp number @id is of, as far as its number tells; NULL: none. */
const struct tx_pending *tx_ring_find(const struct tx_ring *r, u32 id);
/*
 * The stamp with number @id came, made at @stamp_sys. True with the reply in
 * *out, false when it is of none that we know.
 */
bool tx_ring_stamp(struct tx_ring *r, u32 id, s64 stamp_sys, struct tx_pending *out);
/* Forget what is too old. */
void tx_ring_expire(struct tx_ring *r, s64 now_sys);

#endif
