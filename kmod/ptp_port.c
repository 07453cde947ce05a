// SPDX-License-Identifier: GPL-2.0
#include "ptp_port.h"

#include <linux/file.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/inet_sock.h>

#include "iface_private.h"
#include "ptp_ingress.h"
#include "ptp_path.h"
#include "ptp_skb.h"
#include "server.h"

#define PORTS_MAX 64
/* What can be granted is the agent's business; a year is for ever. */
#define DURATION_MAX_S (365 * 86400)

void ats_ptp_net_init(struct ats_net *an)
{
	mutex_init(&an->ptp.mutex);
	xa_init_flags(&an->ptp.ports, XA_FLAGS_ALLOC1);
	an->ptp.count = 0;
	an->ptp.next_id = 1;
	ats_ptp_ingress_net_init(an);
}

static void free_port(struct rcu_head *rcu)
{
	struct ats_ptp_port *port = container_of(rcu, struct ats_ptp_port, rcu);

	if (port->event.sk)
		sock_put(port->event.sk);
	if (port->general)
		sock_put(port->general);
	ats_ptp_paths_free(port->paths);
	ats_ptp_store_free(port->store);
	ats_acl_put(port->acl);
	ptp_grants_free(port->grants);
	kfree(rcu_access_pointer(port->facts));
	free_percpu(port->cpu);
	kfree(port);
}

static struct ptp_grants *new_grants(u32 clients_max)
{
	const struct ptp_grant_limits limits = {
		.clients = clients_max,
		.log_min = { PTP_GRANT_LOG_MIN, PTP_GRANT_LOG_MIN, PTP_GRANT_LOG_MIN },
		.log_max = { PTP_GRANT_LOG_MAX, PTP_GRANT_LOG_MAX, PTP_GRANT_LOG_MAX },
		.duration_max_s = DURATION_MAX_S,
	};
	u64 key[2];

	get_random_bytes(key, sizeof(key));
	return ptp_grants_new(&limits, key);
}

static struct ats_ptp_port *new_port(struct ats_net *an, u32 clients_max)
{
	struct ats_ptp_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);

	if (!port)
		return NULL;
	port->an = an;
	port->clients_max = clients_max;
	port->log_sync_min = PTP_GRANT_LOG_MAX;
	spin_lock_init(&port->lock);
	ats_ptp_sync_init(port);
	port->cpu = alloc_percpu_gfp(struct ats_ptp_cpu, GFP_KERNEL_ACCOUNT);
	if (clients_max)
		port->grants = new_grants(clients_max);
	port->paths = ats_ptp_paths_new(clients_max);
	port->store = ats_ptp_store_new();
	if (port->cpu && port->paths && port->store && (port->grants || !clients_max))
		return port;
	free_port(&port->rcu);
	return NULL;
}

static struct ats_ptp_port *port_of(struct ats_udp_claim *claim)
{
	return container_of(claim, struct ats_ptp_port, event);
}

/* Is it the caller's to give up? */
static bool unlist(struct ats_net *an, u32 id, struct ats_ptp_port **port)
{
	mutex_lock(&an->ptp.mutex);
	*port = xa_erase(&an->ptp.ports, id);
	an->ptp.count -= !!*port;
	mutex_unlock(&an->ptp.mutex);
	return *port;
}

static bool event_closes(struct ats_udp_claim *claim)
{
	struct ats_ptp_port *port = port_of(claim);

	return unlist(port->an, port->id, &port);
}

/* Its sockets bring nothing any more. */
static void gone(struct ats_ptp_port *port)
{
	ats_ptp_ingress_end(port);
	ats_ptp_sync_end(port);
	call_rcu(&port->rcu, free_port);
}

static void event_gone(struct ats_udp_claim *claim)
{
	gone(port_of(claim));
}

static const struct ats_udp_claim_ops event_ops = {
	.receive = ats_ptp_receive,
	.closes = event_closes,
	.gone = event_gone,
};

static int check_pair(const struct sock *event, const struct sock *general,
		      struct netlink_ext_ack *extack)
{
	if (event == general || event->sk_family != general->sk_family) {
		NL_SET_ERR_MSG(extack, "event-fd and general-fd must be two sockets of one family");
		return -EINVAL;
	}
	if (!event->sk_bound_dev_if || event->sk_bound_dev_if != general->sk_bound_dev_if) {
		NL_SET_ERR_MSG(extack,
			       "event-fd and general-fd must be bound to one interface: SO_BINDTODEVICE");
		return -EINVAL;
	}
	return 0;
}

/* Under the mutex. */
static int list_port(struct ats_net *an, struct ats_ptp_port *port, struct netlink_ext_ack *extack)
{
	int err;

	if (an->ptp.count >= PORTS_MAX) {
		NL_SET_ERR_MSG(extack, "there are 64 PTP ports already: detach one first");
		return -ENOSPC;
	}
	err = xa_alloc_cyclic(&an->ptp.ports, &port->id, port, XA_LIMIT(1, S32_MAX),
			      &an->ptp.next_id, GFP_KERNEL);
	if (err < 0) {
		NL_SET_ERR_MSG(extack, "out of memory");
		return err;
	}
	an->ptp.count++;
	return 0;
}

/* The id. */
static int take_sockets(struct ats_ptp_port *port, struct sock *event, struct sock *general,
			struct netlink_ext_ack *extack)
{
	struct ats_iface_change nothing = { 0 };
	struct ats_net *an = port->an;
	int err;

