// SPDX-License-Identifier: GPL-2.0
#include "server.h"

#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/suspend.h>

#include "clients.h"
#include "iface.h"

u32 ats_suspends;

struct ats_server {
	struct ats_net *an;
	struct ats_published __rcu *published;
	struct ats_clients __rcu *clients;
	/* guards what follows, and both of the above against other writers */
	struct mutex lock;
	struct ats_server_config config;
	struct ats_acl *acl;
	struct ntp_server_state state;
	bool has_state;
	u32 valid_ms;
	s64 until;
	u32 suspends;
};

static const struct ats_server_config default_config = {
	.interleaved = true,
	.rate_interval = 3,
	.rate_burst = 8,
	.rate_leak = 2,
	.kod = true,
	.client_octets = ATS_CLIENT_OCTETS_DEFAULT,
};

struct ats_acl *ats_acl_new(u32 n)
{
	struct ats_acl *acl = kvzalloc(struct_size(acl, rule, n), GFP_KERNEL_ACCOUNT);

	if (!acl)
		return NULL;
	refcount_set(&acl->refs, 1);
	acl->n = n;
	return acl;
}

/* Any context. */
void ats_acl_put(struct ats_acl *acl)
{
	if (!acl || !refcount_dec_and_test(&acl->refs))
		return;
	acl_free(acl->acl);
	kvfree(acl);
}

static struct ats_acl *acl_get(struct ats_acl *acl)
{
	if (acl)
		refcount_inc(&acl->refs);
	return acl;
}

int ats_server_net_init(struct ats_net *an)
{
	struct ats_server *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s)
		return -ENOMEM;
	s->an = an;
	mutex_init(&s->lock);
	s->config = default_config;
	an->server = s;
	return 0;
}

static void free_published(struct rcu_head *rcu)
{
	struct ats_published *p = container_of(rcu, struct ats_published, rcu);

	ats_acl_put(p->held);
	kfree(p);
}

/* Under the lock. @p NULL: nothing is answered. */
static void publish(struct ats_server *s, struct ats_published *p)
{
	p = rcu_replace_pointer(s->published, p, lockdep_is_held(&s->lock));
	if (p)
		call_rcu(&p->rcu, free_published);
}

void ats_server_net_exit(struct ats_net *an)
{
	struct ats_server *s = an->server;

	/* nobody is attached any more, nobody asks by netlink */
	mutex_lock(&s->lock);
	publish(s, NULL);
	mutex_unlock(&s->lock);
	rcu_barrier();
	ats_clients_free(rcu_dereference_protected(s->clients, 1));
	ats_acl_put(s->acl);
	kfree(s);
}

const struct ats_published *ats_server_published(const struct ats_server *s)
{
	return rcu_dereference(s->published);
}

struct ats_clients *ats_server_clients(const struct ats_server *s)
{
	return rcu_dereference(s->clients);
}

static struct ats_published *make_published(const struct ats_server_config *c, struct ats_acl *acl,
					    const struct ntp_server_state *state, s64 until,
					    u32 suspends)
{
	struct ats_published *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;
	ntp_reply_init(&p->replier);
	p->replier.interleaved = c->interleaved;
	rate_limit_init(&p->replier.rate, c->rate_limit, c->rate_interval, c->rate_burst,
			c->rate_leak, c->kod);
	ntp_reply_publish(&p->replier, state);
	p->held = acl_get(acl);
	p->acl = acl ? acl->acl : NULL;
	p->until = until;
	p->suspends = suspends;
	return p;
}

/* Under the lock. */
static struct ats_clients *clients_locked(struct ats_server *s)
{
	return rcu_dereference_protected(s->clients, lockdep_is_held(&s->lock));
}

int ats_server_prepare(struct ats_server *s)
{
	struct ats_clients *clients;
	int err = 0;

	mutex_lock(&s->lock);
	if (!clients_locked(s) && s->config.client_octets) {
		clients = ats_clients_new(s->config.client_octets);
		if (clients)
			rcu_assign_pointer(s->clients, clients);
		else
			err = -ENOMEM;
	}
	mutex_unlock(&s->lock);
	return err;
}

