/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One direction of a network path: how long a packet takes, or that it is lost. */
#ifndef ATS_SIM_NETWORK_H
#define ATS_SIM_NETWORK_H

#include "rng.h"
#include "types.h"

enum noise_kind {
	NOISE_NONE,
	NOISE_EXPONENTIAL,
	NOISE_GAMMA,		/* shape; mean is scale, so high shapes look Gaussian */
	NOISE_PARETO,		/* shape = alpha; unbounded mean from 1 down */
	NOISE_LOGNORMAL,	/* shape = sigma; median is scale */
	NOISE_WEIBULL,		/* shape */
	NOISE_UNIFORM,		/* 0..2 scale */
	NOISE_BIMODAL,		/* exponential, plus far_ns with probability */
	NOISE_BURST,		/* exponential; during bursts far_ns is the scale */
	NOISE_LOAD,		/* exponential; scale swings from 0.05 to 2 times scale */
	NOISE_GAUSS,		/* normal, both sides of the base */
	NOISE_COALESCE,		/* exponential, plus uniform 0..far_ns of a waiting NIC */
	NOISE_QUEUE,		/* a busy queue: each wait remembers the one before */
};

struct noise_law {
	enum noise_kind kind;
	double scale_ns;
	double shape;
	double far_ns, far_chance;
	double burst_s, quiet_s;	/* lengths of bursts and between them */
	double period_s;		/* of the load; queue: its memory */
};

#define PATH_OUTAGES 2

struct path_law {
	double base_ns;
	struct noise_law noise;
	double loss;			/* chance of losing a packet */
	struct { double from_s, to_s; } outage[PATH_OUTAGES];	/* to_s 0: none */
	struct { double at_s, delta_ns; } route;		/* at_s 0: none */
	bool reorder;			/* a late packet does not hold up the next */
};

struct path {
	struct path_law law;
	struct rng rng;
	s64 start;
	s64 last_arrival;
	s64 last_departure;
	double queue_ns;
};

void path_init(struct path *p, const struct path_law *law, s64 start, u64 seed, u64 stream);
/* A packet enters at true time @t; false: lost. Departures in order of time. */
bool path_transit(struct path *p, s64 t, s64 *arrival);
/* Its shortest possible delay at true time @t. */
double path_base_ns(const struct path *p, s64 t);

#endif
