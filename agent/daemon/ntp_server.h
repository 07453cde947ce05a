/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NTP server in the event loop: sockets, batches, transmit stamps. What is
 * answered is decided by agent/ntp/reply.h.
 *
 * Wiring: ntp_server_new() with the serve_ntp part of the configuration at
 * start, ntp_server_reconfigure() after a reload; ntp_server_update() whenever
 * what is served changes at once (source selected or lost, leap announced);
 * ntp_server_stepped() after each step of the clock. In between the state is
 * fetched again by itself, at most some times per second and only when asked.
 */
#ifndef ATS_NTP_SERVER_H
#define ATS_NTP_SERVER_H

#include <event2/event.h>
#include <sys/socket.h>

#include "config/config.h"
#include "core/timekeeper.h"
#include "ntp/reply.h"
#include "os/hwstamp.h"

struct ntp_server;

struct ntp_server_ops {
	/* What is served now. */
	void (*get_state)(void *ctx, struct ntp_server_state *out);
	/* Stamps of NICs; NULL: kernel stamps only. Outlives the server. */
	struct hwstamp *hwstamp;
	/* A socket was opened, or will be closed; NULL: nobody wants to know. */
	void (*socket_opened)(void *ctx, int fd);
	void (*socket_closing)(void *ctx, int fd);
	void *ctx;
};

/* For get_state: from the timekeeper's report, made at @now_sys. */
void ntp_server_state_from_report(const struct tk_report *r, double precision_ns, s64 now_sys,
				  struct ntp_server_state *out);

/*
 * Opens the sockets; with cfg->enabled false there are none and everything
 * else works. @cfg is not kept. NULL with a sentence in @err.
 */
struct ntp_server *ntp_server_new(struct event_base *base, const struct config_serve_ntp *cfg,
				  const struct ntp_server_ops *ops, char *err, size_t errlen);
void ntp_server_free(struct ntp_server *s);
/*
 * Sockets that stay the same are not touched, clients are kept unless
 * clientloglimit changed. 0, or -errno with a sentence in @err: nothing changed.
 */
int ntp_server_reconfigure(struct ntp_server *s, const struct config_serve_ntp *cfg,
			   char *err, size_t errlen);
void ntp_server_update(struct ntp_server *s);
void ntp_server_stepped(struct ntp_server *s);

struct ntp_server_stats {
	bool enabled;
	u64 requests;			/* datagrams received */
	u64 replies;			/* basic and interleaved */
	u64 interleaved_replies;	/* of them */
	u64 unsynchronised;		/* of them: said that we have no time */
	u64 kod;
	u64 denied;			/* by the ACL */
	u64 rate_limited;		/* not answered at all, without KoD */
	u64 malformed;			/* and other modes: no request */
	u64 send_failures;
	u64 rx_stamps[STAMP_HARDWARE + 1];	/* by enum stamp_kind */
	u64 tx_stamps[STAMP_HARDWARE + 1];	/* asked for and got */
	u64 tx_stamps_lost;		/* asked for, never came */
	u32 clients, clients_max;
	u64 clients_evicted;
	u64 memory;			/* octets of the client table in use */
};

void ntp_server_get_stats(const struct ntp_server *s, struct ntp_server_stats *out);

struct ntp_server_client {
	int family;
	struct in6_addr addr;		/* IPv4: first four octets */
	u32 requests, dropped;
	s64 interval_ns;		/* typical; 0: not known */
	s64 age_ns;			/* since the last request */
	u8 version;
	bool interleaved;
	/* as the client states them; both 0: it does not tell */
	s64 root_delay_ns, root_dispersion_ns;
};

u32 ntp_server_client_count(const struct ntp_server *s);
/* Clients @start and on, while @each returns true. Changes nothing. */
void ntp_server_for_each_client(const struct ntp_server *s, u32 start,
				bool (*each)(void *ctx, const struct ntp_server_client *c),
				void *ctx);

/* The one with this address, IPv4 as ::ffff:a.b.c.d; false: not in the table. */
bool ntp_server_get_client(const struct ntp_server *s, const u8 addr[16],
			   struct ntp_server_client *out);

#endif
