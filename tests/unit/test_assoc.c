// SPDX-License-Identifier: GPL-2.0-or-later
/* The client association against a model server that we can make lie. */
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

static u64 next_random(void *ctx)
{
	u64 *s = ctx;

	*s += 0x9e3779b97f4a7c15;
	u64 z = *s;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static struct assoc_config config(struct lab *l)
{
	return (struct assoc_config){
		.min_poll = 6, .max_poll = 10, .burst = 4, .interleave = true,
		.precision_ns = 50, .random64 = next_random, .random_ctx = &l->seed,
	};
}

static s64 sys(const struct lab *l)
{
	return BASE_UTC + l->now + AHEAD;
}

static int setup(void **state)
{
	struct lab *l = calloc(1, sizeof(*l));
	struct assoc_config cfg;

	l->seed = 42;
	cfg = config(l);
	l->a = assoc_new(&cfg);
	*state = l;
	return l->a ? 0 : -1;
}

static int teardown(void **state)
{
	struct lab *l = *state;

	assoc_free(l->a);
	free(l);
	return 0;
}

/* Send at the time the association wants. */
static void request(struct lab *l)
{
	if (assoc_next_mono(l->a) > l->now)
		l->now = assoc_next_mono(l->a);
	/* the user stamp is 30 us early */
	assoc_request(l->a, l->now, sys(l) - 30000, l->buf);
	assert_int_equal(ntp_packet_parse(l->buf, sizeof(l->buf), &l->req), 0);
}

/* The server's answer to l->req, in l->resp; time moves to its arrival. */
static void answer(struct lab *l)
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

static enum assoc_result deliver_kind(struct lab *l, enum stamp_kind kind)
{
	u8 buf[NTP_HEADER_LEN];

	ntp_packet_build(&l->resp, buf);
	memset(&l->x, 0, sizeof(l->x));
	return assoc_receive(l->a, buf, sizeof(buf), sys(l), kind, l->now, &l->x);
}

static enum assoc_result deliver(struct lab *l)
{
	return deliver_kind(l, STAMP_KERNEL);
}

static enum assoc_result poll_once(struct lab *l)
{
	request(l);
	assoc_transmitted(l->a, sys(l), STAMP_KERNEL);
	answer(l);
	return deliver(l);
}

static void assert_near(s64 a, s64 b, s64 tol)
{
	assert_in_range((u64)(a - b + tol), 0, (u64)(2 * tol));
}

static struct assoc_report report(const struct lab *l)
{
	struct assoc_report r;

	assoc_get_report(l->a, &r);
	return r;
}

static void test_request_says_nothing(void **state)
{
	struct lab *l = *state;
	u64 first;

	request(l);
	assert_int_equal(l->req.version, 4);
	assert_int_equal(l->req.mode, NTP_MODE_CLIENT);
	assert_int_equal(l->req.leap, 0);
	assert_int_equal(l->req.poll, 6);
	assert_int_equal(l->req.stratum, 0);
	assert_int_equal(l->req.precision, 0);
	assert_int_equal(l->req.root_delay | l->req.root_dispersion | l->req.refid, 0);
	assert_true(!l->req.reference && !l->req.origin && !l->req.receive);
	first = l->req.transmit;
	assert_true(first != 0);
	request(l);
	assert_true(l->req.transmit != first);
}

static void test_basic_sample(void **state)
{
	struct lab *l = *state;
	s64 sent;

	request(l);
	sent = sys(l);
	assoc_transmitted(l->a, sent, STAMP_KERNEL);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
	assert_true(l->x.fwd.valid && l->x.back.valid && !l->x.interleaved);
	assert_int_equal(l->x.fwd.local_sys, sent);
	assert_int_equal(l->x.fwd.local_kind, STAMP_KERNEL);
	assert_near(l->x.fwd.local_sys - l->x.fwd.remote_utc, AHEAD - PATH, 2);
	/* the basic transmit stamp of this server is 15 us early */
	assert_near(l->x.back.local_sys - l->x.back.remote_utc, AHEAD + PATH + 15000, 2);
	assert_int_equal(l->x.back.local_kind, STAMP_KERNEL);
	assert_int_equal(l->x.stratum, 2);
	assert_int_equal(l->x.refid, 0x7f000001);
	assert_true(l->x.root_delay_ns == 1e9 && l->x.root_dispersion_ns == 5e8);
	assert_int_equal(report(l).reach, 1);
	assert_near((s64)report(l).last_offset_ns, AHEAD + 7500, 2);
	assert_near((s64)report(l).last_delay_ns, 2 * PATH + 15000, 2);
}

static void test_interleaved_legs(void **state)
{
	struct lab *l = *state;
	s64 last_back = 0, received;
	u64 last_rx;
	int i;

	l->server_interleaves = true;
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	received = sys(l);
	for (i = 0; i < 10; i++) {
		last_rx = l->resp.receive;
		assert_int_equal(poll_once(l), ASSOC_SAMPLE);
		assert_true(l->req.origin == last_rx);
		assert_true(l->req.receive && l->req.receive != l->req.transmit);
		assert_true(l->x.interleaved && l->x.fwd.valid);
		assert_near(l->x.fwd.local_sys - l->x.fwd.remote_utc, AHEAD - PATH, 2);
		/* the basic answer's leg was in the first sample already */
		assert_int_equal(l->x.back.valid, i > 0);
		if (i > 0) {
			assert_true(l->x.back.local_sys == received);
			assert_near(l->x.back.local_sys - l->x.back.remote_utc, AHEAD + PATH, 2);
			assert_true(l->x.back.local_sys > last_back);
			last_back = l->x.back.local_sys;
			assert_near((s64)report(l).last_delay_ns, 2 * PATH, 4);
		}
		received = sys(l);
	}
	assert_true(report(l).interleaved);
}

static void test_interleaved_survives_loss(void **state)
{
	struct lab *l = *state;
	s64 kept;
	u64 origin;

	l->server_interleaves = true;
	poll_once(l);
	poll_once(l);
	kept = sys(l);
	origin = l->resp.receive;
	/* two requests get lost; the server still knows its last answer */
	request(l);
	request(l);
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_true(l->req.origin == origin);
	assert_true(l->x.interleaved && l->x.back.valid && l->x.back.local_sys == kept);
	/* three and more: a basic exchange starts it again */
	request(l);
	request(l);
	request(l);
	assert_true(l->req.origin != 0);
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_true(l->req.origin == 0 && l->req.receive == 0);
	assert_true(!l->x.interleaved && l->x.fwd.valid && l->x.back.valid);
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_true(l->x.interleaved && l->x.fwd.valid && !l->x.back.valid);
}

static void test_server_falls_back_to_basic(void **state)
{
	struct lab *l = *state;

	l->server_interleaves = true;
	poll_once(l);
	poll_once(l);
	l->saved_rx = 0;	/* the server forgot us */
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_true(l->req.receive != 0);
	assert_true(!l->x.interleaved && l->x.fwd.valid && l->x.back.valid);
	assert_near(l->x.fwd.local_sys - l->x.fwd.remote_utc, AHEAD - PATH, 2);
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_true(l->x.interleaved && !l->x.back.valid);
}

static void test_no_interleave_when_told(void **state)
{
	struct lab *l = *state;
	struct assoc_config cfg = config(l);
	int i;

	cfg.interleave = false;
	assoc_configure(l->a, &cfg);
	l->server_interleaves = true;
	for (i = 0; i < 4; i++) {
		assert_int_equal(poll_once(l), ASSOC_SAMPLE);
		assert_true(!l->req.origin && !l->req.receive && !l->x.interleaved);
	}
}

static void test_interleaved_stamp_contradicts(void **state)
{
	struct lab *l = *state;

	l->server_interleaves = true;
	poll_once(l);
	poll_once(l);
	l->saved_tx_utc += SEC;	/* would make the round trip negative */
	assert_int_equal(poll_once(l), ASSOC_INVALID_TIME);
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_false(l->x.interleaved);
}

static void test_origin_must_match(void **state)
{
	struct lab *l = *state;
	struct ntp_packet good, old;
	int bit;

	answer(l);
	assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);	/* nothing was asked */
	request(l);
	answer(l);
	good = l->resp;
	l->resp.origin = 0;
	assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);
	for (bit = 0; bit < 64; bit++) {
		l->resp.origin = good.origin ^ 1ULL << bit;
		assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);
	}
	assert_int_equal(report(l).reach, 0);
	l->resp = good;
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
	assert_int_equal(deliver(l), ASSOC_DUPLICATE);
	old = l->resp;
	request(l);
	l->resp = old;		/* late: its request is no longer the last */
	assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
	assert_int_equal(report(l).result[ASSOC_BOGUS_ORIGIN], 67);
	assert_int_equal(report(l).received, 70);
}

