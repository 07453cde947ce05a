/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clients that are granted anything: a table of fixed size, in which each is found by
 * a hash that nobody outside can foresee, and keeps its place as long as it is there.
 */
#ifndef ATS_PTP_GRANT_TABLE_H
#define ATS_PTP_GRANT_TABLE_H

#include <string.h>

#include "grant_entry.h"
#include "ntp/siphash.h"

struct ptp_grant_table {
	struct siphash hash;
	struct ptp_grant_entry *entry;
	u32 size;		/* entries */
	u32 *index;		/* hash table with linear probing: entry + 1, 0 is empty */
	u32 index_mask;
	u32 count, unused;	/* first free entry */
};

/* False: no memory; to be released all the same. */
bool ptp_grant_table_init(struct ptp_grant_table *t, u32 clients, const u64 key[2]);
void ptp_grant_table_release(struct ptp_grant_table *t);
/* Octets of memory, without *@t itself */
size_t ptp_grant_table_memory(const struct ptp_grant_table *t);

u64 ptp_grant_table_hash(const struct ptp_grant_table *t, const struct ptp_grant_client *c);
/* NULL: not there */
struct ptp_grant_entry *ptp_grant_table_find(const struct ptp_grant_table *t,
					     const struct ptp_grant_client *c);
/* One that is not there yet, with nothing granted. NULL: no room. */
struct ptp_grant_entry *ptp_grant_table_add(struct ptp_grant_table *t,
					    const struct ptp_grant_client *c);
/* Entry @n, which is in no slot of the wheel */
void ptp_grant_table_remove(struct ptp_grant_table *t, u32 n);

static inline u32 ptp_grant_table_number(const struct ptp_grant_table *t,
					 const struct ptp_grant_entry *e)
{
	return (u32)(e - t->entry);
}

static inline bool ptp_grant_same_client(const struct ptp_grant_client *a,
					 const struct ptp_grant_client *b)
{
	return a->id.clock == b->id.clock && a->id.port == b->id.port &&
		!memcmp(a->address, b->address, sizeof(a->address));
}

/*
 * The same as find. In *place is where it was found the last time, or anything; then, where
 * it is. To look there costs an eighth of hashing.
 */
static inline struct ptp_grant_entry *
ptp_grant_table_find_at(const struct ptp_grant_table *t, const struct ptp_grant_client *c,
			u32 *place)
{
	struct ptp_grant_entry *e;

	if (*place < t->size) {
		e = &t->entry[*place];
		if (e->used && ptp_grant_same_client(&e->client, c))
			return e;
	}
	e = ptp_grant_table_find(t, c);
	if (e)
		*place = ptp_grant_table_number(t, e);
	return e;
}

#endif
