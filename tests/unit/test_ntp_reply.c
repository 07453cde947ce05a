// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ntp/random.h"
#include "ntp/reply.h"

#define SECOND NSEC_PER_SEC
#define NOW (1790000000LL * SECOND)
#define RATE 0x52415445u

static struct ntp_replier replier;
static struct ntp_packet reply;
static struct client client;
static bool want_tx;
static u64 random_state;

static struct ntp_server_state good_state(void)
{
	return (struct ntp_server_state){
		.leap = 1, .stratum = 2, .precision = -25, .refid = 0xc0000201,
		.ref_utc = NOW - 10 * SECOND, .root_delay_ns = SECOND / 100,
		.root_dispersion_ns = SECOND / 1000, .at_sys = NOW, .drift_ppb = 15000,
	};
}

static int setup(void **state)
{
	struct ntp_server_state st = good_state();

	ntp_reply_init(&replier);
	random_state = 42;
	ntp_reply_publish(&replier, &st);
	memset(&client, 0, sizeof(client));
	return 0;
}

static struct ntp_packet request(u64 origin, u64 receive, u64 transmit)
{
	return (struct ntp_packet){
		.version = 4, .mode = NTP_MODE_CLIENT, .poll = 6, .origin = origin,
		.receive = receive, .transmit = transmit,
	};
}

static enum stamp_kind tx_kind = STAMP_USER;

/* The whole way from octets to octets, received at @rx and leaving @rx + 1000 ns. */
static enum ntp_answer ask(const struct ntp_packet *req, struct client *c, s64 rx, s64 mono)
{
	u8 in[NTP_HEADER_LEN], out[NTP_HEADER_LEN];
	struct ntp_packet parsed;
	struct ntp_query q = {
		.buf = in, .len = sizeof(in), .port = 40000, .rx_sys = rx,
		.rx_kind = STAMP_KERNEL, .tx_sys = rx + 1000, .tx_kind = tx_kind, .now_mono = mono,
		.random = random_next(&random_state),
	};
	enum ntp_answer a;

	ntp_packet_build(req, in);
	memset(&reply, 0xee, sizeof(reply));
	memset(out, 0xee, sizeof(out));
	a = ntp_reply_check(in, sizeof(in), q.port, &parsed);
	if (a != NTP_ANSWER_BASIC)
		return a;
	a = ntp_reply(&replier, &q, &parsed, c, out, &want_tx);
	if (ntp_answer_is_reply(a))
		assert_int_equal(ntp_packet_parse(out, sizeof(out), &reply), 0);
	return a;
}

static void test_basic(void **state)
{
	struct ntp_packet req = request(1, 2, 0x1234567890abcdef);

	assert_int_equal(ask(&req, &client, NOW, SECOND), NTP_ANSWER_BASIC);
	assert_int_equal(reply.leap, 1);
	assert_int_equal(reply.version, 4);
	assert_int_equal(reply.mode, NTP_MODE_SERVER);
	assert_int_equal(reply.stratum, 2);
	assert_int_equal(reply.poll, 6);
	assert_int_equal(reply.precision, -25);
	assert_int_equal(reply.root_delay, 656);
	/* 1 ms and the growth of a second begun */
	assert_int_equal(reply.root_dispersion, 67);
	assert_int_equal(reply.refid, 0xc0000201);
	assert_true(ntp_to_utc(reply.reference, NOW) == NOW - 10 * SECOND);
	assert_true(reply.origin == req.transmit);
	assert_true(ntp_to_utc(reply.receive, NOW) == NOW);
	/* within the stated precision, 30 ns */
	assert_in_range(ntp_to_utc(reply.transmit, NOW) - NOW, 1000 - 30, 1000 + 30);
	assert_false(want_tx);
}

static void test_no_client_memory(void **state)
{
	struct ntp_packet req = request(1, 2, 3);

	assert_int_equal(ask(&req, NULL, NOW, 0), NTP_ANSWER_BASIC);
	assert_false(want_tx);
}

