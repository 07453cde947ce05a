// SPDX-License-Identifier: GPL-2.0-or-later
/* Which wires there are, and who uses them: each comes with its first user. */
#include "daemon/ptp_wire_private.h"

#include <stdlib.h>
#include <string.h>

#include "os/nic.h"

static void on_later(evutil_socket_t fd, short what, void *arg)
{
	ptp_wire_settle(arg);
}

static struct ptp_wire *find(const struct ptp_wires *all, const struct ptp_wire_wishes *wishes)
{
	struct ptp_wire *w = all->first;

	while (w && (w->transport != wishes->transport || strcmp(w->interface, wishes->interface)))
		w = w->next;
	return w;
}

static void free_wire(struct ptp_wire *w)
{
	struct ptp_wire **at = &w->env->ptp_wires->first;

	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	ptp_wire_close(w);
	if (w->later)
		event_free(w->later);
	tx_due_free(&w->due);
	free(w->interface);
	free(w);
}

static struct ptp_wire *new_wire(const struct ntp_env *env, const struct ptp_wire_wishes *wishes)
{
	struct ptp_wire *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->env = env;
	w->transport = wishes->transport;
	w->packet = w->transport == PTP_OVER_ETHERNET ? NIC_FOR_PTP_ETHERNET : NIC_FOR_PTP_UDP;
	w->trouble_log.burst = 3;
	w->interface = strdup(wishes->interface);
	w->later = evtimer_new(env->base, on_later, w);
	w->next = env->ptp_wires->first;
	env->ptp_wires->first = w;
	if (w->interface && w->later)
		return w;
	free_wire(w);
	return NULL;
}

static u32 all_stamps(const struct ptp_wire *w)
{
	u32 sum = 0;

	for (const struct ptp_wire_user *u = w->users; u; u = u->next)
		sum += u->wishes.stamps;
	return sum;
}

struct ptp_wire_user *ptp_wire_join(const struct ntp_env *env, const struct ptp_wire_wishes *wishes,
				    const struct ptp_wire_ops *ops, void *ctx)
{
	struct ptp_wire *w = find(env->ptp_wires, wishes) ?: new_wire(env, wishes);
	struct ptp_wire_user *u = w ? calloc(1, sizeof(*u)) : NULL, **at;

	if (!u) {
		if (w && !w->users)
			free_wire(w);
		return NULL;
	}
	*u = (struct ptp_wire_user){ .wire = w, .wishes = *wishes, .ops = ops, .ctx = ctx };
	u->wishes.interface = NULL;
	for (at = &w->users; *at; at = &(*at)->next)
		;
	*at = u;
	if (!tx_due_reserve(&w->due, all_stamps(w))) {
		ptp_wire_leave(u);
		return NULL;
	}
	/* to be opened again by the next tick, with its groups */
	if (w->net && wishes->multicast && !w->multicast)
		ptp_wire_close(w);
	else if (w->net)
		ptp_wire_ask_for_stamps(u);
	return u;
}

void ptp_wire_leave(struct ptp_wire_user *u)
{
	struct ptp_wire_user **at;
	struct ptp_wire *w;

	if (!u)
		return;
	w = u->wire;
	ptp_wire_forget(u);
	/* the sockets are closed while the last user is still there to be told */
	if (w->users == u && !u->next)
		ptp_wire_close(w);
	for (at = &w->users; *at != u; at = &(*at)->next)
		;
	*at = u->next;
	ptp_wire_release(u);
	free(u);
	if (!w->users)
		free_wire(w);
}
