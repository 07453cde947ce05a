// SPDX-License-Identifier: GPL-2.0
#include "tx_slots.h"

#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define INDEX_BITS ilog2(ATS_TX_SLOTS_MAX)

struct tx_slot {
	struct ats_tx_name name;
	u32 key;
	s32 cost;
	bool hardware;
	unsigned long since;	/* jiffies */
};

struct ats_tx_slots {
	unsigned int n, hardware;
	u32 round;
	DECLARE_BITMAP(used, ATS_TX_SLOTS_MAX);
	struct tx_slot slot[] __counted_by(n);
};

struct ats_tx_slots *ats_tx_slots_new(unsigned int n)
{
	struct ats_tx_slots *s;

	n = clamp(n, ATS_TX_SLOTS_MIN, ATS_TX_SLOTS_MAX);
	s = kvzalloc(struct_size(s, slot, n), GFP_KERNEL_ACCOUNT);
	if (s)
		s->n = n;
	return s;
}

unsigned int ats_tx_slots_size(const struct ats_tx_slots *s)
{
	return s->n;
}

void ats_tx_slots_move(struct ats_tx_slots *to, const struct ats_tx_slots *from)
{
	to->hardware = from->hardware;
	to->round = from->round;
	bitmap_copy(to->used, from->used, ATS_TX_SLOTS_MAX);
	memcpy(to->slot, from->slot, flex_array_size(from, slot, from->n));
}

unsigned int ats_tx_slots_hardware(const struct ats_tx_slots *s)
{
	return s->hardware;
}

bool ats_tx_slots_take(struct ats_tx_slots *s, bool hardware, const struct ats_tx_name *name,
		       u32 *key)
{
	unsigned int i = find_first_zero_bit(s->used, s->n);

	if (i >= s->n)
		return false;
	*key = s->round++ << INDEX_BITS | i;
	/* one by one: together it would be made and then copied */
	s->slot[i].name = *name;
	s->slot[i].key = *key;
	s->slot[i].cost = 0;
	s->slot[i].hardware = hardware;
	s->slot[i].since = jiffies;
	s->hardware += hardware;
	__set_bit(i, s->used);
	return true;
}

static void release(struct ats_tx_slots *s, unsigned int i)
{
	__clear_bit(i, s->used);
	s->hardware -= s->slot[i].hardware;
}

/* NULL: given up. */
static struct tx_slot *slot_of(struct ats_tx_slots *s, u32 key)
{
	unsigned int i = key % ATS_TX_SLOTS_MAX;

	return i < s->n && test_bit(i, s->used) && s->slot[i].key == key ? &s->slot[i] : NULL;
}

void ats_tx_slots_note(struct ats_tx_slots *s, u32 key, s32 cost)
{
	struct tx_slot *slot = slot_of(s, key);

	if (slot)
		slot->cost = cost;
}

bool ats_tx_slots_give(struct ats_tx_slots *s, u32 key, struct ats_tx_name *name, s32 *cost)
{
	struct tx_slot *slot = slot_of(s, key);

	if (!slot)
		return false;
	*name = slot->name;
	*cost = slot->cost;
	release(s, slot - s->slot);
	return true;
}

unsigned int ats_tx_slots_free(const struct ats_tx_slots *s)
{
	return s->n - bitmap_weight(s->used, s->n);
}

unsigned int ats_tx_slots_expire(struct ats_tx_slots *s, unsigned long patience,
				 void (*lost)(struct ats_net *an, const struct ats_tx_name *name),
				 struct ats_net *an)
{
	unsigned int i, n = 0;

	for_each_set_bit(i, s->used, s->n) {
		if (time_before_eq(jiffies, s->slot[i].since + patience))
			continue;
		release(s, i);
		lost(an, &s->slot[i].name);
		n++;
	}
	return n;
}
