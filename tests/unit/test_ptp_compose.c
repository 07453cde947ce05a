// SPDX-License-Identifier: GPL-2.0-or-later
/* What answers take from requests, octet by octet: IEEE 1588-2019 clauses 11.3 and 11.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/compose.h"

static const struct ptp_voice voice = {
	.id = { 0x1122334455667788ULL, 3 }, .sdo = 0x123, .domain = 24, .minor_version = 1,
};

static const struct ptp_header request = {
	.type = PTP_DELAY_REQ, .version = 2, .minor_version = 1, .domain = 24, .sdo = 0x123,
	.flags = PTP_FLAG_UNICAST, .correction = 0x0102030405060708LL,
	.clock = 0xa1a2a3a4a5a6a7a8ULL, .port = 9, .sequence = 0xbeef, .log_interval = -3,
};

/* 2 s and 5 ns */
#define TAI (2 * NSEC_PER_SEC + 5)

static void check(const struct ptp_message *m, const u8 *octets, size_t len)
{
	u8 buf[128];

	assert_int_equal(ptp_message_build(m, buf, sizeof(buf)), len);
	assert_memory_equal(buf, octets, len);
}

static void test_delay_resp(void **state)
{
	static const u8 unicast[54] = {
		0x19, 0x12, 0, 54, 24, 0x23, 0x04, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0, 3, 0xbe, 0xef, 3, 0x7f,
		0, 0, 0, 0, 0, 2, 0, 0, 0, 5,
		0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0, 9,
	};
	u8 multicast[54];
	struct ptp_request r;
	struct ptp_message m;

	ptp_request_of(&r, &request);
	ptp_compose_delay_resp(&m, &voice, &r, -4, TAI);
	check(&m, unicast, sizeof(unicast));

	/* the interval is that of the port, and not the request's */
	memcpy(multicast, unicast, sizeof(multicast));
	multicast[6] = 0;
	multicast[33] = (u8)-4;
	r.unicast = false;
	ptp_compose_delay_resp(&m, &voice, &r, -4, TAI);
	check(&m, multicast, sizeof(multicast));
}

static void test_pdelay_resp(void **state)
{
	static const u8 response[54] = {
		0x13, 0x12, 0, 54, 24, 0x23, 0x06, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0, 3, 0xbe, 0xef, 5, 0x7f,
		0, 0, 0, 0, 0, 2, 0, 0, 0, 5,
		0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0, 9,
	};
	u8 follow_up[54];
	struct ptp_request r;
	struct ptp_message m;

	ptp_request_of(&r, &request);
	ptp_compose_pdelay_resp(&m, &voice, &r, TAI);
	check(&m, response, sizeof(response));

	memcpy(follow_up, response, sizeof(follow_up));
	follow_up[0] = 0x1a;
	follow_up[6] = 0x04;
	for (unsigned int i = 0; i < 8; i++)
		follow_up[8 + i] = (u8)(i + 1);
	follow_up[43] = 6;
	ptp_compose_pdelay_follow_up(&m, &voice, &r, TAI + 1);
	check(&m, follow_up, sizeof(follow_up));
}

static void test_sync(void **state)
{
	static const u8 sync[44] = {
		0x10, 0x12, 0, 44, 24, 0x23, 0x02, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0, 3, 0, 77, 0, 0xff,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	u8 follow_up[44];
	struct ptp_message m;

	ptp_compose_sync(&m, &voice, 77, -1);
	check(&m, sync, sizeof(sync));

	memcpy(follow_up, sync, sizeof(follow_up));
	follow_up[0] = 0x18;
	follow_up[6] = 0;
	follow_up[32] = 2;
	follow_up[39] = 2;
	follow_up[43] = 5;
	ptp_compose_follow_up(&m, &voice, 77, -1, TAI);
	check(&m, follow_up, sizeof(follow_up));
}

static void test_hears(void **state)
{
	struct ptp_header h = request;

	assert_true(ptp_voice_hears(&voice, &h));
	h.domain = 25;
	assert_false(ptp_voice_hears(&voice, &h));
	h = request;
	h.clock = voice.id.clock;
	assert_false(ptp_voice_hears(&voice, &h));
	h = request;
	h.sdo = 0x124;
	assert_false(ptp_voice_hears(&voice, &h));
	/* version 2.0 has no minorSdoId */
	h.minor_version = 0;
	assert_true(ptp_voice_hears(&voice, &h));
	h.sdo = 0x223;
	assert_false(ptp_voice_hears(&voice, &h));
}

static void test_udp_port(void **state)
{
	assert_int_equal(ptp_udp_port(0, true), 319);
	assert_int_equal(ptp_udp_port(319, false), 320);
	assert_int_equal(ptp_udp_port(320, true), 319);
	assert_int_equal(ptp_udp_port(5000, false), 5000);
}

/* What is written into a form is what composing it makes. */
static void test_forms(void **state)
{
	struct ptp_composed form, o;
	struct ptp_message m;
	struct ptp_request r;

	ptp_request_of(&r, &request);
	ptp_form_make(&form, &voice, PTP_DELAY_RESP);
	ptp_form_answer(&o, &form, &r, TAI);
	ptp_compose_delay_resp(&m, &voice, &r, -4, TAI);
	check(&m, o.b, o.len);

	ptp_form_make(&form, &voice, PTP_SYNC);
	ptp_form_write(&o, &form, 0xbeef, 0);
	ptp_compose_sync(&m, &voice, 0xbeef, PTP_LOG_INTERVAL_NONE);
	m.header.flags |= PTP_FLAG_UNICAST;
	check(&m, o.b, o.len);

	ptp_form_make(&form, &voice, PTP_FOLLOW_UP);
	ptp_form_write(&o, &form, 0xbeef, TAI);
	ptp_compose_follow_up(&m, &voice, 0xbeef, PTP_LOG_INTERVAL_NONE, TAI);
	m.header.flags |= PTP_FLAG_UNICAST;
	check(&m, o.b, o.len);
	assert_int_equal(o.len, 44);
	assert_int_equal(o.b[44], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delay_resp),
		cmocka_unit_test(test_pdelay_resp),
		cmocka_unit_test(test_sync),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_hears),
		cmocka_unit_test(test_udp_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