static void test_interleaved_replay(void **state)
{
	struct lab *l = *state;
	struct ntp_packet twice;

	l->server_interleaves = true;
	poll_once(l);
	poll_once(l);
	twice = l->resp;
	assert_int_equal(deliver(l), ASSOC_DUPLICATE);
	twice.origin = l->req.transmit;	/* the other cookie does not open it again */
	l->resp = twice;
	assert_int_equal(deliver(l), ASSOC_DUPLICATE);
}

static void test_shape(void **state)
{
	struct lab *l = *state;
	u8 buf[NTP_PACKET_MAX + 4] = { 0 };
	int mode;

	request(l);
	answer(l);
	ntp_packet_build(&l->resp, buf);
	assert_int_equal(assoc_receive(l->a, buf, 0, sys(l), STAMP_USER, l->now, &l->x),
			 ASSOC_MALFORMED);
	assert_int_equal(assoc_receive(l->a, buf, 47, sys(l), STAMP_USER, l->now, &l->x),
			 ASSOC_MALFORMED);
	assert_int_equal(assoc_receive(l->a, buf, sizeof(buf), sys(l), STAMP_USER, l->now, &l->x),
			 ASSOC_MALFORMED);
	for (mode = 1; mode < 8; mode++) {
		if (mode == NTP_MODE_SERVER)
			continue;
		l->resp.mode = (u8)mode;
		assert_int_equal(deliver(l), ASSOC_BAD_MODE);
	}
	l->resp.mode = NTP_MODE_SERVER;
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
}

