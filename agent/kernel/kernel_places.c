// SPDX-License-Identifier: GPL-2.0-or-later
/* The sockets and interfaces at which the module answers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "kernel/kernel_private.h"
#include "kernel/module_iface.h"

static struct kernel_place *add_place(struct kernel *k, int fd, const char *name)
{
	struct kernel_place *p;

	if (k->nplace == KERNEL_PLACES_MAX)
		return NULL;
	p = &k->place[k->nplace++];
	*p = (struct kernel_place){ .fd = fd };
	snprintf(p->name, sizeof(p->name), "%s", name);
	return p;
}

/* Its counts stay in the sum. */
static void ended(struct kernel *k, struct kernel_place *p)
{
	if (p->id)
		module_counts_add(&k->before, &p->counts);
	p->counts = (struct module_counts){ 0 };
	p->id = 0;
}

static void detach(struct kernel *k, struct kernel_place *p)
{
	if (!p->id)
		return;
	if (k->ask)	/* what fails here is gone already */
		module_reply_detach(k->ask, p->id);
	ended(k, p);
}

static void remove_place(struct kernel *k, struct kernel_place *p)
{
	detach(k, p);
	*p = k->place[--k->nplace];
}

/* The module gets it with the next kernel_configure(), when it knows for whom. */
void kernel_socket_opened(struct kernel *k, int fd)
{
	add_place(k, fd, "");
}

void kernel_socket_closing(struct kernel *k, int fd)
{
	unsigned int i;

	for (i = 0; i < k->nplace; i++) {
		if (k->place[i].fd != fd)
			continue;
		if (k->place[i].id)
			kernel_count(k);
		/* counting may have found out that there is no module */
		remove_place(k, &k->place[i]);
		return;
	}
}

static bool wanted(const struct config_serve_ntp *cfg, const char *name)
{
	unsigned int i;

	for (i = 0; cfg->enabled && i < cfg->ningress; i++)
		if (!strcmp(cfg->ingress[i], name))
			return true;
	return false;
}

static bool known(const struct kernel *k, const char *name)
{
	unsigned int i;

	for (i = 0; i < k->nplace; i++)
		if (k->place[i].fd < 0 && !strcmp(k->place[i].name, name))
			return true;
	return false;
}

void kernel_set_interfaces(struct kernel *k)
{
	const struct config_serve_ntp *cfg = &k->cfg->serve_ntp;
	unsigned int i;

	/* also when only the port changed: an attachment has one */
	for (i = 0; i < k->nplace;) {
		struct kernel_place *p = &k->place[i];

		p->told = false;
		if (p->fd >= 0 || (wanted(cfg, p->name) && p->port == cfg->port))
			i++;
		else
			remove_place(k, p);
	}
	for (i = 0; cfg->enabled && i < cfg->ningress; i++) {
		struct kernel_place *p;

		if (known(k, cfg->ingress[i]))
			continue;
		p = add_place(k, -1, cfg->ingress[i]);
		if (p)
			p->port = cfg->port;
	}
}

static int attach_ingress(struct kernel *k, struct kernel_place *p)
{
	unsigned int ifindex = k->ops.ifindex(k->ops.ctx, p->name);

	if (!ifindex)
		return -ENODEV;
	return module_reply_attach_ingress(k->ask, ifindex, p->port, &p->id);
}

/* An interface that is not there may come; of one that refuses it is said once. */
static int attach_one(struct kernel *k, struct kernel_place *p)
{
	u32 feature = p->fd < 0 ? ATS_FEATURE_REPLY_INGRESS : ATS_FEATURE_REPLY_SOCKET;
	int r;

	if (p->id || !(k->caps.features & feature))
		return 0;
	r = p->fd < 0 ? attach_ingress(k, p) :
		module_reply_attach_socket(k->ask, p->fd, &p->id);
	if (!r || p->fd >= 0)
		return r;
	if (!p->told)
		k->ops.log(LOG_WARNING, "ingress of %s: %s", p->name, r == -ENODEV ?
			   "there is no such interface at the moment" : genl_error(k->ask));
	p->told = true;
	return 0;
}

int kernel_attach(struct kernel *k)
{
	unsigned int i;
	int r;

	for (i = 0; i < k->nplace; i++) {
		r = attach_one(k, &k->place[i]);
		if (r)
			return r;
	}
	return 0;
}

void kernel_detach(struct kernel *k)
{
	unsigned int i;

	if (k->ask)
		kernel_count(k);
	for (i = 0; i < k->nplace; i++)
		detach(k, &k->place[i]);
}

void kernel_places_lost(struct kernel *k)
{
	unsigned int i;

	for (i = 0; i < k->nplace; i++)
		ended(k, &k->place[i]);
	k->tx_before.hardware += k->tx.hardware;
	k->tx_before.software += k->tx.software;
	k->tx_before.lost += k->tx.lost;
	k->tx = (struct kernel_tx){ 0 };
}

static struct kernel_place *find_place(struct kernel *k, u32 id)
{
	unsigned int i;

	for (i = 0; i < k->nplace; i++)
		if (k->place[i].id == id)
			return &k->place[i];
	return NULL;
}

void kernel_place_gone(struct kernel *k, const struct module_reply *r)
{
	struct kernel_place *p = r->id ? find_place(k, r->id) : NULL;

	if (!p)
		return;
	p->counts = r->counts;
	ended(k, p);
}

struct strangers {
	u32 id[KERNEL_PLACES_MAX];
	unsigned int n;
};

static void find_stranger(void *ctx, const struct module_reply *r)
{
	struct strangers *s = ctx;

	if (r->ingress && s->n < ARRAY_SIZE(s->id))
		s->id[s->n++] = r->id;
}

/*
 * A daemon that was killed leaves its interfaces attached, perhaps not those of
 * our configuration. Sockets go with their process.
 */
void kernel_drop_strangers(struct kernel *k)
{
	struct strangers s = { 0 };
	unsigned int i;

	module_reply_list(k->ask, find_stranger, &s);
	for (i = 0; i < s.n; i++)
		module_reply_detach(k->ask, s.id[i]);
}

static void take_counts(void *ctx, const struct module_reply *r)
{
	struct kernel_place *p = find_place(ctx, r->id);

	if (!p)
		return;
	p->counts = r->counts;
	p->seen = true;
}

/* Attachments that ended, and the news of it was lost. */
static void drop_unseen(struct kernel *k)
{
	unsigned int i;

	for (i = 0; i < k->nplace; i++)
		if (k->place[i].id && !k->place[i].seen)
			ended(k, &k->place[i]);
}

static void add_tx(void *ctx, const struct module_iface *i)
{
	struct kernel_tx *sum = ctx;

	sum->hardware += i->tx_hardware;
	sum->software += i->tx_software;
	sum->lost += i->tx_lost;
}

void kernel_count(struct kernel *k)
{
	struct kernel_tx tx = { 0 };
	unsigned int i;

	k->counted_mono = kernel_mono(k);
	for (i = 0; i < k->nplace; i++)
		k->place[i].seen = false;
	if (module_reply_list(k->ask, take_counts, k))
		return;
	drop_unseen(k);
	if (!module_iface_list(k->ask, add_tx, &tx))
		k->tx = tx;
}
