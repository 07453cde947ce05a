/* SPDX-License-Identifier: GPL-2.0 */
/* Two NICs and the cable between them: they come and go together. */
#ifndef SIMNIC_PAIR_H
#define SIMNIC_PAIR_H

struct net;
struct simnic_nic;

/* Process context, no RTNL. */
int simnic_pair_init(void);
void simnic_pair_exit(void);

/*
 * Names may hold a %d. Clocks: the name of an existing one, or "-" for one of its
 * own. 0 or -errno.
 */
int simnic_pair_new(struct net *net, const char *name_a, const char *name_b,
		    const char *clock_a, const char *clock_b);

/* The pair that a NIC of this name belongs to. -ENOENT: there is none. */
int simnic_pair_delete(const char *name);

/* Of one NIC, under RTNL: its name and clock when it comes, and when it goes. */
int simnic_pair_name(struct simnic_nic *nic);
void simnic_pair_forget(struct simnic_nic *nic);

/* Under RTNL, when one of both ends has changed. */
void simnic_pair_carrier(struct simnic_nic *nic);

#endif