static void test_unsynchronised(void **state)
{
	struct lab *l = *state;

	request(l);
	answer(l);
	l->resp.leap = NTP_LEAP_UNSYNC;
	assert_int_equal(deliver(l), ASSOC_UNSYNCHRONISED);
	assert_int_equal(report(l).reach, 1);
	request(l);
	answer(l);
	l->resp.stratum = 16;
	assert_int_equal(deliver(l), ASSOC_UNSYNCHRONISED);
	request(l);
	answer(l);
	l->resp.root_dispersion = 16 << 16;
	assert_int_equal(deliver(l), ASSOC_UNSYNCHRONISED);
	request(l);
	answer(l);
	l->resp.stratum = 0;	/* as ntpd sends stratum 16 */
	l->resp.leap = NTP_LEAP_UNSYNC;
	l->resp.refid = 0x494e4954;
	assert_int_equal(deliver(l), ASSOC_UNSYNCHRONISED);
	assert_string_equal(report(l).kod, "INIT");
}

static void test_impossible_times(void **state)
{
	struct lab *l = *state;

	request(l);
	answer(l);
	l->resp.receive = 0;
	assert_int_equal(deliver(l), ASSOC_INVALID_TIME);
	request(l);
	answer(l);
	l->resp.transmit = 0;
	assert_int_equal(deliver(l), ASSOC_INVALID_TIME);
	request(l);
	answer(l);
	l->resp.transmit = l->resp.receive - (1 << 20);
	assert_int_equal(deliver(l), ASSOC_INVALID_TIME);
	request(l);
	answer(l);	/* held for 1 s, says the server; the round trip took 0.3 ms */
	l->resp.transmit = l->resp.receive + (1ULL << 32);
	assert_int_equal(deliver(l), ASSOC_INVALID_TIME);
	request(l);
	answer(l);
	l->resp.transmit = l->resp.receive ^ 1ULL << 63;
	assert_int_equal(deliver(l), ASSOC_INVALID_TIME);
}

