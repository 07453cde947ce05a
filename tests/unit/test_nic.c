// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/nic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_nic.h"

#define FILTER(f) (1u << HWTSTAMP_FILTER_##f)

static char say[256];

static int reset(void **state)
{
	fake_reset();
	return 0;
}

static unsigned int got;

static enum nic_stamping enable_for(unsigned int need)
{
	say[0] = '\0';
	got = need;
	return nic_enable(&fake_device, "nic0", &got, say, sizeof(say));
}

static enum nic_stamping enable(void)
{
	enum nic_stamping s = enable_for(NIC_FOR_NTP);

	assert_int_equal(got, s >= NIC_STAMPS_KEPT ? NIC_FOR_NTP : 0);
	return s;
}

static void test_all(void **state)
{
	assert_int_equal(enable(), NIC_STAMPS_SET);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_ALL);
	assert_int_equal(fake.config.tx_type, HWTSTAMP_TX_ON);
	assert_non_null(strstr(say, "nic0"));
	assert_int_equal(enable(), NIC_STAMPS_KEPT);
	assert_int_equal(fake.sets, 1);
}

static void test_ntp_all(void **state)
{
	fake.rx_filters = FILTER(NONE) | FILTER(NTP_ALL);
	assert_int_equal(enable(), NIC_STAMPS_SET);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_NTP_ALL);
}

static void test_ptp_only(void **state)
{
	fake.rx_filters = FILTER(NONE) | FILTER(PTP_V2_EVENT);
	assert_int_equal(enable(), NIC_STAMPS_PTP_ONLY);
	assert_non_null(strstr(say, "software timestamps are used for NTP"));
	assert_int_equal(fake.sets, 0);
}

/* ptp4l is at work: with ALL both are served, with NTP_ALL it would lose. */
static void test_beside_ptp(void **state)
{
	fake.config.rx_filter = HWTSTAMP_FILTER_PTP_V2_EVENT;
	fake.config.tx_type = HWTSTAMP_TX_ONESTEP_SYNC;
	fake.rx_filters = FILTER(NONE) | FILTER(PTP_V2_EVENT) | FILTER(NTP_ALL);
	assert_int_equal(enable(), NIC_STAMPS_PTP_ONLY);
	assert_int_equal(fake.sets, 0);
	fake.rx_filters |= FILTER(ALL);
	assert_int_equal(enable(), NIC_STAMPS_SET);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_ALL);
	assert_int_equal(fake.config.tx_type, HWTSTAMP_TX_ONESTEP_SYNC);
}

/* A NIC that stamps PTP only, and what it is asked for */
static void test_for_ptp(void **state)
{
	fake.rx_filters = FILTER(NONE) | FILTER(PTP_V2_L2_EVENT) | FILTER(PTP_V2_L4_EVENT);
	assert_int_equal(enable_for(NIC_FOR_PTP_UDP), NIC_STAMPS_SET);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_PTP_V2_L4_EVENT);
	assert_int_equal(got, NIC_FOR_PTP_UDP);
	assert_int_equal(enable_for(NIC_FOR_PTP_UDP), NIC_STAMPS_KEPT);
	/* one takes the stamps from the other */
	assert_int_equal(enable_for(NIC_FOR_PTP_ETHERNET), NIC_STAMPS_TAKEN);
	assert_int_equal(got, 0);
	assert_non_null(strstr(say, "PTP packets over Ethernet"));
	assert_int_equal(enable_for(NIC_FOR_PTP_ETHERNET | NIC_FOR_PTP_UDP), NIC_STAMPS_NONE);
	assert_non_null(strstr(say, "Ethernet and UDP"));
	assert_int_equal(fake.sets, 1);
	/* unless there is a filter for both */
	fake.rx_filters |= FILTER(PTP_V2_EVENT);
	fake.config.rx_filter = HWTSTAMP_FILTER_PTP_V2_L4_EVENT;
	assert_int_equal(enable_for(NIC_FOR_PTP_ETHERNET), NIC_STAMPS_SET);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_PTP_V2_EVENT);
	assert_int_equal(enable_for(NIC_FOR_PTP_UDP), NIC_STAMPS_KEPT);
}

