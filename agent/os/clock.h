/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system clock as struct clock_ops: frequency through adjtimex's tick and
 * freq fields (any correction within +-10 %), steps through ADJ_SETOFFSET, and
 * what the kernel tells other programs. A watch-only clock has the same
 * operations; those that would change anything do nothing and return 0. leap of
 * set_status is as leap_state.pending: +1, -1 or 0.
 */
#ifndef ATS_OS_CLOCK_H
#define ATS_OS_CLOCK_H

#include <sys/timex.h>
#include <time.h>

#include "core/timekeeper.h"
#include "types.h"

/* The calls into the operating system; as libc's, so that tests can stand in. */
struct sysclock_calls {
	int (*gettime)(clockid_t id, struct timespec *ts);
	int (*settime)(clockid_t id, const struct timespec *ts);
	int (*adjtime)(clockid_t id, struct timex *tx);
};

struct sysclock;

/*
 * @control: take the clock over (the kernel's own PLL and slews are switched
 * off, the frequency stays); else only ever read. @calls NULL: the real ones.
 * 0 with *out, or -errno with a sentence in @err.
 */
int sysclock_open(bool control, const struct sysclock_calls *calls, struct sysclock **out,
		  char *err, size_t errlen);
/* The clock goes on as it is. */
void sysclock_close(struct sysclock *c);
/* Pass @c as ctx. */
const struct clock_ops *sysclock_ops(const struct sysclock *c);

enum sysclock_event {
	SYSCLOCK_STEADY,
	SYSCLOCK_JUMPED,	/* someone else set it, or the host slept */
	SYSCLOCK_LEAPT,		/* the kernel inserted or deleted a leap second */
};

/*
 * Has sys moved against mono since the last call, other than by our steps?
 * *delta_ns is by how much. To be called every few seconds.
 */
enum sysclock_event sysclock_watch(struct sysclock *c, s64 *delta_ns);

/*
 * The free-running time behind sys: neither our frequency corrections nor any
 * step show in it (core/timeline.h, less the steps). For what is measured
 * between two oscillators. sys in the past is right for some corrections back,
 * not across a step.
 */
s64 sysclock_free(const struct sysclock *c, s64 sys);
s64 sysclock_from_free(const struct sysclock *c, s64 free_ns);

/*
 * Kernel units. A ratio to the nearest tick and freq that give it, and back.
 * Within +-500 ppm tick stays nominal. Beyond +-10 %: the limit.
 */
void sysclock_from_ratio(double ratio, long hz, long *tick, long *freq);
double sysclock_to_ratio(long hz, long tick, long freq);

#endif
