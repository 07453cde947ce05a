// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "events.h"

void events_init(struct events *q)
{
	*q = (struct events){ 0 };
}

void events_free(struct events *q)
{
	free(q->heap);
	*q = (struct events){ 0 };
}

static bool before(const struct event *a, const struct event *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static int grow(struct events *q)
{
	unsigned int capacity = q->capacity ? 2 * q->capacity : 32;
	struct event *heap = realloc(q->heap, capacity * sizeof(*heap));

	if (!heap)
		return -ENOMEM;
	q->heap = heap;
	q->capacity = capacity;
	return 0;
}

int events_add(struct events *q, s64 at,
	       void (*fire)(void *ctx, s64 now, const struct sim_packet *p), void *ctx,
	       const struct sim_packet *p)
{
	struct event e = { .at = at, .order = q->order++, .fire = fire, .ctx = ctx };
	unsigned int i;

	if (p)
		e.packet = *p;
	if (q->n == q->capacity && grow(q) < 0)
		return -ENOMEM;
	for (i = q->n++; i > 0 && before(&e, &q->heap[(i - 1) / 2]); i = (i - 1) / 2)
		q->heap[i] = q->heap[(i - 1) / 2];
	q->heap[i] = e;
	return 0;
}

bool events_next(struct events *q, s64 end, struct event *out)
{
	struct event *last;
	unsigned int i, child;

	if (!q->n || q->heap[0].at >= end)
		return false;
	*out = q->heap[0];
	last = &q->heap[--q->n];
	for (i = 0; (child = 2 * i + 1) < q->n; i = child) {
		if (child + 1 < q->n && before(&q->heap[child + 1], &q->heap[child]))
			child++;
		if (before(last, &q->heap[child]))
			break;
		q->heap[i] = q->heap[child];
	}
	q->heap[i] = *last;
	return true;
}
