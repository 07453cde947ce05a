// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ptp/ask.h"
#include "ptp_console.h"

static u8 tlv[512];
static struct ptp_message m;
static struct ptp_answer a;

static void test_type(void **unused)
{
	assert_int_equal(ptp_ask_type("PRIORITY1")->id, PTP_MID_PRIORITY1);
	assert_int_equal(ptp_ask_type("priority1")->id, PTP_MID_PRIORITY1);
	assert_int_equal(ptp_ask_type("0x2005")->id, PTP_MID_PRIORITY1);
	assert_int_equal(ptp_ask_type("0xC000")->id, PTP_MID_TIME_STATUS_NP);
	assert_int_equal(ptp_ask_type("0x0")->id, PTP_MID_NULL_MANAGEMENT);
	assert_null(ptp_ask_type("PRIORITY"));
	assert_null(ptp_ask_type("PRIORITY11"));
	assert_null(ptp_ask_type(""));
	assert_null(ptp_ask_type("0x"));
	assert_null(ptp_ask_type("0x2g05"));
	assert_null(ptp_ask_type("0x1fff"));
	assert_null(ptp_ask_type("0x12005"));
}

/* Asked of a clock that is there, and what it says is understood. */
static void test_exchange(void **unused)
{
	const union ptp_management_data d = { .octet = 77 };
	struct ptp_ask ask = {
		.id = PTP_MID_PRIORITY1, .action = PTP_GET, .target = { OWN, PTP_ALL_PORTS },
		.hops = 3,
	};

	assert_true(ptp_ask_build(&ask, &m, tlv, sizeof(tlv)));
	assert_int_equal(m.management.hops_start, 3);
	m.header.domain = 24;
	m.header.clock = PMC;
	m.header.sequence = 5;
	receive(&m, NULL);
	assert_int_equal(lab.n, 1);
	assert_true(ptp_answer_read(&lab.answer[0].m, &a));
	assert_true(a.from.clock == OWN);
	assert_int_equal(a.from.port, 1);
	assert_int_equal(a.id, PTP_MID_PRIORITY1);
	assert_string_equal(a.type->name, "PRIORITY1");
	assert_int_equal(a.error, 0);
	assert_true(a.understood);
	assert_int_equal(a.data.octet, 128);

	ask.action = PTP_SET;
	ask.data = &d;
	assert_true(ptp_ask_build(&ask, &m, tlv, sizeof(tlv)));
	m.header.domain = 24;
	m.header.clock = PMC;
	receive(&m, NULL);
	assert_true(ptp_answer_read(&lab.answer[0].m, &a));
	assert_int_equal(a.error, PTP_NOT_SUPPORTED);
	assert_int_equal(a.id, PTP_MID_PRIORITY1);
	assert_false(a.understood);
	assert_int_equal(a.text.len, strlen("not allowed from the network"));
	lab.n = 0;
	ptp_manager_request(lab.mg, lab.t, &m, take, NULL, lab.now);
	assert_int_equal(lab.n, 1);
	assert_true(ptp_answer_read(&lab.answer[0].m, &a));
	assert_int_equal(a.data.octet, 77);
}

/* Asked of all that can be reached */
static void test_ask_others(void **unused)
{
	const struct ptp_ask ask = {
		.id = PTP_MID_PRIORITY1, .action = PTP_GET, .target = { OTHER, PTP_ALL_PORTS },
		.hops = 3,
	};
	u16 first = 99, second;

	lab.n = 0;
	assert_int_equal(ptp_manager_ask(lab.mg, lab.t, &ask, &first), 0);
	assert_int_equal(lab.n, 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct ptp_message *q = &lab.answer[i].m;

		assert_int_equal(lab.answer[i].port, i);
		assert_true(lab.answer[i].multicast);
		assert_true(q->header.clock == OWN && q->header.port == i + 1);
		assert_int_equal(q->header.domain, 24);
		assert_int_equal(q->header.sequence, first);
		assert_true(q->management.target.clock == OTHER);
		assert_int_equal(q->management.action, PTP_GET);
		assert_int_equal(q->management.hops, 3);
	}
	ptp_instance_event(lab.t, 0, PTP_EV_FAULT_DETECTED, lab.now);
	lab.n = 0;
	assert_int_equal(ptp_manager_ask(lab.mg, lab.t, &ask, &second), 0);
	assert_int_equal(lab.n, 1);
	assert_int_equal(second, first + 1);
	ptp_instance_event(lab.t, 1, PTP_EV_FAULT_DETECTED, lab.now);
	assert_int_equal(ptp_manager_ask(lab.mg, lab.t, &ask, &second), -ENETDOWN);
}

static void test_no_room(void **unused)
{
	const union ptp_management_data d = { .octet = 77 };
	struct ptp_ask ask = { .id = PTP_MID_PRIORITY1, .action = PTP_SET, .data = &d };

	for (size_t room = 0; room < 8; room++)
		assert_false(ptp_ask_build(&ask, &m, tlv, room));
	assert_true(ptp_ask_build(&ask, &m, tlv, 8));
	/* its data is not known here */
	ask.id = PTP_MID_ALTERNATE_MASTER;
	assert_false(ptp_ask_build(&ask, &m, tlv, sizeof(tlv)));
	ask.data = NULL;
	assert_true(ptp_ask_build(&ask, &m, tlv, sizeof(tlv)));
}

static void test_not_understood(void **unused)
{
	static const u8 short_one[] = { 0, 1, 0, 2, 0x20, 0x05 };
	static const u8 unknown[] = { 0, 1, 0, 4, 0x1f, 0xff, 1, 2 };
	static const u8 no_error[] = { 0, 2, 0, 8, 0, 0, 0x20, 0x05, 0, 0, 0, 0 };
	static const u8 pad[] = { 0x80, 0x08, 0, 0 };

	m = (struct ptp_message){
		.header = { .type = PTP_MANAGEMENT }, .management = { .action = PTP_RESPONSE },
		.tlv = short_one, .tlv_len = sizeof(short_one),
	};
	assert_true(ptp_answer_read(&m, &a));
	assert_false(a.understood);
	assert_non_null(a.type);
	m.tlv = unknown;
	m.tlv_len = sizeof(unknown);
	assert_true(ptp_answer_read(&m, &a));
	assert_false(a.understood);
	assert_null(a.type);
	assert_int_equal(a.id, 0x1fff);
	m.tlv = no_error;
	m.tlv_len = sizeof(no_error);
	assert_true(ptp_answer_read(&m, &a));
	assert_int_equal(a.error, PTP_GENERAL_ERROR);
	m.management.action = PTP_GET;
	assert_false(ptp_answer_read(&m, &a));
	m.management.action = PTP_RESPONSE;
	m.header.type = PTP_SIGNALING;
	assert_false(ptp_answer_read(&m, &a));
	m.header.type = PTP_MANAGEMENT;
	m.tlv = pad;
	m.tlv_len = sizeof(pad);
	assert_false(ptp_answer_read(&m, &a));
	m.tlv_len = 0;
	assert_false(ptp_answer_read(&m, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_type), TEST(test_exchange), TEST(test_ask_others), TEST(test_no_room),
		TEST(test_not_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
