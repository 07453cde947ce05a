// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/fields.h"
#include "wire/ptp_management.h"

static union ptp_management_data d;
static char why[400];

static int set(u16 id, const char *name, const char *text)
{
	why[0] = 0;
	return ptp_field_set(ptp_management_type(id)->layout, &d, name, text, why, sizeof(why));
}

/* Refused, with the reason @says, and nothing changed */
static void refused(u16 id, const char *name, const char *text, const char *says)
{
	union ptp_management_data before = d;

	assert_int_equal(set(id, name, text), -EINVAL);
	assert_non_null(strstr(why, says));
	assert_memory_equal(&before, &d, sizeof(d));
}

static void test_numbers(void **state)
{
	memset(&d, 0, sizeof(d));
	assert_int_equal(set(PTP_MID_PRIORITY1, "priority1", "255"), 0);
	assert_int_equal(d.octet, 255);
	assert_int_equal(set(PTP_MID_PRIORITY1, "priority1", "0x7F"), 0);
	assert_int_equal(d.octet, 127);
	refused(PTP_MID_PRIORITY1, "priority1", "256", "priority1 = \"256\"");
	refused(PTP_MID_PRIORITY1, "priority1", "-1", "whole number");
	refused(PTP_MID_PRIORITY1, "priority1", "+1", "whole number");
	refused(PTP_MID_PRIORITY1, "priority1", " 1", "whole number");
	refused(PTP_MID_PRIORITY1, "priority1", "1 ", "whole number");
	refused(PTP_MID_PRIORITY1, "priority1", "", "whole number");
	refused(PTP_MID_PRIORITY1, "priority1", "0x", "whole number");
	refused(PTP_MID_PRIORITY1, "priority1", "0x-1", "whole number");
	refused(PTP_MID_PRIORITY1, "priority1", "99999999999999999999", "whole number");
	assert_int_equal(set(PTP_MID_LOG_SYNC_INTERVAL, "logSyncInterval", "-128"), 0);
	assert_int_equal(d.interval, -128);
	assert_int_equal(set(PTP_MID_LOG_SYNC_INTERVAL, "logSyncInterval", "127"), 0);
	assert_int_equal(d.interval, 127);
	refused(PTP_MID_LOG_SYNC_INTERVAL, "logSyncInterval", "128", "whole number");
	refused(PTP_MID_LOG_SYNC_INTERVAL, "logSyncInterval", "-129", "whole number");
	refused(PTP_MID_LOG_SYNC_INTERVAL, "logSyncInterval", "--1", "whole number");
	assert_int_equal(set(PTP_MID_TIME_STATUS_NP, "master_offset", "-9223372036854775808"), 0);
	assert_true(d.time_status_np.offset_ns == INT64_MIN);
	assert_int_equal(set(PTP_MID_TIME_STATUS_NP, "master_offset", "9223372036854775807"), 0);
	assert_true(d.time_status_np.offset_ns == INT64_MAX);
	refused(PTP_MID_TIME_STATUS_NP, "master_offset", "9223372036854775808", "whole number");
}

static void test_names(void **state)
{
	memset(&d, 0, sizeof(d));
	assert_int_equal(set(PTP_MID_GRANDMASTER_SETTINGS_NP, "clockQuality.clockClass", "6"), 0);
	assert_int_equal(set(PTP_MID_GRANDMASTER_SETTINGS_NP, "clockAccuracy", "0x21"), 0);
	assert_int_equal(set(PTP_MID_GRANDMASTER_SETTINGS_NP, "currentUtcOffset", "-37"), 0);
	assert_int_equal(d.grandmaster_settings_np.quality.class, 6);
	assert_int_equal(d.grandmaster_settings_np.quality.accuracy, 0x21);
	assert_int_equal(d.grandmaster_settings_np.utc_offset, -37);
	refused(PTP_MID_GRANDMASTER_SETTINGS_NP, "Quality.clockClass", "6",
		"clockQuality.clockClass, ");
	refused(PTP_MID_GRANDMASTER_SETTINGS_NP, "", "6", "there is no field");
	refused(PTP_MID_PRIORITY1, "reserved", "6", "there are: priority1");
	refused(PTP_MID_ENABLE_PORT, "x", "6", "there are none");
}