static void test_versions_and_modes(void **state)
{
	struct ntp_packet req = request(0, 0, 3), parsed;
	u8 in[NTP_HEADER_LEN];
	u8 mode, version;

	for (version = 1; version <= 4; version++) {
		for (mode = 0; mode <= 7; mode++) {
			bool ok = mode == 3 || (mode == 0 && version == 1);

			req.version = version;
			req.mode = mode;
			assert_int_equal(ask(&req, NULL, NOW, 0),
					 ok ? NTP_ANSWER_BASIC : NTP_ANSWER_NO_REQUEST);
			if (ok) {
				assert_int_equal(reply.version, version);
				assert_int_equal(reply.mode, NTP_MODE_SERVER);
			}
		}
	}
	/* NTPv1 from the server's port is a server, or a loop */
	req.version = 1;
	req.mode = 0;
	ntp_packet_build(&req, in);
	assert_int_equal(ntp_reply_check(in, 48, NTP_PORT, &parsed), NTP_ANSWER_NO_REQUEST);
	assert_int_equal(ntp_reply_check(in, 47, 999, &parsed), NTP_ANSWER_MALFORMED);
	in[0] = 5 << 3 | 3;
	assert_int_equal(ntp_reply_check(in, 48, 999, &parsed), NTP_ANSWER_MALFORMED);
}

static void test_unsynchronised(void **state)
{
	struct ntp_server_state st = good_state();
	struct ntp_packet req = request(0, 0, 3);

	st.stratum = 16;
	ntp_reply_publish(&replier, &st);
	assert_int_equal(ask(&req, &client, NOW, 0), NTP_ANSWER_BASIC);
	assert_int_equal(reply.leap, 3);
	assert_int_equal(reply.stratum, 0);
	assert_int_equal(reply.refid, 0);
	assert_int_equal(reply.root_dispersion, 16 << 16);
	st = good_state();
	st.leap = 3;
	ntp_reply_publish(&replier, &st);
	ask(&req, &client, NOW, 0);
	assert_int_equal(reply.stratum, 0);
	/* and before anything was ever published */
	ntp_reply_init(&replier);
	ask(&req, &client, NOW, 0);
	assert_int_equal(reply.leap, 3);
	assert_int_equal(reply.stratum, 0);
}

static void test_dispersion_grows(void **state)
{
	struct ntp_server_state st = good_state();
	struct ntp_packet req = request(0, 0, 3);

	ntp_reply_publish(&replier, &st);
	ask(&req, &client, NOW - 1000 * SECOND, 0);
	assert_in_range(ntp_short_to_ns(reply.root_dispersion), 1000000, 1020000);
	ask(&req, &client, NOW + 1000 * SECOND, 0);
	/* 1 ms and 15 ppm of 1000 s, rounded up */
	assert_in_range(ntp_short_to_ns(reply.root_dispersion), 16000000, 16040000);
	ask(&req, &client, NOW + 2000000000 * SECOND, 0);
	assert_in_range(ntp_short_to_ns(reply.root_dispersion), 30000 * SECOND, 30000 * SECOND +
			SECOND);
	/* more than the format holds */
	ask(&req, &client, INT64_MAX - SECOND, 0);
	assert_true(reply.root_dispersion == UINT32_MAX);
	st.drift_ppb = 1000000000;
	ntp_reply_publish(&replier, &st);
	ask(&req, &client, NOW + 2000000000 * SECOND, 0);
	assert_true(reply.root_dispersion == UINT32_MAX);
	/* what is not known at all does not get worse */
	st.stratum = 0;
	ntp_reply_publish(&replier, &st);
	ask(&req, &client, NOW + 1000 * SECOND, 0);
	assert_int_equal(reply.root_dispersion, 16 << 16);
}

static void test_correction(void **state)
{
	struct ntp_server_state st = good_state();
	struct ntp_packet req = request(0, 0, 3);

	st.correction_ns = -7 * SECOND;
	ntp_reply_publish(&replier, &st);
	ask(&req, &client, NOW, 0);
	assert_true(ntp_to_utc(reply.receive, NOW) == NOW - 7 * SECOND);
	assert_in_range(ntp_to_utc(reply.transmit, NOW) - (NOW - 7 * SECOND), 970, 1030);
}

