// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/tx_due.h"

#include <stdlib.h>

static u32 slots(const struct tx_due *d)
{
	return d->slot ? d->mask + 1 : 0;
}

bool tx_due_reserve(struct tx_due *d, u32 at_least)
{
	struct tx_due bigger = { .mask = 1 };

	if (at_least <= slots(d))
		return true;
	while (bigger.mask < at_least)
		bigger.mask <<= 1;
	bigger.slot = calloc(bigger.mask, sizeof(*bigger.slot));
	if (!bigger.slot)
		return false;
	bigger.mask--;
	for (u32 i = 0; i < slots(d); i++)
		if (d->slot[i].owner)
			tx_due_add(&bigger, &d->slot[i]);
	free(d->slot);
	*d = bigger;
	return true;
}

void tx_due_free(struct tx_due *d)
{
	free(d->slot);
	*d = (struct tx_due){ .slot = NULL };
}

void tx_due_add(struct tx_due *d, const struct tx_due_message *m)
{
	d->slot[m->id & d->mask] = *m;
}

struct tx_due_message *tx_due_find(const struct tx_due *d, u32 id)
{
	struct tx_due_message *m = d->slot ? &d->slot[id & d->mask] : NULL;

	return m && m->owner && m->id == id ? m : NULL;
}

void tx_due_done(struct tx_due_message *m)
{
	m->owner = NULL;
}

void tx_due_forget(struct tx_due *d, const void *owner)
{
	for (u32 i = 0; i < slots(d); i++)
		if (!owner || d->slot[i].owner == owner)
			d->slot[i].owner = NULL;
}
