/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event queue: things that happen at a true time, in order; what was put
 * in first happens first when times are equal.
 */
#ifndef ATS_SIM_EVENTS_H
#define ATS_SIM_EVENTS_H

#include "types.h"
#include "wire/ntp_packet.h"

struct sim_packet {
	u8 octets[NTP_HEADER_LEN];
	s64 t1, t2, t3;		/* stamps of those who touched it, where wanted */
	u64 id;
};

struct event {
	s64 at;			/* true time */
	u64 order;
	void (*fire)(void *ctx, s64 now, const struct sim_packet *p);
	void *ctx;
	struct sim_packet packet;
};

struct events {
	struct event *heap;
	unsigned int n, capacity;
	u64 order;
};

void events_init(struct events *q);
void events_free(struct events *q);
/* @p may be NULL. 0 or -ENOMEM. */
int events_add(struct events *q, s64 at,
	       void (*fire)(void *ctx, s64 now, const struct sim_packet *p), void *ctx,
	       const struct sim_packet *p);
/* Take the first one that happens before @end; false: none. */
bool events_next(struct events *q, s64 end, struct event *out);

#endif