	err = check_pair(event, general, extack);
	if (err)
		return err;
	port->ifindex = event->sk_bound_dev_if;
	/* without it no transmit stamps could be had */
	err = ats_iface_set(an, port->ifindex, &nothing, extack);
	if (err)
		return err;
	sock_hold(general);
	port->general = general;
	rtnl_lock();
	mutex_lock(&an->ptp.mutex);
	err = list_port(an, port, extack);
	if (!err) {
		err = ats_udp_claim(&port->event, event, &event_ops, extack);
		if (err) {
			xa_erase(&an->ptp.ports, port->id);
			an->ptp.count--;
		}
	}
	if (!err)
		ats_ptp_ingress_begin(port);
	/* from now on anybody may detach and free it */
	err = err ?: (int)port->id;
	mutex_unlock(&an->ptp.mutex);
	rtnl_unlock();
	return err;
}

int ats_ptp_attach(struct ats_net *an, int event_fd, int general_fd, u32 clients_max,
		   struct ats_acl *acl, struct netlink_ext_ack *extack)
{
	struct socket *event, *general = NULL;
	struct ats_ptp_port *port;
	int err;

	event = ats_udp_socket(an, event_fd, extack, &err);
	if (!event)
		goto out;
	general = ats_udp_socket(an, general_fd, extack, &err);
	if (!general)
		goto out_event;
	err = -ENOMEM;
	port = new_port(an, clients_max);
	if (!port) {
		NL_SET_ERR_MSG(extack, "out of memory: a smaller clients-max may help");
		goto out_general;
	}
	swap(port->acl, acl);
	err = take_sockets(port, event->sk, general->sk, extack);
	/* a packet may have found it */
	if (err < 0)
		call_rcu(&port->rcu, free_port);
out_general:
	sockfd_put(general);
out_event:
	sockfd_put(event);
out:
	ats_acl_put(acl);
	return err;
}

int ats_ptp_detach(struct ats_net *an, u32 id)
{
	struct ats_ptp_port *port;

	if (!unlist(an, id, &port))
		return -ENOENT;
	ats_udp_claim_end(&port->event);
	gone(port);
	/* what was under way is answered now */
	synchronize_net();
	return 0;
}

void ats_ptp_net_exit(struct ats_net *an)
{
	struct ats_ptp_port *port;
	unsigned long id;

	xa_for_each(&an->ptp.ports, id, port)
		ats_ptp_detach(an, id);
	/* packets under way, sockets being closed, and free_port() */
	synchronize_net();
	rcu_barrier();
	xa_destroy(&an->ptp.ports);
}

int ats_ptp_set(struct ats_net *an, u32 id, const struct ats_ptp_facts *facts)
{
	struct ats_ptp_facts *next = kmemdup(facts, sizeof(*facts), GFP_KERNEL_ACCOUNT), *old;
	struct ats_ptp_port *port;

	if (!next)
		return -ENOMEM;
	next->suspends = READ_ONCE(ats_suspends);
	ptp_form_make(&next->sync, &next->voice, PTP_SYNC);
	ptp_form_make(&next->follow_up, &next->voice, PTP_FOLLOW_UP);
	ptp_form_make(&next->delay_resp, &next->voice, PTP_DELAY_RESP);
	next->until = ats_now_mono() + (s64)next->valid_ms * NSEC_PER_MSEC;
	mutex_lock(&an->ptp.mutex);
	port = xa_load(&an->ptp.ports, id);
	if (port) {
		old = rcu_replace_pointer(port->facts, next, lockdep_is_held(&an->ptp.mutex));
		if (old)
			kfree_rcu(old, rcu);
		ats_ptp_sync_kick(port);
	}
	mutex_unlock(&an->ptp.mutex);
	if (port)
		return 0;
	kfree(next);
	return -ENOENT;
}

bool ats_ptp_allows(const struct ats_ptp_port *port, const struct in6_addr *client)
{
	return !port->acl || acl_allows(port->acl->acl, client->s6_addr);
}

/* Under the mutex. */
static void look(struct ats_ptp_port *port, struct ats_ptp_view *view)
{
	const struct ats_ptp_facts *facts;
	const struct ats_ptp_cpu *c;
	s64 now_mono = ats_now_mono();
	int cpu, i;

	*view = (struct ats_ptp_view) {
		.id = port->id, .clients_max = port->clients_max, .ifindex = port->ifindex,
	};
	rcu_read_lock();
	facts = rcu_dereference(port->facts);
	if (facts) {
		view->has_facts = true;
		view->facts = *facts;
		/* what still holds is not told as 0 */
		if (ats_ptp_facts_hold(facts, now_mono))
			view->remaining_ms = div_u64(facts->until - now_mono + NSEC_PER_MSEC - 1,
						     NSEC_PER_MSEC);
	}
	rcu_read_unlock();
	if (port->grants) {
		spin_lock_bh(&port->lock);
		view->clients = ptp_grants_clients(port->grants);
		spin_unlock_bh(&port->lock);
		view->memory = ptp_grants_memory(port->grants);
	}
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(port->cpu, cpu);
		for (i = 0; i < ATS_PTP_COUNTS; i++)
			view->count[i] += READ_ONCE(c->count[i]);
	}
}

bool ats_ptp_look(struct ats_net *an, u32 id, struct ats_ptp_view *view)
{
	struct ats_ptp_port *port;
	unsigned long at = id;

	mutex_lock(&an->ptp.mutex);
	port = xa_find(&an->ptp.ports, &at, ULONG_MAX, XA_PRESENT);
	if (port)
		look(port, view);
	mutex_unlock(&an->ptp.mutex);
	return port;
}
