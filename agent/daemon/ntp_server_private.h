/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by ntp_server.c, ntp_listener.c and ntp_batch.c, nobody else. */
#ifndef ATS_NTP_SERVER_PRIVATE_H
#define ATS_NTP_SERVER_PRIVATE_H

#include "daemon/ntp_server.h"
#include "ntp/acl.h"
#include "ntp/tx_ring.h"
#include "os/udp.h"

struct ntp_batch;

struct ntp_addresses {
	bool wildcard;		/* all addresses of the host, one socket for each family */
	unsigned int n;
	struct sockaddr_storage *at;
};

/* One socket. */
struct ntp_listener {
	struct ntp_server *server;
	struct sockaddr_storage address;
	bool wildcard;
	struct udp *udp;
	int fd;
	struct event *event;
	bool told;		/* ops.socket_opened was called */
	u32 tx_flags;		/* SOF_TIMESTAMPING_TX_*, 0: none to be had */
	struct tx_ring ring;
	s64 expired_mono;	/* last look for stamps that never came */
	u32 early_misses;	/* reads right after the send that found no stamp */
};

struct ntp_server {
	struct event_base *base;
	struct ntp_server_ops ops;
	bool enabled;
	u64 clientloglimit;
	struct acl *acl;
	struct client_table *table;	/* NULL: clientloglimit is 0 */
	struct ntp_replier replier;
	u64 random;		/* state of random_next() */
	s64 fetched_mono;
	bool must_fetch;
	struct ntp_listener **listener;
	unsigned int nlistener;
	struct ntp_addresses wanted;
	struct ntp_batch *batch;
	u64 answers[NTP_ANSWERS];
	struct ntp_server_stats stats;	/* those counts that are not answers */
};

/* ntp_listener.c: NULL with a sentence in @err, *error is -errno. */
struct ntp_listener *ntp_listener_open(struct ntp_server *s, const struct sockaddr_storage *address,
				       bool wildcard, int *error, char *err, size_t errlen);
void ntp_listener_close(struct ntp_listener *l);

/* ntp_batch.c: everything there is to do for a readable socket. */
struct ntp_batch *ntp_batch_new(void);
void ntp_batch_free(struct ntp_batch *b);
void ntp_batch_run(struct ntp_listener *l);
/* Transmit stamps that are there; how many were read. */
int ntp_stamps_read(struct ntp_listener *l);

#endif
