// SPDX-License-Identifier: GPL-2.0-or-later
/* Which NICs there are, below which interfaces, and which of a bond's is in use. */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "os/hwstamp_private.h"

/* The clock with this index, opened when it is new; NULL when it cannot be used. */
static struct phc_clock *get_clock(struct hwstamp *h, int index)
{
	struct phc_clock *c;
	unsigned int i;

	for (i = 0; i < h->nclock; i++)
		if (phc_clock_index(h->clock[i]) == index)
			return phc_clock_there(h->clock[i]) ? h->clock[i] : NULL;
	c = h->nclock < PHC_MAX ? phc_clock_new(index, h->cfg.calls, h->cfg.clock, h->cfg.log) : NULL;
	if (!c)
		return NULL;
	h->clock[h->nclock++] = c;
	return phc_clock_there(c) ? c : NULL;
}

static struct nic *find_nic(struct hwstamp *h, const char *name)
{
	unsigned int i;

	for (i = 0; i < h->nnic; i++)
		if (!strcmp(h->nic[i].name, name))
			return &h->nic[i];
	return NULL;
}

static struct nic *add_nic(struct hwstamp *h, const char *name, int ifindex)
{
	struct nic *n;

	if (h->nnic == NIC_MAX)
		return NULL;
	n = &h->nic[h->nnic++];
	*n = (struct nic) { .ifindex = ifindex };
	snprintf(n->name, sizeof(n->name), "%.*s", IFNAMSIZ - 1, name);
	return n;
}

/* @was: how that went the last time; NULL: it is the first. */
static enum nic_stamping enable(struct hwstamp *h, const char *name, const enum nic_stamping *was,
				unsigned int *need)
{
	enum nic_stamping s;
	char say[256];

	s = nic_enable(h->cfg.calls, name, need, say, sizeof(say));
	/* of what is as it was nothing is said twice */
	if (!was || s == NIC_STAMPS_SET || (s < NIC_STAMPS_KEPT && s != *was))
		h->cfg.log(s == NIC_STAMPS_REFUSED ? LOG_WARNING : LOG_INFO, "%s", say);
	return s;
}

/* Looks at a NIC for the first time, or again: its clock, speed and settings. */
static void scan_nic(struct hwstamp *h, const struct wanted *w)
{
	struct nic *n = find_nic(h, w->name);
	int ifindex = nic_index(h->cfg.calls, w->name), phc;
	const enum nic_stamping *was = n && !n->alias ? n->outcome : NULL;
	unsigned int need = w->need;
	enum nic_stamping s, first;

	if (ifindex < 0) {
		if (n)
			n->clock = NULL;
		return;
	}
	first = s = enable(h, w->name, was, &need);
	/* no PTP is no reason to leave NTP without */
	if (s < NIC_STAMPS_KEPT && w->need & NIC_FOR_NTP && w->need != NIC_FOR_NTP) {
		need = NIC_FOR_NTP;
		s = enable(h, w->name, was ? was + 1 : NULL, &need);
	}
	if (!n)
		n = add_nic(h, w->name, ifindex);
	if (!n)
		return;
	phc = s >= NIC_STAMPS_KEPT ? nic_phc(h->cfg.calls, w->name) : -ENODEV;
	n->alias = false;
	n->ifindex = ifindex;
	if (!nic_master(h->cfg.calls, w->name, n->master))
		n->master[0] = '\0';
	n->outcome[0] = first;
	n->outcome[1] = s;
	n->stamps = need;
	n->clock = phc >= 0 ? get_clock(h, phc) : NULL;
	n->speed = n->clock ? nic_speed(h->cfg.calls, w->name) : 0;
	/* two NICs may share a clock */
	if (n->clock && w->steer)
		phc_clock_take(n->clock, true);
}

/* The NICs below @name are to stamp @need, too. */
static void want_below(const struct hwstamp *h, const char *name, unsigned int need, bool steer,
		       struct wanted w[NIC_MAX], unsigned int *n)
{
	char below[NIC_MAX][IFNAMSIZ];
	unsigned int nbelow = nic_below(h->cfg.calls, name, below), i, k;

	for (i = 0; i < nbelow; i++) {
		for (k = 0; k < *n && strcmp(w[k].name, below[i]); k++)
			;
		if (k == NIC_MAX)
			return;
		if (k == *n) {
			w[k] = (struct wanted){ .need = 0 };
			memcpy(w[k].name, below[i], IFNAMSIZ);
			++*n;
		}
		w[k].need |= need;
		w[k].steer |= steer;
	}
}

void hwstamp_scan(struct hwstamp *h)
{
	char name[NIC_MAX][IFNAMSIZ];
	struct wanted w[NIC_MAX];
	unsigned int n, nwanted = 0, i;

	/* indices may have got another meaning */
	for (i = 0; i < h->nnic; i++)
		if (h->nic[i].alias)
			h->nic[i--] = h->nic[--h->nnic];
	for (n = 0; n < h->cfg.ninterface && n < NIC_MAX; n++)
		snprintf(name[n], IFNAMSIZ, "%.*s", IFNAMSIZ - 1, h->interface[n]);
	if (!h->cfg.ninterface)
		n = nic_list(name);
	for (i = 0; i < n; i++)
		want_below(h, name[i], NIC_FOR_NTP, false, w, &nwanted);
	for (i = 0; i < h->nptp; i++)
		want_below(h, h->ptp[i].name, h->ptp[i].need, h->ptp[i].steer, w, &nwanted);
	for (i = 0; i < nwanted; i++)
		scan_nic(h, &w[i]);
	hwstamp_look_at_bonds(h);
}

void hwstamp_look_at_bonds(struct hwstamp *h)
{
	char active[IFNAMSIZ];
	unsigned int i;

	for (i = 0; i < h->nnic; i++) {
		struct nic *n = &h->nic[i];

		n->active = n->master[0] && nic_active(h->cfg.calls, n->master, active) &&
			!strcmp(active, n->name);
	}
}

/* A VLAN or a bond stands for the NICs below it. */
static void stand_for(struct hwstamp *h, struct nic *n)
{
	char below[NIC_MAX][IFNAMSIZ];
	unsigned int nbelow = nic_below(h->cfg.calls, n->name, below), i;
	const struct nic *known, *first = find_nic(h, below[0]);

	if (first && first != n)
		memcpy(n->below, first->name, IFNAMSIZ);
	for (i = 1; i < nbelow; i++) {
		known = find_nic(h, below[i]);
		n->mixed |= !first || !known || known->clock != first->clock;
	}
}

struct nic *hwstamp_find(struct hwstamp *h, int ifindex)
{
	char name[IFNAMSIZ];
	struct nic *n;
	unsigned int i;

	if (ifindex <= 0)
		return NULL;
	for (i = 0; i < h->nnic; i++)
		if (h->nic[i].ifindex == ifindex)
			return &h->nic[i];
	if (nic_name(h->cfg.calls, ifindex, name))
		return NULL;
	n = add_nic(h, name, ifindex);
	if (!n)
		return NULL;
	n->alias = true;
	stand_for(h, n);
	return n;
}

struct nic *hwstamp_in_use(struct hwstamp *h, struct nic *n)
{
	unsigned int i;

	for (i = 0; n->master[0] && i < h->nnic; i++)
		if (h->nic[i].active && !strcmp(h->nic[i].master, n->master))
			return &h->nic[i];
	return n;
}

struct nic *hwstamp_below(struct hwstamp *h, struct nic *n)
{
	struct nic *first = n && n->alias ? find_nic(h, n->below) : n;

	return first && first != n ? hwstamp_in_use(h, first) : first;
}
