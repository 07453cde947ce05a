// SPDX-License-Identifier: GPL-2.0-or-later
/* as-timesyncctl ptp. */
#define _GNU_SOURCE
#include "ctl_lab.h"

/* What the kernel module did is counted in, and how many it serves is shown. */
static void test_ptp_ports(void **state)
{
	char line[256];

	assert_int_equal(RUN("ptp"), CTL_OK);
	has(out, "Domain 24, profile default-e2e, clock 001b21.fffe.7451a2\n");
	line_of("1  eth0", line);
	assert_string_equal(line, "1 eth0 MASTER ipv4 e2e hardware - 0 5010 6011 3 640 -");
	line_of("2  eth1", line);
	assert_string_equal(line, "2 eth1 MASTER ethernet p2p hardware - 0 8 7 9 - -");
}

static void test_ptp_management(void **state)
{
	assert_int_equal(RUN("ptp", "get", "PORT_DATA_SET"), CTL_OK);
	has(out, "001b21.fffe.7451a2-1, domain 24: PORT_DATA_SET\n");
	has(out, "  portState      6\n");
	has(out, "  meanLinkDelay  12.500 ns\n");
	has(out, "  versionNumber  0x12\n");
	has(out, "a b\\x1b\n");
	has(out, "text\\x1b");
	has(out, "evil\\x1b[2J");
	has(out, "odd            -\n");
	assert_int_equal(RUN("ptp", "--port", "3", "get", "--domain", "24", "priority1"), CTL_REFUSED);
	has(out, "x-1, domain 0: X: WRONG_VALUE: {\"command\":\"ptp_get\",\"domain\":24,"
		 "\"id\":\"priority1\",\"port\":3,\"version\":1}\n");
	assert_int_equal(RUN("ptp", "set", "PRIORITY1", "priority1=5", "x=a=b"), CTL_REFUSED);
	has(out, "{\"command\":\"ptp_set\",\"fields\":{\"priority1\":\"5\",\"x\":\"a=b\"},"
		 "\"id\":\"PRIORITY1\",\"version\":1}\n");
	assert_int_equal(RUN("ptp", "command", "ENABLE_PORT"), CTL_REFUSED);
	has(out, "{\"command\":\"ptp_command\",\"id\":\"ENABLE_PORT\",\"version\":1}\n");
	assert_int_equal(RUN("ptp", "get", "PRIORITY1", "--json"), CTL_REFUSED);
	has(out, "{\"version\":1,\"ptp_get\":[{");
	assert_int_equal(RUN("ptp", "get", "PORT_DATA_SET", "-j"), CTL_OK);
}

static void test_ptp_others(void **state)
{
	assert_int_equal(RUN("ptp", "get", "TIME", "--all", "--wait", "0.05"), CTL_REFUSED);
	has(out, "y-2, domain 0: Y: WRONG_VALUE: {\"action\":\"get\",\"command\":\"ptp_ask\","
		 "\"id\":\"TIME\",\"version\":1}\n");
	assert_int_equal(RUN("ptp", "set", "A", "b=c", "--target", "x-1", "--hops=0", "--wait=0.05"),
			 CTL_REFUSED);
	has(out, "{\"action\":\"set\",\"command\":\"ptp_ask\",\"fields\":{\"b\":\"c\"},"
		 "\"hops\":0,\"id\":\"A\",\"target\":\"x-1\",\"version\":1}\n");
	assert_int_equal(RUN("ptp", "get", "A", "--all", "--wait", "0"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "get", "A", "--all", "--hops", "256"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "get", "A", "--target"), CTL_USAGE);
}

static void test_ptp_usage(void **state)
{
	assert_int_equal(RUN("ptp", "frob"), CTL_USAGE);
	has(err, "ptp get, ptp set or ptp command, not ptp frob");
	assert_int_equal(RUN("ptp", "get"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "get", "A", "B"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "set", "A"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "set", "A", "b"), CTL_USAGE);
	has(err, "FIELD=VALUE, not b");
	assert_int_equal(RUN("ptp", "set", "A", "=b"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "get", "A", "--port", "0"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "get", "A", "--port", "65535"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "get", "A", "--port", "x"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "get", "A", "--domain", "256"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "get", "A", "--domain", "-1"), CTL_USAGE);
	assert_int_equal(RUN("ptp", "get", "A", "--frob"), CTL_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ptp_ports),
		cmocka_unit_test(test_ptp_management),
		cmocka_unit_test(test_ptp_others),
		cmocka_unit_test(test_ptp_usage),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
