// SPDX-License-Identifier: GPL-2.0-or-later
/* What the module is told again and again: the clock, and those of the NICs. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel_private.h"
#include "kernel/module_iface.h"

/* Often enough for what is not moving, */
#define PERIOD_NS NSEC_PER_SEC
/* and while the correction moves by more than this from one time to the next. */
#define MOVING_NS 100
/* This many times before the module stops to believe it. */
#define WITHIN_VALID 4
/*
 * Transmit stamps awaited at once. Many NICs have room for one, shared with
 * whoever else wants one, and do not say how many.
 */
#define TX_SLOTS 1
/* Interfaces that are new. */
#define LIST_EVERY_NS (30 * NSEC_PER_SEC)
#define LINE_VALID_MAX_MS 60000
#define LINE_ERROR_MAX_NS 1e6

u32 kernel_valid_ms(const struct kernel *k)
{
	return (u32)(k->cfg->kernel_valid_ns / 1e6);
}

/* A clock is not predicted further ahead than a minute. */
static u32 line_valid_ms(const struct kernel *k)
{
	u32 ms = kernel_valid_ms(k);

	return ms < LINE_VALID_MAX_MS ? ms : LINE_VALID_MAX_MS;
}

s64 kernel_period(const struct kernel *k)
{
	s64 within = (s64)(k->cfg->kernel_valid_ns / WITHIN_VALID);

	return within < PERIOD_NS ? within : PERIOD_NS;
}

void kernel_wait(struct event *timer, s64 ns)
{
	struct timeval tv = { .tv_sec = ns / NSEC_PER_SEC, .tv_usec = ns % NSEC_PER_SEC / 1000 };

	event_add(timer, &tv);
}

void kernel_schedule(struct kernel *k)
{
	kernel_wait(k->timer, k->moving ? KERNEL_MOVING_NS : kernel_period(k));
}

static bool in_list(const u32 *list, unsigned int n, u32 ifindex)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (list[i] == ifindex)
			return true;
	return false;
}

bool kernel_has_line(const struct kernel *k, u32 ifindex)
{
	return in_list(k->line, k->nline, ifindex);
}

struct lines {
	u32 ifindex[KERNEL_LINES_MAX];
	unsigned int n;
};

static void publish_line(struct kernel *k, const struct hwstamp_line *line, struct lines *now)
{
	const struct module_iface set = {
		.ifindex = (u32)line->ifindex, .has_line = true,
		.line_phc = line->phc, .line_sys = line->sys,
		.line_rate = line->rate, .line_valid_ms = line_valid_ms(k),
		.line_error = (u32)fmin(line->early_ns, LINE_ERROR_MAX_NS),
		.tx_slots = TX_SLOTS, .speed = line->speed_mbps,
	};

	if (line->valid && now->n < KERNEL_LINES_MAX && !module_iface_set(k->ask, &set))
		now->ifindex[now->n++] = set.ifindex;
}

/* What is said of it is forgotten; a PTP port cannot do without it all the same. */
static void forget_interface(struct kernel *k, u32 ifindex)
{
	const struct module_iface nothing = { .ifindex = ifindex };

	module_iface_del(k->ask, ifindex);
	if (kernel_ptp_uses(k, ifindex))
		module_iface_set(k->ask, &nothing);
}

/* A NIC that is not used any more, or whose clock is not understood, loses its line. */
void kernel_publish_lines(struct kernel *k)
{
	bool ntp = k->cfg->serve_ntp.enabled;
	struct lines now = { .n = 0 };
	struct hwstamp_line line;
	unsigned int i;
	u32 ifindex;

	k->lines_mono = kernel_mono(k);
	for (i = 0; ntp && hwstamp_get_line(k->ops.hwstamp, i, &line); i++)
		publish_line(k, &line, &now);
	for (i = 0; (ifindex = kernel_ptp_line_wanted(k, i)); i++)
		if (!in_list(now.ifindex, now.n, ifindex) &&
		    hwstamp_ptp_line(k->ops.hwstamp, (int)ifindex, ntp, &line))
			publish_line(k, &line, &now);
	for (i = 0; i < k->nline; i++)
		if (!in_list(now.ifindex, now.n, k->line[i]))
			forget_interface(k, k->line[i]);
	memcpy(k->line, now.ifindex, now.n * sizeof(now.ifindex[0]));
	k->nline = now.n;
}

/* Interfaces without a NIC's clock: the driver stamps what is sent there. */
static void publish_plain(struct kernel *k)
{
	u32 all[KERNEL_INTERFACES_MAX];
	unsigned int n = k->ops.interfaces(k->ops.ctx, all, ARRAY_SIZE(all)), i;

	k->listed_mono = kernel_mono(k);
	k->nplain = 0;
	for (i = 0; i < n; i++) {
		const struct module_iface set = { .ifindex = all[i] };

		if (!in_list(k->line, k->nline, all[i]) && !module_iface_set(k->ask, &set))
			k->plain[k->nplain++] = all[i];
	}
}

void kernel_forget_interfaces(struct kernel *k)
{
	unsigned int i, kept = 0;

	for (i = 0; i < k->nline; i++) {
		if (kernel_ptp_uses(k, k->line[i]))
			k->line[kept++] = k->line[i];
		else
			module_iface_del(k->ask, k->line[i]);
	}
	k->nline = kept;
	for (i = 0; i < k->nplain; i++)
		if (!kernel_ptp_uses(k, k->plain[i]))
			module_iface_del(k->ask, k->plain[i]);
	k->nplain = 0;
}

int kernel_publish(struct kernel *k)
{
	struct ntp_server_state st;
	int r;

	k->ops.get_state(k->ops.ctx, &st);
	/* lines first: after a step stamps are converted by none */
	kernel_publish_lines(k);
	if (!k->serving || kernel_mono(k) - k->listed_mono >= LIST_EVERY_NS)
		publish_plain(k);
	r = module_state_set(k->ask, &st, kernel_valid_ms(k), k->stepped);
	if (r) {
		kernel_refused(k, "the state of the clock", r);
		return r;
	}
	k->stepped = false;
	k->moving = llabs(st.correction_ns - k->correction_ns) > MOVING_NS;
	k->correction_ns = st.correction_ns;
	k->published_mono = kernel_mono(k);
	kernel_schedule(k);
	return 0;
}

/* At most as often as while the correction moves. */
void kernel_update(struct kernel *k)
{
	s64 wait;

	kernel_ptp_update(k);
	if (!k->serving)
		return;
	wait = k->published_mono + KERNEL_MOVING_NS - kernel_mono(k);
	if (wait <= 0)
		kernel_publish(k);
	else
		kernel_wait(k->timer, wait);
}

/*
 * This may be in the middle of what the timekeeper does: the new state is
 * fetched when the loop runs again, and until then the daemon answers.
 */
void kernel_stepped(struct kernel *k)
{
	if (!k->ask)
		return;
	kernel_ptp_pause(k);
	if (k->serving || kernel_ptp_serves(k))
		k->stepped = module_state_del(k->ask, true);
	if (k->serving)
		kernel_wait(k->timer, 0);
}