/* A server that answers within its resolution may round the two the wrong way. */
static void test_answer_in_no_time(void **state)
{
	struct lab *l = *state;

	request(l);
	answer(l);
	l->resp.transmit = l->resp.receive - 5;	/* 1.2 ns */
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
}

static void kiss(struct lab *l, const char *code)
{
	const u8 *c = (const u8 *)code;

	l->resp.stratum = 0;
	l->resp.leap = NTP_LEAP_UNSYNC;
	l->resp.refid = (u32)c[0] << 24 | (u32)c[1] << 16 | (u32)c[2] << 8 | c[3];
}

/* The field goes to 2^127 s, which would drown every estimate. */
static void test_absurd_precision(void **state)
{
	struct lab *l = *state;

	request(l);
	answer(l);
	l->resp.precision = 127;
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
	assert_true(l->x.error_ns < 1e9);
	request(l);
	answer(l);
	l->resp.precision = 127;
	l->resp.transmit = l->resp.receive + (10ULL << 32);
	assert_int_equal(deliver(l), ASSOC_INVALID_TIME);
}

static void test_kod_stops(void **state)
{
	struct lab *l = *state;
	static const char * const code[] = { "DENY", "RSTR" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(code); i++) {
		assoc_reset(l->a, l->now);
		request(l);
		answer(l);
		kiss(l, code[i]);
		l->resp.origin ^= 1;
		assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);	/* forged */
		assert_true(assoc_next_mono(l->a) < INT64_MAX);
		l->resp.origin ^= 1;
		assert_int_equal(deliver(l), ASSOC_KOD);
		assert_true(assoc_next_mono(l->a) == INT64_MAX);
		assert_string_equal(report(l).kod, code[i]);
	}
}

static void test_kod_rate(void **state)
{
	struct lab *l = *state;
	struct assoc_config cfg = config(l);
	s64 sent;

	cfg.min_poll = 0;
	cfg.max_poll = 0;
	assoc_configure(l->a, &cfg);
	request(l);
	sent = l->now;
	answer(l);
	kiss(l, "RATE");
	l->resp.origin++;
	assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);
	assert_int_equal(report(l).poll, 0);
	l->resp.origin--;
	assert_int_equal(deliver(l), ASSOC_KOD);
	assert_int_equal(report(l).poll, 1);
	assert_true(assoc_next_mono(l->a) == sent + 2 * SEC);
	assoc_set_poll(l->a, 0);
	assert_int_equal(report(l).poll, 1);
	assoc_configure(l->a, &cfg);
	assert_int_equal(report(l).poll, 1);
	request(l);
	answer(l);
	kiss(l, "RATE");
	assert_int_equal(deliver(l), ASSOC_KOD);
	assert_int_equal(report(l).poll, 2);
	assoc_reset(l->a, l->now);
	assert_int_equal(report(l).poll, 0);
}

static void test_schedule(void **state)
{
	static const int want[] = { 1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 64, 64 };
	struct lab *l = *state;
	unsigned int i;
	int spread = 0;
	s64 last;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		poll_once(l);
		last = l->now - 2 * PATH - HOLD;
		if (want[i] < 4)
			assert_true(assoc_next_mono(l->a) - last == want[i] * SEC);
		else
			assert_in_range(assoc_next_mono(l->a) - last,
					want[i] * SEC - SEC, want[i] * SEC + SEC);
		spread += want[i] >= 4 && assoc_next_mono(l->a) - last != want[i] * SEC;
	}
	assert_true(spread > 4);	/* dithered */
	assoc_set_poll(l->a, 8);
	request(l);
	assert_in_range(assoc_next_mono(l->a) - l->now, 255 * SEC, 257 * SEC);
	assoc_set_poll(l->a, 17);
	assert_int_equal(report(l).poll, 10);
	assoc_set_poll(l->a, -4);
	assert_int_equal(report(l).poll, 6);
}

