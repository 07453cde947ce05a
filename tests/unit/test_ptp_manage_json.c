// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/daemon_private.h"
#include "ptp_console.h"

/* The @i-th answer to GET @id must be the JSON @text. */
static void is_json(unsigned int i, const char *text)
{
	json_t *got = daemon_json_ptp_answer(&lab.answer[i].m), *want = json_loads(text, 0, NULL);
	char *dump;

	assert_non_null(want);
	assert_non_null(got);
	if (!json_equal(got, want)) {
		dump = json_dumps(got, 0);
		fail_msg("got %s\nnot %s", dump, text);
	}
	json_decref(got);
	json_decref(want);
}

static void test_values(void **unused)
{
	assert_int_equal(get(true, PTP_MID_PRIORITY1, 1), 1);
	is_json(0, "{\"domain\":24,\"port_identity\":\"001b21.fffe.7451a2-0\",\"id\":\"PRIORITY1\","
		   "\"data\":{\"priority1\":128}}");
	get(true, PTP_MID_CURRENT_DATA_SET, 1);
	is_json(0, "{\"domain\":24,\"port_identity\":\"001b21.fffe.7451a2-0\","
		   "\"id\":\"CURRENT_DATA_SET\",\"data\":{\"stepsRemoved\":0,"
		   "\"offsetFromMaster\":-1.5,\"meanDelay\":1234.25}}");
	get(true, PTP_MID_TIME, 1);
	is_json(0, "{\"domain\":24,\"port_identity\":\"001b21.fffe.7451a2-0\",\"id\":\"TIME\","
		   "\"data\":{\"currentTime\":\"1700000037.000000005\"}}");
	get(true, PTP_MID_PORT_PROPERTIES_NP, 2);
	is_json(0, "{\"domain\":24,\"port_identity\":\"001b21.fffe.7451a2-2\","
		   "\"id\":\"PORT_PROPERTIES_NP\",\"data\":{"
		   "\"portIdentity.clockIdentity\":\"001b21.fffe.7451a2\","
		   "\"portIdentity.portNumber\":2,\"portState\":6,\"timestamping\":1,"
		   "\"interface\":\"eth1\"}}");
	get(true, PTP_MID_PATH_TRACE_LIST, 1);
	is_json(0, "{\"domain\":24,\"port_identity\":\"001b21.fffe.7451a2-0\","
		   "\"id\":\"PATH_TRACE_LIST\",\"data\":{\"pathSequence\":[]}}");
	get(true, PTP_MID_NULL_MANAGEMENT, 1);
	is_json(0, "{\"domain\":24,\"port_identity\":\"001b21.fffe.7451a2-1\","
		   "\"id\":\"NULL_MANAGEMENT\",\"data\":{}}");
}

static void test_octets(void **unused)
{
	json_t *o, *data;

	get(true, PTP_MID_CLOCK_DESCRIPTION, 1);
	o = daemon_json_ptp_answer(&lab.answer[0].m);
	data = json_object_get(o, "data");
	assert_string_equal(json_string_value(json_object_get(data, "manufacturerIdentity")),
			    "010203");
	assert_string_equal(json_string_value(json_object_get(data,
			    "protocolAddress.addressField")), "0a000009");
	json_decref(o);
	get(true, PTP_MID_PORT_STATS_NP, 1);
	o = daemon_json_ptp_answer(&lab.answer[0].m);
	data = json_object_get(json_object_get(o, "data"), "tx");
	assert_int_equal(json_array_size(data), 16);
	assert_true(json_integer_value(json_array_get(data, PTP_ANNOUNCE)) > 0);
	json_decref(o);
	get(true, PTP_MID_PORT_SERVICE_STATS_NP, 1);
	o = daemon_json_ptp_answer(&lab.answer[0].m);
	data = json_object_get(json_object_get(o, "data"), "master_sync_timeout");
	assert_true(json_is_integer(data) && json_integer_value(data) > 0);
	json_decref(o);
}

static void test_errors(void **unused)
{
	static const u8 nasty[] = {
		0, 2, 0, 0x0e, 0x12, 0x34, 0x20, 0x05, 0, 0, 0, 0, 4, 'a', 0x1b, 0xff, 'b', 0,
	};
	struct ptp_message m = {
		.header = { .type = PTP_MANAGEMENT, .clock = PMC, .port = 7 },
		.management = { .action = PTP_RESPONSE }, .tlv = nasty, .tlv_len = sizeof(nasty),
	};

	get(false, PTP_MID_PORT_HWCLOCK_NP, 1);
	is_json(0, "{\"domain\":24,\"port_identity\":\"001b21.fffe.7451a2-1\","
		   "\"id\":\"PORT_HWCLOCK_NP\",\"error\":\"NOT_SUPPORTED\","
		   "\"message\":\"only for who asks on the host\"}");
	get(false, 0x1fff, 1);
	is_json(0, "{\"domain\":24,\"port_identity\":\"001b21.fffe.7451a2-1\",\"id\":\"0x1fff\","
		   "\"error\":\"NO_SUCH_ID\",\"message\":null}");
	/* what others say is made harmless */
	lab.answer[0].m = m;
	is_json(0, "{\"domain\":0,\"port_identity\":\"001122.3344.556677-7\","
		   "\"id\":\"PRIORITY1\",\"error\":\"0x1234\","
		   "\"message\":\"a\\\\x1b\\\\xffb\"}");
	m.management.action = PTP_GET;
	assert_null(daemon_json_ptp_answer(&m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values), TEST(test_octets), TEST(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
