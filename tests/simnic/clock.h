/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A clock: the PHC of one or more NICs, or of none, with the pins of its pulses.
 * Known by the name it was made with, for all network namespaces.
 */
#ifndef SIMNIC_CLOCK_H
#define SIMNIC_CLOCK_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/spinlock.h>

#include "base.h"
#include "counter.h"
#include "pulse.h"
#include "setting.h"

#define SIMNIC_NAME_LEN 32
/* Rates are bounded so that their product keeps a clock running forward. */
#define SIMNIC_ADJUST_MAX_PPB 62499999
#define SIMNIC_ERROR_MAX_PPB 100000000

enum simnic_clock_setting {
	SIMNIC_FREQUENCY_PPB,
	SIMNIC_WANDER_PPT,
	SIMNIC_CLOCK_SEED,
	SIMNIC_READ_NS,
	SIMNIC_READ_JITTER_NS,
	SIMNIC_EXTENDED,
	SIMNIC_PRECISE,
};

struct simnic_clock {
	struct list_head list;		/* of all clocks, under a mutex of clock.c */
	struct kref refs;
	char name[SIMNIC_NAME_LEN];
	struct dentry *dir;
	struct simnic_settings settings;
	struct ptp_clock_info info;
	struct ptp_clock *ptp;

	spinlock_t lock;		/* for all below; taken in hard interrupts too */
	struct simnic_counter counter;
	struct simnic_random read_random;
	struct simnic_pulses pulses;
};

/*
 * All in process context. A new clock starts at CLOCK_REALTIME. ERR_PTR(-EEXIST)
 * when the name is taken, -EINVAL when it is none, -ENOENT when there is no such clock.
 */
struct simnic_clock *simnic_clock_new(const char *name);
struct simnic_clock *simnic_clock_get(const char *name);
void simnic_clock_put(struct simnic_clock *c);

/* Readings of all clocks at one instant, by name; stops when @show is not 0. */
int simnic_clock_for_each(int (*show)(struct simnic_clock *c, void *arg), void *arg);

bool simnic_name_valid(const char *name);

int simnic_clock_index(const struct simnic_clock *c);

/* Any context. @t: true time; a little ahead it is as the clock runs now. */
__int128 simnic_clock_at(struct simnic_clock *c, s64 t);

#endif
