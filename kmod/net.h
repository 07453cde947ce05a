/* SPDX-License-Identifier: GPL-2.0 */
/* What the module keeps of one network namespace. */
#ifndef ATS_NET_H
#define ATS_NET_H

#include <linux/mutex.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

struct ats_taps;
struct ats_server;
struct ats_attachments;
struct ats_ifaces;
struct ats_phcs;
struct ats_servos;

/* PTP ports by id: found under rcu_read_lock(), the rest under the mutex. */
struct ats_ptp_ports {
	struct mutex mutex;		/* after RTNL, before a socket's lock */
	struct xarray ports;
	u32 count, next_id;
	struct list_head hooked;	/* under RTNL: ptp_ingress.c */
};

/*
 * Each part is made by its ats_*_net_init() and outlives every request of the
 * namespace; what guards its inside is said in its own file.
 */
struct ats_net {
	struct net *net;
	struct ats_taps *taps;
	struct ats_ifaces *ifaces;
	struct ats_server *server;
	struct ats_attachments *attachments;
	struct ats_ptp_ports ptp;
	struct ats_phcs *phcs;
	struct ats_servos *servos;
};

struct ats_net *ats_net(struct net *net);

int ats_net_init(void);
/*
 * First PTP ports end, in all namespaces, and then, when interfaces are forgotten, the rest.
 * Nobody can make new ones any more.
 */
void ats_net_end(void);
void ats_net_exit(void);

#endif
