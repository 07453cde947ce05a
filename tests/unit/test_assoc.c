// SPDX-License-Identifier: GPL-2.0-or-later
/* What a client association measures, and whom it believes. */
#include "ntp/assoc.h"

#include "assoc_lab.h"

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
		T(test_era),
		T(test_result_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