static void test_interleaved(void **state)
{
	struct ntp_packet req = request(0, 0, 100);
	u64 rx1, rx2, rx3;

	/* first exchange is basic, the second asks in vain but is noticed */
	assert_int_equal(ask(&req, &client, NOW, 0), NTP_ANSWER_BASIC);
	rx1 = reply.receive;
	assert_false(want_tx);
	req = request(rx1, 11, 101);
	assert_int_equal(ask(&req, &client, NOW + SECOND, SECOND), NTP_ANSWER_BASIC);
	assert_true(want_tx);
	assert_true(reply.origin == 101);
	rx2 = reply.receive;
	assert_true(rx2 == client.rx);
	ntp_reply_transmitted(&replier, &client, rx2, NOW + SECOND + 5000);

	req = request(rx2, 12, 102);
	assert_int_equal(ask(&req, &client, NOW + 2 * SECOND, 2 * SECOND), NTP_ANSWER_INTERLEAVED);
	assert_true(want_tx);
	assert_true(reply.origin == 12);
	assert_true(ntp_to_utc(reply.receive, NOW) == NOW + 2 * SECOND);
	assert_true(ntp_to_utc(reply.transmit, NOW) == NOW + SECOND + 5000);
	rx3 = reply.receive;

	/* its transmit stamp is lost: one basic reply, then on as before */
	req = request(rx3, 13, 103);
	assert_int_equal(ask(&req, &client, NOW + 3 * SECOND, 3 * SECOND), NTP_ANSWER_BASIC);
	assert_true(reply.origin == 103);
	assert_true(want_tx);
	ntp_reply_transmitted(&replier, &client, reply.receive, NOW + 3 * SECOND - 200);
	req = request(reply.receive, 14, 104);
	assert_int_equal(ask(&req, &client, NOW + 4 * SECOND, 4 * SECOND), NTP_ANSWER_INTERLEAVED);
	/* a hardware stamp may be earlier than the software receive stamp */
	assert_true(ntp_to_utc(reply.transmit, NOW) == NOW + 3 * SECOND - 200);
}

static void test_interleaved_refusals(void **state)
{
	struct ntp_packet req = request(0, 0, 100);
	u64 rx;

	ask(&req, &client, NOW, 0);
	rx = reply.receive;
	ntp_reply_transmitted(&replier, &client, rx, NOW + 5000);
	/* receive equal to transmit is a basic request */
	req = request(rx, 101, 101);
	assert_int_equal(ask(&req, &client, NOW + SECOND, SECOND), NTP_ANSWER_BASIC);
	rx = reply.receive;
	ntp_reply_transmitted(&replier, &client, rx, NOW + SECOND + 5000);
	/* named by its transmit stamp: basic */
	req = request(reply.transmit, 12, 102);
	assert_int_equal(ask(&req, &client, NOW + 2 * SECOND, 2 * SECOND), NTP_ANSWER_BASIC);
	assert_false(want_tx);
	ntp_reply_transmitted(&replier, &client, reply.receive, NOW + 2 * SECOND + 5000);
	/* an older reply */
	req = request(rx, 13, 103);
	assert_int_equal(ask(&req, &client, NOW + 3 * SECOND, 3 * SECOND), NTP_ANSWER_BASIC);
	/* switched off */
	replier.interleaved = false;
	ntp_reply_transmitted(&replier, &client, reply.receive, NOW + 3 * SECOND + 5000);
	req = request(reply.receive, 14, 104);
	assert_int_equal(ask(&req, &client, NOW + 4 * SECOND, 4 * SECOND), NTP_ANSWER_BASIC);
	assert_false(want_tx);
	/* a client that was never answered has no reply to name */
	replier.interleaved = true;
	memset(&client, 0, sizeof(client));
	client.tx_valid = 1;
	req = request(0, 15, 105);
	assert_int_equal(ask(&req, &client, NOW, 0), NTP_ANSWER_BASIC);
}

