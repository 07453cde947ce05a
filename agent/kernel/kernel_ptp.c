// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kernel_ptp.h"

#include <errno.h>
#include <linux/as_timesync.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "kernel/kernel_private.h"
#include "kernel/module_iface.h"

/* After a refusal; it is logged once, however often it is repeated. */
#define RETRY_NS (10 * NSEC_PER_SEC)
/* How much of the counts an unloaded module may take with it. */
#define COUNT_EVERY_NS (10 * NSEC_PER_SEC)
/*
 * How old a line may become: within that the clocks' rates change by some 10 ns/s, and by
 * more when one of them is steered, which brings a new one at once.
 */
#define LINE_EVERY_NS (NSEC_PER_SEC / 8)

struct kernel_ptp {
	struct kernel *k;
	struct kernel_ptp *next;
	struct kernel_ptp_config cfg;
	struct config_net *acl;	/* cfg.place.acl */
	char name[IF_NAMESIZE];
	struct module_ptp_facts facts;
	bool wanted, hardware;
	u32 id;			/* 0: not attached */
	bool serves;		/* as was told last */
	bool said;		/* the module has the facts; else at once */
	s64 said_mono, counted_mono, retry_mono;
	struct module_ptp now, before;	/* counts of this id, and of those before */
	char trouble[256];
};

static void count(struct kernel_ptp *p)
{
	struct module_ptp now;

	p->counted_mono = kernel_mono(p->k);
	if (!module_ptp_get(p->k->ask, p->id, &now))
		p->now = now;
}

/* Its counts stay in the sum. */
static void ended(struct kernel_ptp *p)
{
	module_ptp_counts_add(&p->before, &p->now);
	p->now = (struct module_ptp){ 0 };
	p->id = 0;
	p->said = false;
	if (!p->serves)
		return;
	p->serves = false;
	p->cfg.serves(p->cfg.ctx, false);
}

static void stop(struct kernel_ptp *p)
{
	if (!p->id)
		return;
	if (p->k->ask) {
		count(p);
		/* what fails here is gone already */
		module_ptp_detach(p->k->ask, p->id);
	}
	ended(p);
}

static void refused(struct kernel_ptp *p, const char *what)
{
	struct kernel *k = p->k;
	char trouble[sizeof(p->trouble)];

	snprintf(trouble, sizeof(trouble), "%s: %.200s", what, genl_error(k->ask));
	if (!kernel_still_there(k)) {
		kernel_lose(k);
		return;
	}
	stop(p);
	p->retry_mono = kernel_mono(k) + RETRY_NS;
	if (strcmp(trouble, p->trouble))
		k->ops.log(LOG_WARNING, "the kernel module refuses PTP at %s: %s; its clients are "
			   "served without it", p->name, trouble);
	memcpy(p->trouble, trouble, sizeof(trouble));
}

/*
 * Are the stamps that the module would have those that count? With a line the NIC's
 * are taken, else the kernel's.
 */
static bool has_stamps(const struct kernel_ptp *p)
{
	return p->hardware == kernel_has_line(p->k, p->cfg.ifindex);
}

static int attach(struct kernel_ptp *p)
{
	int r = module_ptp_attach(p->k->ask, &p->cfg.place, &p->id);

	if (r)
		refused(p, "attaching its sockets");
	return r;
}

static int say(struct kernel_ptp *p, s64 now_mono)
{
	int r;

	if (p->said && now_mono - p->said_mono < kernel_period(p->k))
		return 0;
	r = module_ptp_set(p->k->ask, p->id, &p->facts, kernel_valid_ms(p->k));
	if (r == -ENOENT) {
		/* somebody detached it */
		ended(p);
		return r;
	}
	if (r) {
		refused(p, "what the port is");
		return r;
	}
	p->said = true;
	p->said_mono = now_mono;
	return 0;
}

static void attend(struct kernel_ptp *p)
{
	struct kernel *k = p->k;
	s64 now_mono = kernel_mono(k);

	if (!k->ask || !(k->caps.features & ATS_FEATURE_PTP))
		return;
	if (!p->wanted || !has_stamps(p)) {
		stop(p);
		return;
	}
	if (!p->id && (now_mono < p->retry_mono || attach(p)))
		return;
	if (say(p, now_mono))
		return;
	if (p->serves) {
		if (now_mono - p->counted_mono >= COUNT_EVERY_NS)
			count(p);
		return;
	}
	p->serves = true;
	p->trouble[0] = '\0';
	p->counted_mono = now_mono;
	k->ops.log(LOG_INFO, "%s: kernel module %s serves PTP clients", p->name,
		   k->caps.release);
	p->cfg.serves(p->cfg.ctx, true);
}

static bool is_wanted(const struct kernel *k, bool hardware)
{
	for (const struct kernel_ptp *p = k->ptp; p; p = p->next)
		if (p->wanted && (!hardware || p->hardware))
			return true;
	return false;
}

void kernel_ptp_run(struct kernel *k)
{
	s64 lines_mono = k->lines_mono + LINE_EVERY_NS - kernel_mono(k), wait;
	bool hardware = is_wanted(k, true);

	if (!k->ask)
		return;
	if (hardware && lines_mono <= 0) {
		kernel_publish_lines(k);
		lines_mono = LINE_EVERY_NS;
	}
	/* any of them may find out that there is no module */
	for (struct kernel_ptp *p = k->ptp; p && k->ask; p = p->next)
		attend(p);
	if (!k->ask || !is_wanted(k, false))
		return;
	wait = kernel_period(k);
	if (hardware && lines_mono < wait)
		wait = lines_mono;
	kernel_wait(k->ptp_timer, wait);
}