static void test_shorter_poll_counts_at_once(void **state)
{
	struct lab *l = *state;
	struct assoc_config cfg = config(l);
	s64 sent, next;
	int i;

	assoc_set_poll(l->a, 10);
	for (i = 0; i < 20; i++)
		request(l);
	sent = l->now;
	assert_true(assoc_next_mono(l->a) > sent + 1000 * SEC);
	assoc_set_poll(l->a, 7);
	assert_true(assoc_next_mono(l->a) == sent + 128 * SEC);
	next = assoc_next_mono(l->a);
	assoc_set_poll(l->a, 9);	/* a longer one, after the next request */
	assert_true(assoc_next_mono(l->a) == next);
	cfg.min_poll = 0;
	cfg.max_poll = 0;
	assoc_configure(l->a, &cfg);
	assert_true(assoc_next_mono(l->a) == sent + SEC);
}

static void test_short_polls(void **state)
{
	struct lab *l = *state;
	struct assoc_config cfg = config(l);
	int i;

	cfg.min_poll = -4;
	cfg.max_poll = -4;
	assoc_configure(l->a, &cfg);
	for (i = 0; i < 20; i++) {
		request(l);
		assert_true(assoc_next_mono(l->a) - l->now == SEC / 16);
	}
}

static void test_burst_after_silence(void **state)
{
	struct lab *l = *state;
	int i;

	for (i = 0; i < 12; i++)
		request(l);
	assert_int_equal(report(l).reach, 0);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
	assert_true(assoc_next_mono(l->a) - l->now == SEC);
}

static void test_send_failure(void **state)
{
	struct lab *l = *state;
	int i;

	for (i = 0; i < 12; i++) {
		request(l);
		answer(l);
		assoc_send_failed(l->a);
		assert_true(assoc_next_mono(l->a) - l->now <= 4 * SEC);
	}
	assert_int_equal(deliver(l), ASSOC_BOGUS_ORIGIN);
	assert_int_equal(report(l).sent, 0);
}

static void test_late_transmit_stamp(void **state)
{
	struct lab *l = *state;
	struct exchange x;
	s64 sent;

	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	/* the stamp comes after the answer */
	request(l);
	sent = sys(l);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_VALID);
	assert_false(assoc_held(l->a, &x));
	assoc_transmitted(l->a, sent, STAMP_KERNEL);
	assert_true(assoc_held(l->a, &x));
	assert_false(assoc_held(l->a, &x));
	assert_true(x.fwd.valid && x.back.valid && x.fwd.local_sys == sent);
	assert_int_equal(report(l).lost_stamps, 0);
	assert_int_equal(report(l).result[ASSOC_SAMPLE], 2);
	assert_int_equal(report(l).result[ASSOC_VALID], 0);
	/* it never comes: that leg alone is lost */
	request(l);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_VALID);
	request(l);
	assert_true(assoc_held(l->a, &x));
	assert_true(!x.fwd.valid && x.back.valid);
	assert_int_equal(report(l).lost_stamps, 1);
}

static void test_stamps_stay_away(void **state)
{
	struct lab *l = *state;
	struct exchange x;
	int i, n = 0;

	poll_once(l);
	for (i = 0; i < 20; i++) {
		request(l);
		if (assoc_held(l->a, &x))
			n += x.fwd.valid;
		answer(l);
		n += deliver(l) == ASSOC_SAMPLE && l->x.fwd.valid;
	}
	/* after 8 of them the user-space stamp is taken for what it is */
	assert_int_equal(report(l).lost_stamps, 7);
	assert_in_range(n, 12, 13);
	assert_int_equal(l->x.fwd.local_kind, STAMP_USER);
}

static void test_first_stamp_late(void **state)
{
	struct lab *l = *state;
	struct exchange x;

	request(l);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_SAMPLE);	/* nothing better known */
	assoc_transmitted(l->a, sys(l) - 2 * PATH - HOLD, STAMP_HARDWARE);
	assert_false(assoc_held(l->a, &x));
	request(l);
	assoc_transmitted(l->a, sys(l), STAMP_KERNEL);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_VALID);	/* hardware is worth waiting */
	assoc_transmitted(l->a, sys(l) - 2 * PATH - HOLD, STAMP_HARDWARE);
	assert_true(assoc_held(l->a, &x));
	assert_int_equal(x.fwd.local_kind, STAMP_HARDWARE);
}