static void test_for_ptp_and_ntp(void **state)
{
	const unsigned int both = NIC_FOR_NTP | NIC_FOR_PTP_UDP;

	assert_int_equal(enable_for(both), NIC_STAMPS_SET);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_ALL);
	assert_int_equal(got, both);
	/* either of them: PTP; NTP that was there yields */
	fake.rx_filters = FILTER(NONE) | FILTER(NTP_ALL) | FILTER(PTP_V2_EVENT);
	fake.config.rx_filter = HWTSTAMP_FILTER_NTP_ALL;
	assert_int_equal(enable_for(both), NIC_STAMPS_SET);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_PTP_V2_EVENT);
	assert_int_equal(got, NIC_FOR_PTP_UDP);
	assert_non_null(strstr(say, "software timestamps are used for NTP"));
	/* what somebody has it stamp, and we do not know */
	fake.config.rx_filter = HWTSTAMP_FILTER_PTP_V1_L4_EVENT;
	assert_int_equal(enable_for(both), NIC_STAMPS_TAKEN);
	fake.rx_filters = FILTER(NONE) | FILTER(NTP_ALL);
	assert_int_equal(enable_for(both), NIC_STAMPS_NONE);
	assert_non_null(strstr(say, "cannot stamp received PTP packets over UDP"));
}

static void test_no_get(void **state)
{
	fake.no_get_config = true;
	assert_int_equal(enable(), NIC_STAMPS_SET);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_ALL);
}

static void test_refused(void **state)
{
	fake.set_error = EPERM;
	assert_int_equal(enable(), NIC_STAMPS_REFUSED);
	assert_non_null(strstr(say, "CAP_NET_ADMIN"));
	fake.set_error = ERANGE;
	assert_int_equal(enable(), NIC_STAMPS_REFUSED);
}

static void test_software_only(void **state)
{
	fake.so_timestamping = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
	assert_int_equal(enable(), NIC_STAMPS_NONE);
	assert_int_equal(nic_enable(&fake_device, "gone", &got, say, sizeof(say)), NIC_STAMPS_NONE);
	assert_int_equal(fake.sets, 0);
}

static void test_names(void **state)
{
	char name[IFNAMSIZ];

	assert_int_equal(nic_index(&fake_device, "nic0"), 3);
	assert_int_equal(nic_index(&fake_device, "gone"), -ENODEV);
	assert_int_equal(nic_index(&fake_device, "a-name-that-is-too-long"), -ENODEV);
	assert_int_equal(nic_index(&fake_device, ""), -ENODEV);
	assert_int_equal(nic_name(&fake_device, 3, name), 0);
	assert_string_equal(name, "nic0");
	assert_int_equal(nic_name(&fake_device, 9, name), -ENODEV);
	assert_int_equal(nic_phc(&fake_device, "nic0"), 0);
	assert_int_equal(nic_phc(&fake_device, "gone"), -ENODEV);
}

static bool has_link(const char *name)
{
	bool link = true;

	assert_int_equal(nic_look(&fake_device, name, &link), strcmp(name, "gone") ? 3 : -ENODEV);
	return link;
}

static void test_link(void **state)
{
	assert_true(has_link("nic0"));
	assert_false(has_link("gone"));
	fake.carrier = false;
	assert_false(has_link("nic0"));
	/* a driver or a simulator that cannot tell */
	fake.no_get_link = true;
	assert_true(has_link("nic0"));
	fake.flags = IFF_BROADCAST;
	assert_false(has_link("nic0"));
}

static void test_speed(void **state)
{
	static const unsigned int unknown[] = { 0, 65535, 0xffffffff };
	size_t i;

	assert_int_equal(nic_speed(&fake_device, "nic0"), 1000);
	fake.speed = 100000;
	assert_int_equal(nic_speed(&fake_device, "nic0"), 100000);
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		fake.speed = unknown[i];
		assert_int_equal(nic_speed(&fake_device, "nic0"), 0);
	}
	assert_int_equal(nic_speed(&fake_device, "gone"), 0);
}

