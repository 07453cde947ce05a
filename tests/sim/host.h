/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client host: a clock as the kernel gives it, timers, and the agent's own
 * timekeeper and NTP associations, glued together as the daemon does.
 */
#ifndef ATS_SIM_HOST_H
#define ATS_SIM_HOST_H

#include "core/timekeeper.h"
#include "network.h"
#include "ntp/assoc.h"
#include "oscillator.h"
#include "scenario.h"
#include "server.h"
#include "world.h"

struct host;

struct host_source {
	struct host *host;
	struct server server;
	struct path fwd, back;
	struct assoc *assoc;
	struct tk_source *tk;
	int min_poll, max_poll;
	u64 requests;		/* number of the newest one */
};

struct host {
	struct world *world;
	const struct scenario *scenario;
	struct oscillator oscillator;
	s64 now;		/* true time of the event being handled */
	s64 mono_base;		/* sys - mono */
	int leap_armed;		/* as the kernel was told: +1, -1, 0 */
	s64 leap_midnight;	/* sys, the end of the day it was armed in */
	u64 wake_order;		/* the newest wake-up counts, older ones do not */
	s64 wake_at;		/* true time; 0: none */
	struct timekeeper *tk;
	struct host_source source[SCENARIO_SOURCES];
	unsigned int nsource;
	struct rng rng;
};

/* 0 or -errno; to be freed in either case. */
int host_start(struct host *h, struct world *w, const struct scenario *s, int min_poll,
	       int max_poll, bool interleave, u64 seed);
void host_free(struct host *h);
/* The kernel has just put a leap second in, or left one out: the daemon notices soon. */
void host_leapt(struct host *h);
/* What CLOCK_REALTIME says at true time @t, not before the last event. */
s64 host_read(struct host *h, s64 t);

#endif
