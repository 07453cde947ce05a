/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all sources and PTP instances of one daemon share. */
#ifndef ATS_NTP_ENV_H
#define ATS_NTP_ENV_H

#include <event2/event.h>
#include <sys/socket.h>

#include "core/timekeeper.h"
#include "types.h"

struct ntp_env {
	struct event_base *base;
	struct timekeeper *tk;
	const struct clock_ops *clock;
	void *clock_ctx;
	struct resolver *resolver;
	double precision_ns;		/* of our own stamps */
	struct hwstamp *hwstamp;	/* NULL: no stamps of NICs */
	struct kernel *kernel;		/* NULL: the module is not used */
	struct ptp_wires *ptp_wires;
	/* Something was learned: timekeeper_next() may have moved. */
	void (*changed)(void *ctx);
	/* Is this server used by any source already? */
	bool (*in_use)(void *ctx, const struct sockaddr *address);
	void *ctx;
};

static inline s64 ntp_env_mono(const struct ntp_env *env)
{
	return env->clock->now_mono(env->clock_ctx);
}

#endif
