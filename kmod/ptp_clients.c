// SPDX-License-Identifier: GPL-2.0
/* What the agent says of a PTP port's unicast clients, under the port's lock. */
#include <linux/mutex.h>
#include <net/ipv6.h>

#include "ptp_port.h"
#include "server.h"

static bool has_any(const struct ptp_grants *g, const struct ptp_grant_client *client,
		    s64 now_mono)
{
	return ptp_grants_has(g, client, PTP_GRANT_SYNC, now_mono) ||
		ptp_grants_has(g, client, PTP_GRANT_DELAY, now_mono);
}

static bool grants_any(const struct ats_ptp_client *c)
{
	return (c->grant[PTP_GRANT_SYNC].set && c->grant[PTP_GRANT_SYNC].seconds) ||
		(c->grant[PTP_GRANT_DELAY].set && c->grant[PTP_GRANT_DELAY].seconds);
}

/* How many of them would be new at most. */
static unsigned int count_new(const struct ptp_grants *g, const struct ats_ptp_client *clients,
			      unsigned int n, s64 now_mono)
{
	unsigned int i, new = 0;

	for (i = 0; i < n; i++)
		new += grants_any(&clients[i]) && !has_any(g, &clients[i].client, now_mono);
	return new;
}

static void set_client(struct ptp_grants *g, const struct ats_ptp_client *c, s64 now_mono)
{
	static const enum ptp_grant_kind kinds[] = { PTP_GRANT_SYNC, PTP_GRANT_DELAY };
	bool goes_on = ptp_grants_has(g, &c->client, PTP_GRANT_SYNC, now_mono);
	enum ptp_grant_kind kind;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		kind = kinds[i];
		if (!c->grant[kind].set)
			continue;
		/* there is room, and nothing else that it could refuse */
		if (c->grant[kind].seconds)
			ptp_grants_request(g, &c->client, kind, c->grant[kind].log,
					   c->grant[kind].seconds, now_mono);
		else
			ptp_grants_cancel(g, &c->client, kind, now_mono);
	}
	/* what is under way here is known better */
	if (c->sequenced && !goes_on)
		ptp_grants_set_next_sync(g, &c->client, c->sequence, now_mono);
}

/* By IPv6 only a socket of IPv6 can send. */
static bool can_reach(const struct ats_ptp_port *port, const struct ats_ptp_client *clients,
		      unsigned int n)
{
	struct in6_addr to;
	unsigned int i;

	if (READ_ONCE(port->general->sk_family) == AF_INET6 &&
	    READ_ONCE(port->event.sk->sk_family) == AF_INET6)
		return true;
	for (i = 0; i < n; i++) {
		memcpy(&to, clients[i].client.address, sizeof(to));
		if (!ipv6_addr_v4mapped(&to))
			return false;
	}
	return true;
}

int ats_ptp_clients_set(struct ats_net *an, u32 id, const struct ats_ptp_client *clients,
			unsigned int n)
{
	s64 now_mono = ats_now_mono();
	struct ats_ptp_port *port;
	unsigned int i;
	int err = -ENOENT;

	mutex_lock(&an->ptp.mutex);
	port = xa_load(&an->ptp.ports, id);
	if (port && !port->grants)
		err = -ENOSPC;
	if (port && port->grants && !can_reach(port, clients, n)) {
		err = -EAFNOSUPPORT;
	} else if (port && port->grants) {
		spin_lock_bh(&port->lock);
		err = 0;
		if (ptp_grants_clients(port->grants) +
		    count_new(port->grants, clients, n, now_mono) > port->clients_max)
			err = -ENOSPC;
		if (!ptp_grants_clients(port->grants))
			port->log_sync_min = PTP_GRANT_LOG_MAX;
		for (i = 0; !err && i < n; i++) {
			set_client(port->grants, &clients[i], now_mono);
			if (clients[i].grant[PTP_GRANT_SYNC].seconds)
				port->log_sync_min = min(port->log_sync_min,
							 clients[i].grant[PTP_GRANT_SYNC].log);
		}
		spin_unlock_bh(&port->lock);
		ats_ptp_sync_kick(port);
	}
	mutex_unlock(&an->ptp.mutex);
	return err;
}

int ats_ptp_clients_del(struct ats_net *an, u32 id, const struct ats_ptp_client *clients,
			unsigned int n)
{
	s64 now_mono = ats_now_mono();
	struct ats_ptp_port *port;
	int found = -ENOENT;
	unsigned int i;

	mutex_lock(&an->ptp.mutex);
	port = xa_load(&an->ptp.ports, id);
	if (port)
		found = 0;
	if (port && port->grants) {
		spin_lock_bh(&port->lock);
		for (i = 0; i < n; i++)
			found += (int)ptp_grants_cancel(port->grants, &clients[i].client,
							PTP_GRANT_SYNC, now_mono) |
				 (int)ptp_grants_cancel(port->grants, &clients[i].client,
							PTP_GRANT_DELAY, now_mono);
		spin_unlock_bh(&port->lock);
	}
	mutex_unlock(&an->ptp.mutex);
	return found;
}

/* What is left, in seconds that have begun, and what comes next; false: nothing. */
static bool put_grants(struct ats_ptp_client *out, const struct ptp_grants *g,
		       const s64 until_mono[PTP_GRANT_KINDS],
		       const s8 log[PTP_GRANT_KINDS], s64 now_mono)
{
	unsigned int kind;
	bool any = false;
	s64 left;

	for (kind = 0; kind < PTP_GRANT_KINDS; kind++) {
		left = until_mono[kind] - now_mono;
		out->grant[kind].set = until_mono[kind] && left > 0;
		if (!out->grant[kind].set)
			continue;
		out->grant[kind].log = log[kind];
		out->grant[kind].seconds = div_u64(left + NSEC_PER_SEC - 1, NSEC_PER_SEC);
		any = true;
	}
	out->sequenced = out->grant[PTP_GRANT_SYNC].set &&
		ptp_grants_next_sync(g, &out->client, now_mono, &out->sequence);
	return any;
}

bool ats_ptp_client_next(struct ats_net *an, u32 id, u32 *cursor, struct ats_ptp_client *out)
{
	s64 until_mono[PTP_GRANT_KINDS], now_mono = ats_now_mono();
	s8 log[PTP_GRANT_KINDS];
	struct ats_ptp_port *port;
	bool found = false;

	mutex_lock(&an->ptp.mutex);
	port = xa_load(&an->ptp.ports, id);
	if (port && port->grants) {
		spin_lock_bh(&port->lock);
		do {
			found = ptp_grants_list(port->grants, cursor, &out->client, until_mono,
						log);
		} while (found && !put_grants(out, port->grants, until_mono, log, now_mono));
		spin_unlock_bh(&port->lock);
	}
	mutex_unlock(&an->ptp.mutex);
	return found;
}

bool ats_ptp_client_look(struct ats_net *an, u32 id, struct ats_ptp_client *client)
{
	s64 until_mono[PTP_GRANT_KINDS];
	s8 log[PTP_GRANT_KINDS];
	struct ats_ptp_port *port;
	bool found = false;

	mutex_lock(&an->ptp.mutex);
	port = xa_load(&an->ptp.ports, id);
	if (port && port->grants) {
		spin_lock_bh(&port->lock);
		found = ptp_grants_get(port->grants, &client->client, until_mono, log) &&
			put_grants(client, port->grants, until_mono, log, ats_now_mono());
		spin_unlock_bh(&port->lock);
	}
	mutex_unlock(&an->ptp.mutex);
	return found;
}
