/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of assoc.h: a client association against a model server that we can make lie. */
#ifndef ATS_TEST_ASSOC_LAB_H
#define ATS_TEST_ASSOC_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/assoc.h"

#define SEC NSEC_PER_SEC
#define BASE_UTC (1800000000 * SEC)
#define AHEAD 5000000		/* our clock minus the server's, ns */
#define PATH 100000		/* one way, ns */
#define HOLD 20000		/* in the server, ns */

struct lab {
	struct assoc *a;
	u64 seed;
	s64 now;		/* ns since start; mono = now, utc = BASE + now */
	u8 buf[NTP_HEADER_LEN];
	struct ntp_packet req, resp;
	/* what the server remembers of its last answer */
	u64 saved_rx;
	s64 saved_tx_utc;
	bool server_interleaves;
	struct exchange x;
};

static inline u64 next_random(void *ctx)
{
	u64 *s = ctx;

	*s += 0x9e3779b97f4a7c15;
	u64 z = *s;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static inline struct assoc_config config(struct lab *l)
{
	return (struct assoc_config){
		.min_poll = 6, .max_poll = 10, .burst = 4, .interleave = true,
		.precision_ns = 50, .random64 = next_random, .random_ctx = &l->seed,
	};
}

static inline s64 sys(const struct lab *l)
{
	return BASE_UTC + l->now + AHEAD;
}

static inline int setup(void **state)
{
	struct lab *l = calloc(1, sizeof(*l));
	struct assoc_config cfg;

	l->seed = 42;
	cfg = config(l);
	l->a = assoc_new(&cfg);
	*state = l;
	return l->a ? 0 : -1;
}

static inline int teardown(void **state)
{
	struct lab *l = *state;

	assoc_free(l->a);
	free(l);
	return 0;
}

/* Send at the time the association wants. */
static inline void request(struct lab *l)
{
	if (assoc_next_mono(l->a) > l->now)
		l->now = assoc_next_mono(l->a);
	/* the user stamp is 30 us early */
	assoc_request(l->a, l->now, sys(l) - 30000, l->buf);
	assert_int_equal(ntp_packet_parse(l->buf, sizeof(l->buf), &l->req), 0);
}

/* The server's answer to l->req, in l->resp; time moves to its arrival. */
static inline void answer(struct lab *l)
{
	s64 rx_utc, tx_utc;
	bool inter;

	l->now += PATH;
	rx_utc = BASE_UTC + l->now;
	l->now += HOLD;
	tx_utc = BASE_UTC + l->now;
	inter = l->server_interleaves && l->saved_rx && l->req.origin == l->saved_rx &&
		l->req.receive != l->req.transmit;
	l->resp = (struct ntp_packet){
		.version = 4, .mode = NTP_MODE_SERVER, .stratum = 2, .precision = -25,
		.poll = 6, .root_delay = 0x10000, .root_dispersion = 0x8000, .refid = 0x7f000001,
		.origin = inter ? l->req.receive : l->req.transmit,
		.receive = ntp_from_utc(rx_utc),
		.transmit = ntp_from_utc(inter ? l->saved_tx_utc : tx_utc - 15000),
	};
	l->saved_rx = l->resp.receive;
	l->saved_tx_utc = tx_utc;
	l->now += PATH;
}

static inline enum assoc_result deliver_kind(struct lab *l, enum stamp_kind kind)
{
	u8 buf[NTP_HEADER_LEN];

	ntp_packet_build(&l->resp, buf);
	memset(&l->x, 0, sizeof(l->x));
	return assoc_receive(l->a, buf, sizeof(buf), sys(l), kind, l->now, &l->x);
}

static inline enum assoc_result deliver(struct lab *l)
{
	return deliver_kind(l, STAMP_KERNEL);
}

static inline enum assoc_result poll_once(struct lab *l)
{
	request(l);
	assoc_transmitted(l->a, sys(l), STAMP_KERNEL);
	answer(l);
	return deliver(l);
}

static inline void assert_near(s64 a, s64 b, s64 tol)
{
	assert_in_range((u64)(a - b + tol), 0, (u64)(2 * tol));
}

static inline struct assoc_report report(const struct lab *l)
{
	struct assoc_report r;

	assoc_get_report(l->a, &r);
	return r;
}

static inline void kiss(struct lab *l, const char *code)
{
	const u8 *c = (const u8 *)code;

	l->resp.stratum = 0;
	l->resp.leap = NTP_LEAP_UNSYNC;
	l->resp.refid = (u32)c[0] << 24 | (u32)c[1] << 16 | (u32)c[2] << 8 | c[3];
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