static void test_impossible_late_stamp(void **state)
{
	struct lab *l = *state;
	struct exchange x;

	poll_once(l);
	request(l);
	answer(l);
	assert_int_equal(deliver(l), ASSOC_VALID);
	assoc_transmitted(l->a, sys(l) + 1000, STAMP_KERNEL);	/* sent after the answer? */
	assert_false(assoc_held(l->a, &x));
	assert_int_equal(report(l).result[ASSOC_INVALID_TIME], 1);
}

static void test_worse_receive_stamp(void **state)
{
	struct lab *l = *state;

	l->server_interleaves = true;
	poll_once(l);
	poll_once(l);
	request(l);
	assoc_transmitted(l->a, sys(l), STAMP_KERNEL);
	answer(l);
	assert_int_equal(deliver_kind(l, STAMP_USER), ASSOC_SAMPLE);
	assert_true(l->x.fwd.valid && l->x.back.valid);	/* back is of the answer before */
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_true(l->x.fwd.valid && !l->x.back.valid);
	assert_int_equal(poll_once(l), ASSOC_SAMPLE);
	assert_true(l->x.fwd.valid && l->x.back.valid);
	assert_int_equal(report(l).lost_stamps, 1);
}

static void test_clock_step_in_flight(void **state)
{
	struct lab *l = *state;

	l->server_interleaves = true;
	poll_once(l);
	poll_once(l);
	request(l);
	assoc_transmitted(l->a, sys(l), STAMP_KERNEL);
	answer(l);
	/* our clock goes back by 3 s between request and answer */
	assoc_shift(l->a, -3 * SEC);
	l->now -= 3 * SEC;
	assert_int_equal(deliver(l), ASSOC_SAMPLE);
	assert_near(l->x.fwd.local_sys - l->x.fwd.remote_utc, AHEAD - PATH - 3 * SEC, 2);
	assert_near(l->x.back.local_sys - l->x.back.remote_utc, AHEAD + PATH - 3 * SEC, 2);
}

static void test_era(void **state)
{
	struct lab *l = *state;
	u8 buf[NTP_HEADER_LEN];

	/* a host without a battery: our clock says 1970 */
	assoc_request(l->a, 0, SEC, l->buf);
	ntp_packet_parse(l->buf, sizeof(l->buf), &l->req);
	answer(l);
	l->resp.receive = ntp_from_utc(2208988800 * SEC);	/* 2040, era 1 */
	l->resp.transmit = l->resp.receive;
	ntp_packet_build(&l->resp, buf);
	assert_int_equal(assoc_receive(l->a, buf, sizeof(buf), SEC + PATH, STAMP_USER, PATH,
				       &l->x), ASSOC_SAMPLE);
	assert_near(l->x.fwd.remote_utc, 2208988800 * SEC, 2);
}

static void test_result_names(void **state)
{
	int i;

	for (i = 0; i < ASSOC_RESULTS; i++)
		assert_true(strlen(assoc_result_name(i)) > 3);
	assert_string_equal(assoc_result_name(ASSOC_RESULTS), "?");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_request_says_nothing),
		T(test_basic_sample),
		T(test_interleaved_legs),
		T(test_interleaved_survives_loss),
		T(test_server_falls_back_to_basic),
		T(test_no_interleave_when_told),
		T(test_interleaved_stamp_contradicts),
		T(test_origin_must_match),
		T(test_interleaved_replay),
		T(test_shape),
		T(test_unsynchronised),
		T(test_impossible_times),
		T(test_answer_in_no_time),
		T(test_absurd_precision),
		T(test_kod_stops),
		T(test_kod_rate),
		T(test_schedule),
		T(test_shorter_poll_counts_at_once),
		T(test_short_polls),
		T(test_burst_after_silence),
		T(test_send_failure),
		T(test_late_transmit_stamp),
		T(test_stamps_stay_away),
		T(test_first_stamp_late),
		T(test_impossible_late_stamp),
		T(test_worse_receive_stamp),
		T(test_clock_step_in_flight),
		T(test_era),
		T(test_result_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
