// SPDX-License-Identifier: GPL-2.0-or-later
#include "tx_ring.h"

enum { STRANGERS_MAX = 4 };

/* Clocks read in different places may disagree a little; more is a step. */
#define EARLY_NS (10 * 1000000LL)
/* A NIC's stamp in the time of the system clock may be off by so much. */
#define CONVERSION_NS 1000
/* With the ring once around, what is older than this is taken for lost. */
#define SLOW_NS (10 * 1000000LL)

bool tx_ring_free(const struct tx_ring *r, s64 now_sys)
{
	const struct tx_pending *e = &r->pending[r->next_id % TX_RING_SIZE];

	if (!r->id_known)
		return !r->outstanding;
	return !e->used || now_sys - e->sent_sys > SLOW_NS;
}

static void lose(struct tx_ring *r, struct tx_pending *e)
{
	e->used = false;
	r->outstanding--;
	r->lost++;
}

void tx_ring_sent(struct tx_ring *r, const struct tx_pending *p)
{
	struct tx_pending *e = &r->pending[r->next_id % TX_RING_SIZE];

	if (e->used)
		lose(r, e);
	*e = *p;
	e->used = true;
	e->id = r->next_id++;
	r->outstanding++;
}

void tx_ring_unsure(struct tx_ring *r)
{
	r->id_known = false;
}

static bool plausible(const struct tx_pending *e, s64 stamp_sys)
{
	return stamp_sys >= e->sent_sys - EARLY_NS && stamp_sys <= e->sent_sys + TX_RING_EXPIRE_NS;
}

static const struct tx_pending *only_one(const struct tx_ring *r)
{
	u32 i;

	for (i = 0; r->outstanding == 1 && i < TX_RING_SIZE; i++) {
		if (r->pending[i].used)
			return &r->pending[i];
	}
	return NULL;
}

const struct tx_pending *tx_ring_find(const struct tx_ring *r, u32 id)
{
	const struct tx_pending *e = &r->pending[id % TX_RING_SIZE];

	return e->used && e->id == id ? e : only_one(r);
}

bool tx_ring_stamp(struct tx_ring *r, u32 id, s64 stamp_sys, struct tx_pending *out)
{
	const struct tx_pending *e = tx_ring_find(r, id);

	if (!r->outstanding)
		return false;
	if (!e || !plausible(e, stamp_sys) || (e->id != id && stamp_sys < e->sent_sys - CONVERSION_NS)) {
		if (++r->strangers >= STRANGERS_MAX)
			r->id_known = false;
		return false;
	}
	r->strangers = 0;
	if (e->id != id || (!r->id_known && r->outstanding == 1)) {
		r->next_id = id + 1;
		r->id_known = true;
	}
	*out = *e;
	r->pending[e - r->pending].used = false;
	r->outstanding--;
	return true;
}

void tx_ring_expire(struct tx_ring *r, s64 now_sys)
{
	s64 age;
	u32 i;

	for (i = 0; i < TX_RING_SIZE && r->outstanding; i++) {
		age = now_sys - r->pending[i].sent_sys;
		/* negative: the clock was stepped back */
		if (!r->pending[i].used || (age >= 0 && age <= TX_RING_EXPIRE_NS))
			continue;
		lose(r, &r->pending[i]);
	}
}
