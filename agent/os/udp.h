/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A UDP socket that knows when its packets passed. Everything it does is also
 * understood by LD_PRELOAD clock simulators: plain SOCK_DGRAM then fcntl, one
 * iovec, control room for all, and the error queue is read only by
 * udp_tx_stamp(), which does nothing while no transmit stamp is outstanding.
 *
 * Event loop: wait for readability. The kernel reports the error queue as
 * POLLERR, which libevent hands on as EV_READ; simulators report nothing that
 * libevent sees. So: call udp_tx_stamp() right after a stamped send, and after
 * udp_recv() of every read event while udp_tx_pending().
 */
#ifndef ATS_UDP_H
#define ATS_UDP_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "exchange.h"
#include "os/stamp_socket.h"
#include "types.h"

struct udp_config {
	int family;			/* AF_INET or AF_INET6 (never both: v6only) */
	const struct sockaddr *bind;	/* NULL: the kernel chooses a port */
	const struct sockaddr *connect;	/* NULL: not connected */
	const char *interface;		/* bound to it; NULL: any */
	bool pktinfo;			/* servers: tell local address and interface */
	bool tx_stamps;			/* transmit stamps wanted (udp_send decides for each) */
	bool hardware;			/* ask for the NIC's stamps too */
	int receive_buffer;		/* SO_RCVBUF octets; 0: as it is */
	int dscp;			/* 1..63 (RFC 2474); 0: as it is */
	/*
	 * Multicast goes out here, and is not looped back; what comes in is only
	 * of groups that udp_join() was asked for. 0: no multicast.
	 */
	int multicast_ifindex;
	u8 multicast_hops;		/* TTL or hop limit of multicast */
};

struct udp;

/* 0 with *out, or -errno with a sentence in @err. */
int udp_open(const struct udp_config *cfg, struct udp **out, char *err, size_t errlen);
void udp_close(struct udp *u);
int udp_fd(const struct udp *u);
/* The best that the kernel accepted. */
enum stamping udp_stamping(const struct udp *u);

/*
 * Be a member of @group on this interface: for the first time, or again after its link
 * was down, so that switches that listen to reports learn it anew. 0 or -errno.
 */
int udp_join(struct udp *u, int ifindex, const struct sockaddr *group);
/* 0..63, from now on; 0 or -errno. Of IPv4 SO_PRIORITY goes along with it. */
int udp_set_dscp(struct udp *u, int dscp);
/* TTL or hop limit of multicast from now on; 0 or -errno. */
int udp_set_multicast_hops(struct udp *u, u8 hops);

struct udp_message {
	void *buf;			/* in: room for @size octets */
	size_t size;
	size_t len;			/* octets received; all of them, or truncated is set */
	bool truncated;
	struct sockaddr_storage peer;
	socklen_t peer_len;
	struct stamp stamp;
	s64 rx_sys;			/* best stamp without the NIC, and its kind */
	enum stamp_kind rx_kind;
};

/* One message: 1 received, 0 there is none, or -errno (an ICMP answer, too). */
int udp_recv(struct udp *u, struct udp_message *m);
/* Up to @n (at most UDP_BATCH) messages with one call; their number, or as above. */
#define UDP_BATCH 16
int udp_recv_many(struct udp *u, struct udp_message *m, unsigned int n);

/*
 * Send to @to (NULL: where it is connected to). @from: the stamp of the
 * request that this answers, so that the answer leaves from the address that
 * was asked; NULL: the kernel chooses. @id not NULL: the transmit stamp is
 * wanted, *id is its number (0, 1, 2, ...). -errno when it was not sent.
 */
int udp_send(struct udp *u, const void *buf, size_t len, const struct sockaddr *to,
	     socklen_t to_len, const struct stamp *from, u32 *id);

/* One transmit stamp: 1 got one, 0 none there now, or -errno. */
int udp_tx_stamp(struct udp *u, struct tx_stamp *out);
/* Stamps are still to come. After about a second, give them up. */
bool udp_tx_pending(const struct udp *u);
void udp_tx_give_up(struct udp *u);

/* Kernel's socket address helpers: 0 for a family it is not. */
socklen_t udp_sockaddr_len(const struct sockaddr *sa);

#endif
