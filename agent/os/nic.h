/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network interfaces: which NICs are behind them, what those can stamp, and
 * making them do so. All through ioctls on a throw-away socket.
 */
#ifndef ATS_NIC_H
#define ATS_NIC_H

#include <net/if.h>

#include "os/device.h"
#include "types.h"

#define NIC_MAX 64

/* Index of a name, or -errno. */
int nic_index(const struct device_calls *calls, const char *name);
/* Name of an index; 0 or -errno. */
int nic_name(const struct device_calls *calls, int ifindex, char name[IFNAMSIZ]);
/* Mbit/s; 0: not known. */
unsigned int nic_speed(const struct device_calls *calls, const char *name);

/* Its Ethernet address; 0, or -errno: -ENOTTY when it has another kind of address. */
int nic_address(const struct device_calls *calls, const char *name, u8 mac[6]);

/* An address of that family: IPv6, of any scope, or IPv4 as ::ffff:a.b.c.d; false: none. */
bool nic_ip(const char *name, int family, u8 ip[16]);

/*
 * Its index, or -errno. *link: it is up and has a carrier; of a driver that cannot tell the
 * latter: it is up.
 */
int nic_look(const struct device_calls *calls, const char *name, bool *link);

/* Interfaces that are up and have an address, without loopback; their number. */
unsigned int nic_list(char name[NIC_MAX][IFNAMSIZ]);

/*
 * The NICs that do the work of @name: the members of a bond or bridge, the
 * device below a VLAN; @name itself when there is nothing below it. Their number.
 */
unsigned int nic_below(const struct device_calls *calls, const char *name,
		       char out[NIC_MAX][IFNAMSIZ]);

/* The bond or bridge that @name is a member of; false: none. */
bool nic_master(const struct device_calls *calls, const char *name, char out[IFNAMSIZ]);
/* The member that a bond sends and receives by; false: it uses all, has none, or is no bond. */
bool nic_active(const struct device_calls *calls, const char *bond, char out[IFNAMSIZ]);

/* The clock that stamps @name's packets (PHC index), or -errno. */
int nic_phc(const struct device_calls *calls, const char *name);

/* Received packets that are to be stamped, a set of them */
enum {
	NIC_FOR_NTP = 1,
	NIC_FOR_PTP_ETHERNET = 2,	/* event messages of PTP version 2 */
	NIC_FOR_PTP_UDP = 4,
	NIC_ONE_STEP = 8,		/* not received, but sent: Syncs into which it writes the time */
};

enum nic_stamping {
	NIC_STAMPS_NONE,	/* the NIC cannot */
	NIC_STAMPS_PTP_ONLY,	/* it cannot stamp received NTP packets: left as it was */
	NIC_STAMPS_TAKEN,	/* it could, but another program needs it otherwise */
	NIC_STAMPS_REFUSED,	/* it could, but configuring it failed */
	NIC_STAMPS_KEPT,	/* configured well enough already */
	NIC_STAMPS_SET,		/* configured now */
};

/*
 * Make @name stamp every received packet of *@need (NIC_FOR_*) and every packet sent on
 * demand. A configuration that does so already, and one of a NIC that could do so only
 * by taking the stamps of PTP packets from another program, is left alone. When both
 * NTP and PTP are needed and the NIC can stamp one of them only, it is PTP. *need:
 * what of it is stamped from now on. One sentence for the log in @say. Nothing is undone
 * at exit: others may rely on it.
 */
enum nic_stamping nic_enable(const struct device_calls *calls, const char *name,
			     unsigned int *need, char *say, size_t len);

#endif