/* Under the lock; what nobody has used yet is made later, by ats_server_prepare(). */
static int other_clients(const struct ats_server *s, u64 octets, bool used,
			 struct ats_clients **out)
{
	*out = NULL;
	if (!used || !octets)
		return 0;
	*out = ats_clients_new(octets);
	return *out ? 0 : -ENOMEM;
}

int ats_server_set(struct ats_server *s, const struct ats_server_change *change)
{
	struct ats_clients *clients = NULL, *old = NULL;
	struct ats_published *p = NULL;
	struct ats_server_config next;
	struct ats_acl *acl;
	bool resize;
	int err = 0;

	mutex_lock(&s->lock);
	next = s->config;
	change->edit(&next, change->ctx);
	acl = change->acl ? change->acl : s->acl;
	resize = next.client_octets != s->config.client_octets;
	if (resize)
		err = other_clients(s, next.client_octets,
				    clients_locked(s) || !s->config.client_octets, &clients);
	if (!err && s->has_state) {
		p = make_published(&next, acl, &s->state, s->until, s->suspends);
		if (!p)
			err = -ENOMEM;
	}
	if (err) {
		ats_clients_free(clients);
		goto out;
	}
	if (p)
		publish(s, p);
	if (resize)
		old = rcu_replace_pointer(s->clients, clients, lockdep_is_held(&s->lock));
	s->config = next;
	if (change->acl) {
		ats_acl_put(s->acl);
		s->acl = change->acl;
	}
out:
	mutex_unlock(&s->lock);
	if (old) {
		synchronize_rcu();
		ats_clients_free(old);
	}
	return err;
}

int ats_server_set_state(struct ats_server *s, const struct ntp_server_state *state, u32 valid_ms)
{
	s64 until = ats_now_mono() + (s64)valid_ms * NSEC_PER_MSEC;
	u32 suspends = READ_ONCE(ats_suspends);
	struct ats_published *p;

	mutex_lock(&s->lock);
	p = make_published(&s->config, s->acl, state, until, suspends);
	if (p) {
		publish(s, p);
		s->state = *state;
		s->has_state = true;
		s->valid_ms = valid_ms;
		s->until = until;
		s->suspends = suspends;
	}
	mutex_unlock(&s->lock);
	return p ? 0 : -ENOMEM;
}

void ats_server_drop_state(struct ats_server *s)
{
	mutex_lock(&s->lock);
	publish(s, NULL);
	s->has_state = false;
	mutex_unlock(&s->lock);
}

void ats_server_stepped(struct ats_server *s)
{
	struct ats_clients *clients;

	rcu_read_lock();
	clients = ats_server_clients(s);
	if (clients)
		ats_clients_forget_stamps(clients);
	rcu_read_unlock();
	ats_iface_stepped(s->an);
}

void ats_server_look(struct ats_server *s, struct ats_server_view *view)
{
	s64 left = 0;

	memset(view, 0, sizeof(*view));
	mutex_lock(&s->lock);
	view->config = s->config;
	view->acl = acl_get(s->acl);
	view->has_state = s->has_state;
	view->state = s->state;
	view->valid_ms = s->valid_ms;
	if (s->has_state && s->suspends == READ_ONCE(ats_suspends))
		left = s->until - ats_now_mono();
	/* a state that is still served is not told as 0 */
	view->remaining_ms = left > 0 ? div_u64(left + NSEC_PER_MSEC - 1, NSEC_PER_MSEC) : 0;
	if (clients_locked(s))
		ats_clients_look(clients_locked(s), view);
	mutex_unlock(&s->lock);
}

/* The clock that was published is not the one that the system wakes up with. */
static int suspend_event(struct notifier_block *nb, unsigned long event, void *unused)
{
	WRITE_ONCE(ats_suspends, ats_suspends + 1);
	return NOTIFY_DONE;
}

static struct notifier_block suspend_notifier = {
	.notifier_call = suspend_event,
};

int ats_server_init(void)
{
	return register_pm_notifier(&suspend_notifier);
}

void ats_server_exit(void)
{
	unregister_pm_notifier(&suspend_notifier);
}