/* bond0.7 -> bond0 -> eth0, eth1, as /sys/class/net shows it */
static void test_below(void **state)
{
	static const char *const entry[] = {
		"", "/bond0.7", "/bond0.7/lower_bond0", "/bond0", "/bond0/lower_eth0",
		"/bond0/lower_eth1", "/bond0/upper_bond0.7", "/eth0", "/eth0/upper_bond0", "/eth1",
		"/loop", "/loop/lower_loop",
	};
	char dir[] = "/tmp/ats-nic.XXXXXX", path[100], out[NIC_MAX][IFNAMSIZ];
	struct device_calls calls = fake_device;
	size_t i;

	assert_non_null(mkdtemp(dir));
	calls.sysfs_net = dir;
	for (i = 1; i < ARRAY_SIZE(entry); i++) {
		snprintf(path, sizeof(path), "%s%s", dir, entry[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	assert_int_equal(nic_below(&calls, "bond0.7", out), 2);
	assert_true(!strcmp(out[0], "eth0") || !strcmp(out[1], "eth0"));
	assert_true(!strcmp(out[0], "eth1") || !strcmp(out[1], "eth1"));
	assert_int_equal(nic_below(&calls, "eth1", out), 1);
	assert_string_equal(out[0], "eth1");
	assert_int_equal(nic_below(&calls, "unheard-of", out), 1);
	assert_int_equal(nic_below(&calls, "../eth0", out), 1);
	/* a circle ends */
	assert_int_equal(nic_below(&calls, "loop", out), 1);
	for (i = ARRAY_SIZE(entry); i-- > 0;) {
		snprintf(path, sizeof(path), "%s%s", dir, entry[i]);
		assert_int_equal(rmdir(path), 0);
	}
}

static void write_active(const char *dir, const char *text)
{
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), "%s/bond0/bonding/active_slave", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_bond(void **state)
{
	static const char *const entry[] = { "", "/bond0", "/bond0/bonding", "/eth0", "/eth1" };
	char dir[] = "/tmp/ats-nic.XXXXXX", path[100], out[IFNAMSIZ];
	struct device_calls calls = fake_device;
	size_t i;

	assert_non_null(mkdtemp(dir));
	calls.sysfs_net = dir;
	for (i = 1; i < ARRAY_SIZE(entry); i++) {
		snprintf(path, sizeof(path), "%s%s", dir, entry[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	assert_false(nic_active(&calls, "bond0", out));
	write_active(dir, "");
	assert_false(nic_active(&calls, "bond0", out));
	write_active(dir, "\n");
	assert_false(nic_active(&calls, "bond0", out));
	write_active(dir, "a-name-that-is-too-long\n");
	assert_false(nic_active(&calls, "bond0", out));
	write_active(dir, "eth1\n");
	assert_true(nic_active(&calls, "bond0", out));
	assert_string_equal(out, "eth1");
	assert_false(nic_active(&calls, "eth0", out));
	assert_false(nic_active(&calls, "../bond0", out));
	snprintf(path, sizeof(path), "%s/eth0/master", dir);
	assert_int_equal(symlink("../bond0", path), 0);
	assert_true(nic_master(&calls, "eth0", out));
	assert_string_equal(out, "bond0");
	assert_false(nic_master(&calls, "eth1", out));
	assert_false(nic_master(&calls, "../eth0", out));
	unlink(path);
	snprintf(path, sizeof(path), "%s/bond0/bonding/active_slave", dir);
	unlink(path);
	for (i = ARRAY_SIZE(entry); i-- > 0;) {
		snprintf(path, sizeof(path), "%s%s", dir, entry[i]);
		assert_int_equal(rmdir(path), 0);
	}
}

/* The host's own interfaces: loopback is never among them. */
static void test_list(void **state)
{
	char name[NIC_MAX][IFNAMSIZ];
	unsigned int n = nic_list(name), i, k;

	assert_true(n < NIC_MAX);
	for (i = 0; i < n; i++) {
		assert_string_not_equal(name[i], "lo");
		for (k = 0; k < i; k++)
			assert_string_not_equal(name[i], name[k]);
	}
	assert_int_equal(nic_index(&device_real, "lo"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_all, reset),
		cmocka_unit_test_setup(test_ntp_all, reset),
		cmocka_unit_test_setup(test_ptp_only, reset),
		cmocka_unit_test_setup(test_beside_ptp, reset),
		cmocka_unit_test_setup(test_for_ptp, reset),
		cmocka_unit_test_setup(test_for_ptp_and_ntp, reset),
		cmocka_unit_test_setup(test_no_get, reset),
		cmocka_unit_test_setup(test_refused, reset),
		cmocka_unit_test_setup(test_software_only, reset),
		cmocka_unit_test_setup(test_names, reset),
		cmocka_unit_test_setup(test_link, reset),
		cmocka_unit_test_setup(test_speed, reset),
		cmocka_unit_test_setup(test_below, reset),
		cmocka_unit_test_setup(test_bond, reset),
		cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
