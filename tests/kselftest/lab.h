/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests play with: network namespaces, pairs of virtual Ethernet devices,
 * sockets. Everything is gone with the process that made it.
 */
#ifndef LAB_H
#define LAB_H

#include <stdbool.h>
#include <linux/types.h>

#define LAB_NTP_PORT 123

/* Goes to a new network namespace, with lo up. */
bool lab_enter(void);

/* The namespace of this process as a descriptor, and back to it. */
int lab_here(void);
bool lab_go(int netns);

/*
 * A pair of devices, both up; the peer in the namespace of the descriptor, or here
 * with -1. The index of the first, 0 on failure.
 */
unsigned int lab_veth(const char *name, const char *peer, int peer_netns);
bool lab_up(unsigned int ifindex);
bool lab_delete(unsigned int ifindex);
bool lab_move(unsigned int ifindex, int netns);

/* IPv4 and IPv6 addresses as text, with the length of the prefix. */
bool lab_address(unsigned int ifindex, const char *address, unsigned int prefix);

/* A UDP socket bound to the port of all addresses (AF_INET, AF_INET6), or -1. */
int lab_udp(int family, __u16 port);

/*
 * A pair of simnic's NICs in this namespace, each with its own clock of the same
 * name, which no other process has: what is left of the pairs of namespaces goes only
 * some time after them. False when simnic is not loaded.
 */
struct lab_pair {
	char name[2][16];
};

bool lab_simnic(struct lab_pair *pair);
bool lab_simnic_end(const struct lab_pair *pair);
/* The NIC stamps all that comes in. */
bool lab_stamps(const char *name);

/*
 * Opens /dev/ptpN of simnic's clock whose name begins so, of those the nth, counted
 * from 0; -1 when there is none.
 */
int lab_phc(const char *name, unsigned int nth, int flags, __u32 *index);

__s64 lab_now(void);		/* CLOCK_REALTIME, ns */
__s64 lab_mono(void);		/* CLOCK_MONOTONIC, ns */

#endif