void kernel_ptp_update(struct kernel *k)
{
	s64 wait = k->lines_mono + KERNEL_MOVING_NS - kernel_mono(k);

	if (k->ask && is_wanted(k, true))
		kernel_wait(k->ptp_timer, wait > 0 ? wait : 0);
}

/* Once it runs again its timer tells what holds then. */
void kernel_ptp_pause(struct kernel *k)
{
	for (struct kernel_ptp *p = k->ptp; p; p = p->next) {
		struct module_ptp_facts nothing = p->facts;

		if (!p->id || !k->ask)
			continue;
		nothing.duties = 0;
		/* what fails here ends with its time, or with the module */
		module_ptp_set(k->ask, p->id, &nothing, kernel_valid_ms(k));
		p->said = false;
	}
	k->lines_mono = INT64_MIN / 2;
	if (k->ask && is_wanted(k, false))
		kernel_wait(k->ptp_timer, 0);
}

void kernel_ptp_stop(struct kernel *k)
{
	for (struct kernel_ptp *p = k->ptp; p; p = p->next) {
		stop(p);
		p->retry_mono = 0;
	}
}

void kernel_ptp_lost(struct kernel *k)
{
	for (struct kernel_ptp *p = k->ptp; p; p = p->next) {
		ended(p);
		p->retry_mono = 0;
		p->trouble[0] = '\0';
	}
}

bool kernel_ptp_uses(const struct kernel *k, u32 ifindex)
{
	for (const struct kernel_ptp *p = k->ptp; p; p = p->next)
		if (p->id && p->cfg.ifindex == ifindex)
			return true;
	return false;
}

bool kernel_ptp_serves(const struct kernel *k)
{
	for (const struct kernel_ptp *p = k->ptp; p; p = p->next)
		if (p->serves)
			return true;
	return false;
}

u32 kernel_ptp_line_wanted(const struct kernel *k, unsigned int i)
{
	for (const struct kernel_ptp *p = k->ptp; p; p = p->next)
		if (p->wanted && p->hardware && !i--)
			return p->cfg.ifindex;
	return 0;
}

struct kernel_ptp *kernel_ptp_new(struct kernel *k, const struct kernel_ptp_config *cfg)
{
	struct kernel_ptp *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->acl = calloc(cfg->place.nacl + 1, sizeof(*p->acl));
	if (!p->acl) {
		free(p);
		return NULL;
	}
	p->k = k;
	p->cfg = *cfg;
	if (cfg->place.nacl)
		memcpy(p->acl, cfg->place.acl, cfg->place.nacl * sizeof(*p->acl));
	p->cfg.place.acl = p->acl;
	snprintf(p->name, sizeof(p->name), "%s", cfg->name);
	p->next = k->ptp;
	k->ptp = p;
	return p;
}

void kernel_ptp_free(struct kernel_ptp *p)
{
	struct kernel_ptp **at;

	if (!p)
		return;
	p->serves = false;
	stop(p);
	for (at = &p->k->ptp; *at != p; at = &(*at)->next)
		;
	*at = p->next;
	if (p->k->ask && !p->k->serving)
		kernel_forget_interfaces(p->k);
	free(p->acl);
	free(p);
}

void kernel_ptp_set(struct kernel_ptp *p, const struct module_ptp_facts *facts, bool hardware)
{
	bool wanted = facts && facts->duties;

	if (wanted == p->wanted && hardware == p->hardware &&
	    (!wanted || !memcmp(facts, &p->facts, sizeof(*facts))))
		return;
	/* padding too: it is compared */
	if (wanted)
		memcpy(&p->facts, facts, sizeof(p->facts));
	p->wanted = wanted;
	p->hardware = hardware;
	p->said = false;
	kernel_ptp_run(p->k);
}

int kernel_ptp_grant(struct kernel_ptp *p, const struct module_ptp_grant *grants, size_t n)
{
	int r;

	if (!p->serves || n > MODULE_PTP_BATCH)
		return -EINVAL;
	r = module_ptp_grant(p->k->ask, p->id, grants, n);
	if (r && r != -ENOSPC)
		refused(p, "what clients were granted");
	return r;
}

bool kernel_ptp_next_sync(struct kernel_ptp *p, const struct ptp_grant_client *client,
			  u16 *sequence)
{
	struct module_ptp_grant grant;

	/* what goes wrong here the next renewal finds out */
	if (!p->serves || module_ptp_grant_get(p->k->ask, p->id, client, &grant) ||
	    !grant.sync.seconds)
		return false;
	*sequence = grant.sequence;
	return true;
}

void kernel_ptp_get_report(struct kernel_ptp *p, struct kernel_ptp_report *out)
{
	if (p->id && p->k->ask)
		count(p);
	*out = (struct kernel_ptp_report){ .serves = p->serves, .now = p->now };
	module_ptp_counts_add(&out->now, &p->before);
	memcpy(out->trouble, p->trouble, sizeof(out->trouble));
}