static void test_wish_fades(void **state)
{
	struct ntp_packet req = request(0, 0, 100);

	ask(&req, &client, NOW, 0);
	req = request(reply.receive, 11, 101);
	ask(&req, &client, NOW, 0);
	assert_true(want_tx);
	/* one request that names another reply: its last one was lost */
	req = request(77, 12, 102);
	ask(&req, &client, NOW, 0);
	assert_true(want_tx);
	req = request(78, 13, 103);
	ask(&req, &client, NOW, 0);
	assert_false(want_tx);
}

/* A basic and an interleaved association from one address. */
static void test_two_behind_one_address(void **state)
{
	struct ntp_packet basic = request(0, 0, 900), req = request(0, 0, 100);
	u64 rx;
	int i;

	/* they alternate from the very start */
	ask(&req, &client, NOW, 0);
	rx = reply.receive;
	ask(&basic, &client, NOW, 0);
	req = request(rx, 11, 101);
	ask(&req, &client, NOW, 0);
	rx = reply.receive;
	assert_false(want_tx);
	ask(&basic, &client, NOW, 0);
	req = request(rx, 11, 101);
	ask(&req, &client, NOW, 0);
	for (i = 2; i < 10; i++) {
		assert_true(want_tx);
		rx = reply.receive;
		ntp_reply_transmitted(&replier, &client, rx, ntp_to_utc(rx, NOW) + 500);
		assert_int_equal(ask(&basic, &client, NOW + i * SECOND, 0), NTP_ANSWER_BASIC);
		assert_int_equal(ask(&basic, &client, NOW + i * SECOND, 0), NTP_ANSWER_BASIC);
		assert_false(want_tx);
		req = request(rx, 12, 102);
		assert_int_equal(ask(&req, &client, NOW + i * SECOND, 0), NTP_ANSWER_INTERLEAVED);
		ntp_reply_transmitted(&replier, &client, reply.receive, NOW + i * SECOND + 900);
	}
	/* one that starts anew soon gets interleaved replies again */
	req = request(0, 0, 200);
	for (i = 10; i < 14; i++) {
		ask(&req, &client, NOW + i * SECOND, 0);
		req = request(reply.receive, 13, 201);
		if (want_tx)
			ntp_reply_transmitted(&replier, &client, reply.receive, NOW + i * SECOND + 900);
	}
	assert_int_equal(ask(&req, &client, NOW + i * SECOND, 0), NTP_ANSWER_INTERLEAVED);
}

static void test_late_or_wrong_stamp(void **state)
{
	struct ntp_packet req = request(0, 0, 100);
	u64 rx;

	ask(&req, &client, NOW, 0);
	rx = reply.receive;
	ntp_reply_transmitted(&replier, &client, rx + 1, NOW + 10);
	assert_false(client.tx_valid);
	ntp_reply_transmitted(&replier, &client, 0, NOW + 10);
	assert_false(client.tx_valid);
	/* half a second is no transmit delay but a step of the clock */
	ntp_reply_transmitted(&replier, &client, rx, NOW + SECOND);
	assert_false(client.tx_valid);
	ntp_reply_transmitted(&replier, &client, rx, NOW - SECOND);
	assert_false(client.tx_valid);
	ntp_reply_transmitted(&replier, &client, rx, NOW + 10);
	assert_true(client.tx_valid);
	/* no time at all between them: simulators */
	client.tx_valid = 0;
	client.rx = ntp_from_utc(NOW);
	ntp_reply_transmitted(&replier, &client, client.rx, NOW);
	assert_true(client.tx_valid);
}

static void test_stamps_unique(void **state)
{
	struct ntp_server_state st = good_state();
	struct ntp_packet req = request(0, 0, 1);
	u64 rx = 0, low = 0;
	int i;

	st.precision = -32;	/* nothing to fuzz in user stamps */
	ntp_reply_publish(&replier, &st);
	for (i = 0; i < 200; i++) {
		assert_int_equal(ask(&req, &client, NOW, 0), NTP_ANSWER_BASIC);
		assert_true(reply.receive != rx);
		assert_true((s64)(reply.transmit - reply.receive) > 0);
		rx = reply.receive;
		low |= 1ULL << (rx & 3);
	}
	/* what is below a nanosecond is not always the same */
	assert_int_equal(low & 3, 3);
}

