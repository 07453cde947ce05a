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
#define MOVING_PERIOD_NS (NSEC_PER_SEC / 16)
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

static u32 valid_ms(const struct kernel *k)
{
	return (u32)(k->cfg->kernel_valid_ns / 1e6);
}

/* A clock is not predicted further ahead than a minute. */
static u32 line_valid_ms(const struct kernel *k)
{
	u32 ms = valid_ms(k);

	return ms < LINE_VALID_MAX_MS ? ms : LINE_VALID_MAX_MS;
}

static s64 period(const struct kernel *k)
{
	s64 within = (s64)(k->cfg->kernel_valid_ns / WITHIN_VALID);

	return within < PERIOD_NS ? within : PERIOD_NS;
}

static void wait_for(struct kernel *k, s64 ns)
{
	struct timeval tv = { .tv_sec = ns / NSEC_PER_SEC, .tv_usec = ns % NSEC_PER_SEC / 1000 };

	event_add(k->timer, &tv);
}

void kernel_schedule(struct kernel *k)
{
	wait_for(k, k->moving ? MOVING_PERIOD_NS : period(k));
}

static bool in_list(const u32 *list, unsigned int n, u32 ifindex)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (list[i] == ifindex)
			return true;
	return false;
}

/* A NIC that is not used any more, or whose clock is not understood, loses its line. */
static void publish_lines(struct kernel *k)
{
	u32 now[KERNEL_LINES_MAX];
	struct hwstamp_line line;
	unsigned int i, n = 0;

	for (i = 0; n < KERNEL_LINES_MAX && hwstamp_get_line(k->ops.hwstamp, i, &line); i++) {
		const struct module_iface set = {
			.ifindex = (u32)line.ifindex, .has_line = true, .line_phc = line.phc, .line_sys = line.sys,
			.line_rate = line.rate, .line_valid_ms = line_valid_ms(k),
			.line_error = (u32)fmin(line.early_ns, LINE_ERROR_MAX_NS),
			.tx_slots = TX_SLOTS, .speed = line.speed_mbps,
		};

		if (line.valid && !module_iface_set(k->ask, &set))
			now[n++] = set.ifindex;
	}
	for (i = 0; i < k->nline; i++)
		if (!in_list(now, n, k->line[i]))
			module_iface_del(k->ask, k->line[i]);
	memcpy(k->line, now, n * sizeof(now[0]));
	k->nline = n;
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
	unsigned int i;

	for (i = 0; i < k->nline; i++)
		module_iface_del(k->ask, k->line[i]);
	for (i = 0; i < k->nplain; i++)
		module_iface_del(k->ask, k->plain[i]);
	k->nline = k->nplain = 0;
}

int kernel_publish(struct kernel *k)
{
	struct ntp_server_state st;
	int r;

	k->ops.get_state(k->ops.ctx, &st);
	/* lines first: after a step stamps are converted by none */
	publish_lines(k);
	if (!k->serving || kernel_mono(k) - k->listed_mono >= LIST_EVERY_NS)
		publish_plain(k);
	r = module_state_set(k->ask, &st, valid_ms(k), k->stepped);
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

	if (!k->serving)
		return;
	wait = k->published_mono + MOVING_PERIOD_NS - kernel_mono(k);
	if (wait <= 0)
		kernel_publish(k);
	else
		wait_for(k, wait);
}

/*
 * This may be in the middle of what the timekeeper does: the new state is
 * fetched when the loop runs again, and until then the daemon answers.
 */
void kernel_stepped(struct kernel *k)
{
	if (!k->serving)
		return;
	k->stepped = module_state_del(k->ask, true);
	wait_for(k, 0);
}
