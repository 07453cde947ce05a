/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How PTP messages travel: IEEE 1588-2019 annex C (UDP over IPv4), D (UDP over IPv6)
 * and E (Ethernet) behind one table of operations, which a simulator may fill too. One
 * of these is one interface and one transport. A VLAN or a bond is an interface like
 * any other: bind to it, not to what is below; stamps tell the NIC themselves.
 *
 * Event loop: wait for readability of the descriptors. Read the transmit stamp of an
 * event message as udp.h says: right after a stamped send, and after ptp_net_receive()
 * of every read event while ptp_net_tx_pending(). Once a second call ptp_net_check().
 */
#ifndef ATS_PTP_NET_H
#define ATS_PTP_NET_H

#include <net/if.h>
#include <netinet/in.h>

#include "os/device.h"
#include "os/stamp_socket.h"
#include "ptp/profile.h"
#include "types.h"

#define PTP_NET_SCOPE_DEFAULT 0xe	/* annex D.3: ff0e::181 */
#define PTP_NET_TEXT_LEN 64

/* Event messages are stamped, general ones are not (clause 7.3.1). */
enum ptp_net_channel {
	PTP_NET_EVENT,
	PTP_NET_GENERAL,
	PTP_NET_CHANNELS,
};

struct ptp_net_address {
	u8 octets[16];		/* IPv6, IPv4 as ::ffff:a.b.c.d, or a MAC and zeroes */
	/* of UDP; as a destination 0, and each of PTP's: the channel's own */
	u16 port;
};

enum ptp_net_group {
	PTP_NET_PRIMARY,	/* all but peer delay */
	PTP_NET_PDELAY,		/* stays on the link */
	PTP_NET_UNICAST,
};

/* How messages travel, of which there may be several over one struct ptp_net. */
struct ptp_net_traffic {
	int mac;		/* PTP_MAC_*: where the primary group of Ethernet goes */
	int dscp[PTP_NET_CHANNELS];	/* 0..63, of UDP */
	/*
	 * SO_PRIORITY, 0..15, -1: the kernel's choice. VLAN interfaces map it to their tag's
	 * PCP (egress-qos-map), queues of NICs to traffic classes.
	 */
	int priority;
};

struct ptp_net_destination {
	enum ptp_net_group group;
	struct ptp_net_address address;		/* of PTP_NET_UNICAST */
	/*
	 * The stamp of the message that this one answers, so that it leaves from the
	 * address that was asked; NULL: the kernel chooses.
	 */
	const struct stamp *from;
	const struct ptp_net_traffic *traffic;	/* NULL: as ptp_net_open() was told */
};

struct ptp_net_message {
	void *buf;		/* in: room for @size octets */
	size_t size;
	size_t len;		/* octets received, of Ethernet with its padding */
	bool truncated;		/* it was longer than @size */
	struct ptp_net_address from;
	struct stamp stamp;
	s64 rx_sys;		/* best stamp without the NIC, and its kind */
	enum stamp_kind rx_kind;
};

struct ptp_net_config {
	int transport;		/* PTP_OVER_*, one of them */
	const char *interface;
	bool multicast;		/* else neither sent nor received */
	u8 ttl;			/* of multicast over UDP, 1..255; that of peer delay is 1 */
	u8 ipv6_scope;		/* of the primary group, 1..15 */
	struct ptp_net_traffic traffic;
	bool hardware;		/* ask for the NIC's stamps too (see hwstamp.h) */
	const struct device_calls *calls;	/* NULL: the real ones */
};

enum ptp_net_link {
	PTP_NET_LINK_DOWN,
	PTP_NET_LINK_UP,
	PTP_NET_LINK_GONE,	/* no such interface any more: close, and open again */
};

struct ptp_net;

struct ptp_net_ops {
	void (*close)(struct ptp_net *n);
	int (*fd)(const struct ptp_net *n, enum ptp_net_channel channel);
	enum stamping (*stamping)(const struct ptp_net *n);
	int (*send)(struct ptp_net *n, enum ptp_net_channel channel,
		    const struct ptp_net_destination *to, const void *buf, size_t len, u32 *id);
	int (*receive)(struct ptp_net *n, enum ptp_net_channel channel,
		       struct ptp_net_message *m);
	int (*tx_stamp)(struct ptp_net *n, struct tx_stamp *out);
	bool (*tx_pending)(const struct ptp_net *n);
	void (*tx_give_up)(struct ptp_net *n);
	int (*join)(struct ptp_net *n);
	int (*set_dscp)(struct ptp_net *n, enum ptp_net_channel channel, int dscp);
};

/* The first member of each implementation's own; only they look inside. */
struct ptp_net {
	const struct ptp_net_ops *ops;
	const struct device_calls *calls;
	int transport;
	char interface[IFNAMSIZ];
	int ifindex;
	enum ptp_net_link link;
	bool multicast;
	struct ptp_net_traffic usual;
	/* what the sockets have now */
	int dscp[PTP_NET_CHANNELS], priority[PTP_NET_CHANNELS];
};

/* 0 with *out, or -errno with a sentence in @err. */
int ptp_net_open(const struct ptp_net_config *cfg, struct ptp_net **out, char *err,
		 size_t errlen);
void ptp_net_close(struct ptp_net *n);

/* -1 of PTP_NET_GENERAL when that of PTP_NET_EVENT has all messages (Ethernet). */
int ptp_net_fd(const struct ptp_net *n, enum ptp_net_channel channel);
int ptp_net_ifindex(const struct ptp_net *n);
/* The best that the kernel accepted for event messages. */
enum stamping ptp_net_stamping(const struct ptp_net *n);

/*
 * Send one message. @id not NULL, of PTP_NET_EVENT only: its transmit stamp is wanted,
 * *id is its number. 0, or -errno when it was not sent (-ENETDOWN, -ENOBUFS, ...;
 * -EADDRNOTAVAIL: multicast, but there is none).
 */
int ptp_net_send(struct ptp_net *n, enum ptp_net_channel channel,
		 const struct ptp_net_destination *to, const void *buf, size_t len, u32 *id);
/*
 * What the sockets have between sends, so that it holds of what others send over them: the
 * kernel module does. Sound, as that of ptp_net_open(); 0 or -errno.
 */
int ptp_net_set_traffic(struct ptp_net *n, const struct ptp_net_traffic *traffic);
/* 1 received, 0 there is none, or -errno, such as one -ENETDOWN when the link went. */
int ptp_net_receive(struct ptp_net *n, enum ptp_net_channel channel, struct ptp_net_message *m);

/* As udp_tx_stamp() and those after it. */
int ptp_net_tx_stamp(struct ptp_net *n, struct tx_stamp *out);
bool ptp_net_tx_pending(const struct ptp_net *n);
void ptp_net_tx_give_up(struct ptp_net *n);

/*
 * Look at the interface and join the groups again when its link came back. *joined (it
 * may be NULL): the errno of that, else 0.
 */
enum ptp_net_link ptp_net_check(struct ptp_net *n, int *joined);

/* As people write it: 192.0.2.1, 2001:db8::1, 00:00:5e:00:53:01. */
void ptp_net_address_text(int transport, const struct ptp_net_address *a,
			  char text[PTP_NET_TEXT_LEN]);
/* The same the other way round, port 0; false: it is none of this transport, *a is kept. */
bool ptp_net_address_parse(int transport, const char *text, struct ptp_net_address *a);
const char *ptp_net_transport_name(int transport);

#endif