static void test_others(void **state)
{
	memset(&d, 0, sizeof(d));
	assert_int_equal(set(PTP_MID_CURRENT_DATA_SET, "offsetFromMaster", "-1.5"), 0);
	assert_true(d.current_ds.offset == -98304);
	refused(PTP_MID_CURRENT_DATA_SET, "offsetFromMaster", "nan", "nanoseconds");
	refused(PTP_MID_CURRENT_DATA_SET, "offsetFromMaster", "1e30", "nanoseconds");
	refused(PTP_MID_CURRENT_DATA_SET, "offsetFromMaster", "1.5x", "nanoseconds");
	assert_int_equal(set(PTP_MID_TIME, "currentTime", "1700000037.000000005"), 0);
	assert_true(d.time_tai == 1700000037000000005);
	assert_int_equal(set(PTP_MID_TIME, "currentTime", "1.5"), 0);
	assert_true(d.time_tai == 1500000000);
	assert_int_equal(set(PTP_MID_TIME, "currentTime", "8589934591.999999999"), 0);
	refused(PTP_MID_TIME, "currentTime", "8589934592", "seconds");
	refused(PTP_MID_TIME, "currentTime", "1.", "seconds");
	refused(PTP_MID_TIME, "currentTime", ".5", "seconds");
	refused(PTP_MID_TIME, "currentTime", "1.0000000001", "seconds");
	refused(PTP_MID_TIME, "currentTime", "1.-5", "seconds");
	refused(PTP_MID_TIME, "currentTime", "0x10", "seconds");
	refused(PTP_MID_TIME, "currentTime", "123456789012345678901234567890", "seconds");
	assert_int_equal(set(PTP_MID_DEFAULT_DATA_SET, "clockIdentity", "001b21.fffe.7451a2"), 0);
	assert_true(d.default_ds.clock == 0x001b21fffe7451a2);
	refused(PTP_MID_DEFAULT_DATA_SET, "clockIdentity", "1", "identity");
	assert_int_equal(set(PTP_MID_USER_DESCRIPTION, "userDescription", "rack 4"), 0);
	assert_int_equal(d.text.len, 6);
	assert_memory_equal(d.text.b, "rack 4", 6);
	assert_int_equal(set(PTP_MID_CLOCK_DESCRIPTION, "manufacturerIdentity", "001B19"), 0);
	assert_memory_equal(d.clock_description.manufacturer, "\x00\x1b\x19", 3);
	refused(PTP_MID_CLOCK_DESCRIPTION, "manufacturerIdentity", "001b1", "hexadecimal");
	refused(PTP_MID_CLOCK_DESCRIPTION, "manufacturerIdentity", "001b1 ", "hexadecimal");
	refused(PTP_MID_CLOCK_DESCRIPTION, "physicalAddress", "00", "cannot be set");
	refused(PTP_MID_PATH_TRACE_LIST, "pathSequence", "00", "cannot be set");
	refused(PTP_MID_PORT_STATS_NP, "rx", "5", "cannot be set");
}

static void test_short_reason(void **state)
{
	char small[8];

	memset(&d, 0, sizeof(d));
	assert_int_equal(ptp_field_set(ptp_management_type(PTP_MID_PARENT_DATA_SET)->layout, &d,
				       "no", "1", small, sizeof(small)), -EINVAL);
	assert_int_equal(strnlen(small, sizeof(small)), sizeof(small) - 1);
}

struct seen {
	unsigned int n;
	struct ptp_value v[32];
};

static void see(void *ctx, const struct ptp_value *v)
{
	struct seen *s = ctx;

	assert_in_range(s->n, 0, ARRAY_SIZE(s->v) - 1);
	s->v[s->n++] = *v;
}

static struct seen visit(u16 id)
{
	struct seen s = { 0 };

	ptp_fields_visit(ptp_management_type(id)->layout, &d, see, &s);
	return s;
}

static void test_visit(void **state)
{
	struct seen s;

	memset(&d, 0, sizeof(d));
	d.port_ds = (struct ptp_port_data){
		.port = { 0x001b21fffe7451a2, 7 }, .state = 9, .log_min_delay_req = -3,
		.mean_link_delay = -98304, .version = 0x12,
	};
	s = visit(PTP_MID_PORT_DATA_SET);
	assert_int_equal(s.n, 11);
	assert_string_equal(s.v[0].name, "portIdentity.clockIdentity");
	assert_int_equal(s.v[0].kind, PTP_IDENTITY);
	assert_true((u64)s.v[0].number == 0x001b21fffe7451a2);
	assert_int_equal(s.v[1].number, 7);
	assert_string_equal(s.v[3].name, "logMinDelayReqInterval");
	assert_int_equal(s.v[3].number, -3);
	assert_int_equal(s.v[4].kind, PTP_INTERVAL);
	assert_int_equal(s.v[4].number, -98304);
	assert_int_equal(s.v[10].number, 0x12);

	/* reserved ones are none */
	memset(&d, 0, sizeof(d));
	d.octet = 200;
	s = visit(PTP_MID_PRIORITY1);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.v[0].number, 200);
	d.time_tai = 1700000037000000005;
	s = visit(PTP_MID_TIME);
	assert_true(s.v[0].number == 1700000037000000005);
	d.text = (struct ptp_octets){ (const u8 *)"abc", 3 };
	s = visit(PTP_MID_USER_DESCRIPTION);
	assert_int_equal(s.v[0].octets.len, 3);
	assert_ptr_equal(s.v[0].octets.b, d.text.b);
	memset(&d, 0, sizeof(d));
	d.port_stats_np.tx[15] = 5;
	s = visit(PTP_MID_PORT_STATS_NP);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.v[3].size, 128);
	assert_int_equal(s.v[3].counter[15], 5);
	d.subscribe_events_np.events[63] = 7;
	s = visit(PTP_MID_SUBSCRIBE_EVENTS_NP);
	assert_int_equal(s.v[1].octets.len, 64);
	assert_int_equal(s.v[1].octets.b[63], 7);
	assert_int_equal(visit(PTP_MID_ENABLE_PORT).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_names),
		cmocka_unit_test(test_others), cmocka_unit_test(test_short_reason),
		cmocka_unit_test(test_visit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
