/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by kernel*.c, nobody else. */
#ifndef ATS_KERNEL_PRIVATE_H
#define ATS_KERNEL_PRIVATE_H

#include <net/if.h>

#include "kernel/kernel.h"

/* Sockets and interfaces, more than a configuration can name. */
#define KERNEL_PLACES_MAX 96
#define KERNEL_LINES_MAX 64
#define KERNEL_INTERFACES_MAX 256
/* How often the module is told of clocks while they are moving, at most. */
#define KERNEL_MOVING_NS (NSEC_PER_SEC / 16)

/* Where the module answers, or is to. */
struct kernel_place {
	int fd;			/* -1: ingress of an interface */
	char name[IF_NAMESIZE];
	u16 port;		/* of ingress */
	u32 id;			/* 0: not attached */
	bool told;		/* that it cannot be */
	bool seen;		/* by kernel_count() */
	struct module_counts counts;	/* of this id, when last looked at */
};

struct kernel_tx {
	u64 hardware, software, lost;
};

struct kernel {
	struct event_base *base;
	struct kernel_ops ops;
	const struct config *cfg;
	struct genl *watch;	/* families that come and go */
	struct genl *ask;	/* NULL: no module */
	struct genl *events;	/* attachments that go */
	struct event *watch_event, *events_event, *timer, *ptp_timer;
	struct kernel_caps caps;
	bool told_absent;
	bool serving;
	char trouble[256];

	struct kernel_place place[KERNEL_PLACES_MAX];
	unsigned int nplace;
	struct module_counts before;	/* of attachments that ended */
	struct kernel_tx tx, tx_before;
	s64 counted_mono;

	bool stepped;		/* and the module was not told */
	s64 published_mono;
	s64 correction_ns;	/* published last */
	bool moving;		/* the correction, lately */
	u32 line[KERNEL_LINES_MAX];	/* interfaces that have one */
	unsigned int nline;
	u32 plain[KERNEL_INTERFACES_MAX];	/* and those that have none */
	unsigned int nplain;
	s64 listed_mono, lines_mono;
	struct kernel_ptp *ptp;		/* a list */
};

static inline s64 kernel_mono(const struct kernel *k)
{
	return k->ops.now_mono(k->ops.ctx);
}

/* kernel.c: the module is not there any more. */
void kernel_lose(struct kernel *k);
/* Is it still the one that we talk to? */
bool kernel_still_there(struct kernel *k);
/*
 * A request failed: notes why, and tells in the log. When the module is gone it
 * is lost, else it serves no longer.
 */
void kernel_refused(struct kernel *k, const char *what, int error);

/* kernel_publish.c: 0, or -errno and kernel_refused() was called. */
int kernel_publish(struct kernel *k);
/* When to publish again. */
void kernel_schedule(struct kernel *k);
/* But for those that PTP ports need. */
void kernel_forget_interfaces(struct kernel *k);
void kernel_publish_lines(struct kernel *k);
bool kernel_has_line(const struct kernel *k, u32 ifindex);
/* How long the module may believe us, and how often it is told again */
u32 kernel_valid_ms(const struct kernel *k);
s64 kernel_period(const struct kernel *k);
void kernel_wait(struct event *timer, s64 ns);

/* kernel_ptp.c */
/* Do what is due, and see to it that the timer comes again. */
void kernel_ptp_run(struct kernel *k);
/* A clock may move otherwise than it did. */
void kernel_ptp_update(struct kernel *k);
/* The system clock was stepped: until it is known where it is, nothing is served. */
void kernel_ptp_pause(struct kernel *k);
/* Leave the module without a trace. */
void kernel_ptp_stop(struct kernel *k);
void kernel_ptp_lost(struct kernel *k);
bool kernel_ptp_uses(const struct kernel *k, u32 ifindex);
bool kernel_ptp_serves(const struct kernel *k);
/* The @i-th interface for which stamps of the NIC below are wanted; 0: no more. */
u32 kernel_ptp_line_wanted(const struct kernel *k, unsigned int i);

/* kernel_places.c */
void kernel_drop_strangers(struct kernel *k);
void kernel_set_interfaces(struct kernel *k);
int kernel_attach(struct kernel *k);
void kernel_detach(struct kernel *k);
void kernel_count(struct kernel *k);
void kernel_places_lost(struct kernel *k);
/* The module says that one ended. */
void kernel_place_gone(struct kernel *k, const struct module_reply *r);

#endif
