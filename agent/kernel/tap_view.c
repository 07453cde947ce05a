// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/tap_view.h"

#include <stdlib.h>
#include <string.h>

struct ring {
	const struct ats_tap_ring *shared;
	const struct ats_tap_record *record;
	u64 next;		/* the first record not taken */
	u64 dropped;		/* of shared->dropped, at the beginning */
};

struct tap_view {
	u32 records;		/* of one ring */
	u32 rings, first;	/* the ring to take from first */
	u64 overwritten;
	struct ring ring[];
};

static u64 head_of(const struct ring *ring)
{
	return __atomic_load_n(&ring->shared->head, __ATOMIC_ACQUIRE);
}

static u64 dropped_of(const struct ring *ring)
{
	return __atomic_load_n(&ring->shared->dropped, __ATOMIC_RELAXED);
}

size_t tap_view_size(const void *map, size_t size)
{
	const struct ats_tap_info *i = map;
	u64 ring;

	if (size < sizeof(*i) || i->version != ATS_TAP_VERSION ||
	    i->record_size != sizeof(struct ats_tap_record) || !i->records ||
	    i->records & (i->records - 1) || !i->rings)
		return 0;
	ring = sizeof(struct ats_tap_ring) + (u64)i->records * i->record_size;
	if (i->ring_offset < sizeof(*i) || i->ring_offset % 8 || i->ring_size < ring ||
	    i->ring_size % 8 || i->size > SIZE_MAX || i->ring_offset > i->size ||
	    i->rings > (i->size - i->ring_offset) / i->ring_size)
		return 0;
	return (size_t)i->size;
}

static void find_ring(struct ring *ring, const void *map, const struct ats_tap_info *info, u32 n)
{
	const u8 *at = (const u8 *)map + info->ring_offset + n * info->ring_size;

	ring->shared = (const void *)at;
	ring->record = (const void *)(at + sizeof(*ring->shared));
	ring->dropped = dropped_of(ring);
}

struct tap_view *tap_view_new(const void *map, size_t size, bool all)
{
	const struct ats_tap_info *info = map;
	struct tap_view *v;
	size_t whole = tap_view_size(map, size);

	if (!whole || whole > size)
		return NULL;
	v = calloc(1, sizeof(*v) + info->rings * sizeof(v->ring[0]));
	if (!v)
		return NULL;
	v->records = info->records;
	v->rings = info->rings;
	for (u32 i = 0; i < v->rings; i++) {
		find_ring(&v->ring[i], map, info, i);
		v->ring[i].next = head_of(&v->ring[i]);
		if (all)
			v->ring[i].next -= v->ring[i].next < v->records ? v->ring[i].next : v->records;
	}
	return v;
}

void tap_view_free(struct tap_view *v)
{
	free(v);
}

/* What is at the place of record @n; false when it is not that record, or not whole. */
static bool copy(const struct tap_view *v, const struct ring *ring, u64 n,
		 struct ats_tap_record *out)
{
	const struct ats_tap_record *from = &ring->record[n & (v->records - 1)];

	if (__atomic_load_n(&from->position, __ATOMIC_ACQUIRE) != n + 1)
		return false;
	memcpy(out, from, sizeof(*out));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	out->position = n + 1;
	return __atomic_load_n(&from->position, __ATOMIC_RELAXED) == n + 1;
}

static size_t take_from(struct tap_view *v, struct ring *ring, struct ats_tap_record *out,
			size_t max)
{
	u64 head = head_of(ring);
	size_t n = 0;

	if (head - ring->next > v->records) {
		v->overwritten += head - ring->next - v->records;
		ring->next = head - v->records;
	}
	while (n < max && ring->next != head) {
		if (copy(v, ring, ring->next++, &out[n]))
			n++;
		else
			v->overwritten++;
	}
	return n;
}

static int by_time(const void *a, const void *b)
{
	const struct ats_tap_record *x = a, *y = b;

	if (x->raw != y->raw)
		return x->raw < y->raw ? -1 : 1;
	if (x->cpu != y->cpu)
		return x->cpu < y->cpu ? -1 : 1;
	return x->position < y->position ? -1 : x->position > y->position;
}

size_t tap_view_take(struct tap_view *v, struct ats_tap_record *out, size_t max)
{
	size_t n = 0;

	for (u32 i = 0; i < v->rings && n < max; i++)
		n += take_from(v, &v->ring[(v->first + i) % v->rings], out + n, max - n);
	v->first = (v->first + 1) % v->rings;	/* so that a busy ring starves no other */
	qsort(out, n, sizeof(*out), by_time);
	return n;
}

u64 tap_view_lost(const struct tap_view *v)
{
	u64 lost = v->overwritten;

	for (u32 i = 0; i < v->rings; i++)
		lost += dropped_of(&v->ring[i]) - v->ring[i].dropped;
	return lost;
}