/* What a program's clock cannot tell is random, the kernel's stamps are as they are. */
static void test_precision(void **state)
{
	struct ntp_server_state st = good_state();
	struct ntp_packet req = request(0, 0, 1);
	s64 tx, low = INT64_MAX, high = INT64_MIN;
	int i;

	st.precision = -20;
	ntp_reply_publish(&replier, &st);
	for (i = 0; i < 200; i++) {
		ask(&req, NULL, NOW + 10000, 0);
		tx = ntp_to_utc(reply.transmit, NOW) - NOW;
		low = tx < low ? tx : low;
		high = tx > high ? tx : high;
	}
	assert_in_range(low, 11000 - 954, 11000);
	assert_in_range(high - low, 800, 954);
	tx_kind = STAMP_KERNEL;
	for (i = 0; i < 200; i++) {
		ask(&req, NULL, NOW + 10000, 0);
		assert_int_equal(ntp_to_utc(reply.transmit, NOW) - NOW, 11000);
	}
	tx_kind = STAMP_USER;
}

static void test_rate_limit(void **state)
{
	struct ntp_packet req = request(0, 0, 1);
	int i, count[NTP_ANSWERS] = { 0 };

	rate_limit_init(&replier.rate, true, 3, 8, 2, true);
	for (i = 0; i < 1000; i++)
		count[ask(&req, &client, NOW, SECOND)]++;
	assert_int_equal(count[NTP_ANSWER_KOD], 1);
	/* the burst and a quarter of the rest */
	assert_in_range(count[NTP_ANSWER_BASIC], 200, 310);
	assert_int_equal(count[NTP_ANSWER_BASIC] + 1 + count[NTP_ANSWER_RATE_LIMITED], 1000);
	/* a KoD does not tell the time either */
	assert_int_equal(client.drops, 1000 - count[NTP_ANSWER_BASIC]);
}

static void test_kod_content(void **state)
{
	struct ntp_packet req = request(0, 0, 1);

	rate_limit_init(&replier.rate, true, 3, 1, 4, true);
	req.poll = 0;
	ask(&req, &client, NOW, SECOND);
	assert_int_equal(reply.poll, 3);
	req.poll = 127;
	req.transmit = 99;
	while (ask(&req, &client, NOW, SECOND) != NTP_ANSWER_KOD)
		assert_int_equal(reply.poll, 17);
	assert_int_equal(reply.leap, 3);
	assert_int_equal(reply.stratum, 0);
	assert_int_equal(reply.refid, RATE);
	assert_int_equal(reply.poll, 3);
	assert_true(reply.origin == 99);
	assert_false(want_tx);
}

static void test_remembers_statement(void **state)
{
	struct ntp_packet req = request(0, 0, 1);

	req.root_delay = 0x123;
	req.root_dispersion = 0x456;
	req.version = 3;
	ask(&req, &client, NOW, 0);
	assert_int_equal(client.root_delay, 0x123);
	assert_int_equal(client.root_dispersion, 0x456);
	assert_int_equal(client.version, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_basic, setup),
		cmocka_unit_test_setup(test_no_client_memory, setup),
		cmocka_unit_test_setup(test_versions_and_modes, setup),
		cmocka_unit_test_setup(test_unsynchronised, setup),
		cmocka_unit_test_setup(test_dispersion_grows, setup),
		cmocka_unit_test_setup(test_correction, setup),
		cmocka_unit_test_setup(test_interleaved, setup),
		cmocka_unit_test_setup(test_interleaved_refusals, setup),
		cmocka_unit_test_setup(test_wish_fades, setup),
		cmocka_unit_test_setup(test_two_behind_one_address, setup),
		cmocka_unit_test_setup(test_late_or_wrong_stamp, setup),
		cmocka_unit_test_setup(test_stamps_unique, setup),
		cmocka_unit_test_setup(test_precision, setup),
		cmocka_unit_test_setup(test_rate_limit, setup),
		cmocka_unit_test_setup(test_kod_content, setup),
		cmocka_unit_test_setup(test_remembers_statement, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
