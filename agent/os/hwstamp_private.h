/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of hwstamp*.c: the NICs that stamp, what they are below of, and their clocks. */
#ifndef ATS_HWSTAMP_PRIVATE_H
#define ATS_HWSTAMP_PRIVATE_H

#include <net/if.h>

#include "core/oscillator.h"
#include "os/hwstamp.h"
#include "os/nic.h"
#include "os/phc_clock.h"

#define PHC_MAX 16

struct nic {
	char name[IFNAMSIZ];
	int ifindex;
	struct phc_clock *clock;	/* NULL: no stamps from here, remembered */
	char master[IFNAMSIZ];		/* bond or bridge that it is a member of; "": none */
	bool active;			/* the one member in use of it */
	/* found by its index, not configured: has no stamps, but stands for a NIC that has */
	bool alias;
	char below[IFNAMSIZ];		/* that NIC, the first of them; "": none */
	bool mixed;			/* and for others with another clock */
	unsigned int stamps;		/* NIC_FOR_*, of received packets */
	enum nic_stamping outcome[2];	/* of the last scan: of all that is needed, in the end */
	unsigned int speed;
	unsigned int refused_in_row;
	s64 off_until_mono;
	u64 converted, refused;
};

struct wanted {			/* an interface, or a NIC below some */
	char name[IFNAMSIZ];
	unsigned int need;		/* NIC_FOR_* */
	bool steer;
};

struct hwstamp {
	struct hwstamp_config cfg;
	struct wanted ptp[NIC_MAX];
	unsigned int nptp;
	char **interface;
	struct event *read_timer, *scan_timer, *wake_timer;
	bool often;			/* as the read timer runs now; then the other wakes */
	s64 often_until_mono;		/* without PTP, too */
	struct phc_clock *clock[PHC_MAX];
	unsigned int nclock;
	struct oscillator_pair pair[PHC_MAX][PHC_MAX];	/* [i][k], k < i */
	struct nic nic[NIC_MAX];
	unsigned int nnic;
};

static inline s64 hwstamp_mono(const struct hwstamp *h)
{
	return sysclock_ops(h->cfg.clock)->now_mono(h->cfg.clock);
}

/* Clocks are read often at least until then. */
void hwstamp_read_often(struct hwstamp *h, s64 until_mono);
/* Look for NICs, their clocks and masters again, and have them stamp. */
void hwstamp_scan(struct hwstamp *h);
/* Which members bonds use at the moment */
void hwstamp_look_at_bonds(struct hwstamp *h);

/* A NIC, or what stands for some; one that was not configured is looked up once. */
struct nic *hwstamp_find(struct hwstamp *h, int ifindex);
/* The member in use of @n's bond, where only one is, else @n */
struct nic *hwstamp_in_use(struct hwstamp *h, struct nic *n);
/* @n, or the NIC that @n stands for, of a bond as by hwstamp_in_use(); NULL: none */
struct nic *hwstamp_below(struct hwstamp *h, struct nic *n);

#endif
