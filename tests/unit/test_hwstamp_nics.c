// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which NICs there are below which interfaces: a machine with two NICs on one clock, two
 * with clocks of their own in a bond, and VLANs. Their clocks are read as that of
 * fake_nic.h.
 */
#include "os/hwstamp_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "hwstamp_lab.h"

#define BOND 10
#define BOND_VLAN 11
#define VLAN 12
#define MANY 100		/* indices from here on are interfaces without anything below */

static struct port {
	const char *name;
	int ifindex, phc;	/* phc -1: it has no clock; ifindex 0: it is gone */
	u32 rx_filters;
	struct hwtstamp_config config;
} ports[] = {
	{ .name = "n0" }, { .name = "n1" }, { .name = "m0" }, { .name = "m1" },
};

static char dir[] = "/tmp/ats-hwstamp-nics.XXXXXX";
static char *names[2];
static unsigned int lines, opens[3];

static struct port *port_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		if (!strcmp(ports[i].name, name))
			return ports[i].ifindex ? &ports[i] : NULL;
	return NULL;
}

static int ethtool(const struct port *p, void *data)
{
	struct ethtool_ts_info *info = data;
	struct ethtool_cmd *cmd = data;

	if (info->cmd == ETHTOOL_GET_TS_INFO) {
		info->so_timestamping = 0x7f;
		info->rx_filters = p->rx_filters;
		info->tx_types = 1u << HWTSTAMP_TX_ON | 1u << HWTSTAMP_TX_ONESTEP_SYNC;
		info->phc_index = p->phc;
		return 0;
	}
	if (info->cmd != ETHTOOL_GSET)
		return fake_fail(EOPNOTSUPP);
	ethtool_cmd_speed_set(cmd, 1000);
	return 0;
}

static int name_of(struct ifreq *req)
{
	static const char *const stacked[] = {
		[BOND] = "bond0", [BOND_VLAN] = "bond0.5", [VLAN] = "n0.5",
	};
	const int i = req->ifr_ifindex;

	for (size_t k = 0; k < ARRAY_SIZE(ports); k++)
		if (ports[k].ifindex == i)
			return !strcpy(req->ifr_name, ports[k].name);
	if (i >= MANY)
		return sprintf(req->ifr_name, "x%d", i) < 0;
	if (i < BOND || i > VLAN)
		return fake_fail(ENODEV);
	return !strcpy(req->ifr_name, stacked[i]);
}

static int machine_ioctl(void *ctx, int fd, unsigned long request, void *arg)
{
	struct hwtstamp_config *config;
	struct ifreq *req = arg;
	struct port *p;

	if (fd >= FAKE_FD)
		return fake_ioctl(ctx, FAKE_FD, request, arg);
	if (request == SIOCGIFNAME)
		return name_of(req);
	p = port_named(req->ifr_name);
	if (!p)
		return fake_fail(ENODEV);
	config = (void *)req->ifr_data;
	switch (request) {
	case SIOCGIFINDEX:
		req->ifr_ifindex = p->ifindex;
		return 0;
	case SIOCETHTOOL:
		return ethtool(p, req->ifr_data);
	case SIOCGHWTSTAMP:
		*config = p->config;
		return 0;
	case SIOCSHWTSTAMP:
		p->config = *config;
		return 0;
	default:
		return fake_fail(EOPNOTSUPP);
	}
}

static int machine_open(void *ctx, const char *path, int flags)
{
	int n;

	if (sscanf(path, "/dev/ptp%d", &n) != 1 || n < 0 || n >= (int)ARRAY_SIZE(opens))
		return fake_fail(ENOENT);
	opens[n]++;
	return FAKE_FD + n;
}

__attribute__((format(printf, 2, 3)))
static void count_line(int priority, const char *format, ...)
{
	/* what is said of the clocks themselves does not count */
	lines += format[0] != '/';
}

__attribute__((format(printf, 1, 2)))
static void shell(const char *format, ...)
{
	char command[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	assert_int_equal(system(command), 0);
}

static void set_active(const char *member)
{
	shell("echo '%s' >%s/bond0/bonding/active_slave", member, dir);
}

static int setup(void **state)
{
	static const int index[] = { 3, 4, 6, 7 }, phc[] = { 0, 0, 1, 2 };

	fake_reset();
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		ports[i].ifindex = index[i];
		ports[i].phc = phc[i];
		ports[i].rx_filters = 1u << HWTSTAMP_FILTER_NONE | 1u << HWTSTAMP_FILTER_ALL;
		ports[i].config = (struct hwtstamp_config){ 0 };
	}
	memset(opens, 0, sizeof(opens));
	lines = 0;
	strcpy(strstr(dir, "nics.") + 5, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	fake_device.open = machine_open;
	fake_device.ioctl = machine_ioctl;
	fake_device.sysfs_net = dir;
	shell("cd %s && mkdir -p n0 n1 m0 m1 bond0/lower_m0 bond0/lower_m1 bond0/bonding "
	      "bond0.5/lower_bond0 n0.5/lower_n0 && ln -s ../bond0 m0/master && "
	      "ln -s ../bond0 m1/master", dir);
	set_active("m0");
	return 0;
}

static void start(const char *first, const char *second)
{
	names[0] = (char *)first;
	names[1] = (char *)second;
	begin_hwstamp((struct hwstamp_config){ .interface = names, .ninterface = second ? 2 : 1,
					       .log = count_line });
}

static int teardown(void **state)
{
	end_hwstamp();
	shell("rm -r %s", dir);
	return 0;
}

static void test_two_on_one_clock(void **state)
{
	start("n0", "n1");
	assert_int_equal(h->nnic, 2);
	assert_int_equal(h->nclock, 1);
	assert_int_equal(opens[0], 1);
	assert_ptr_equal(h->nic[0].clock, h->nic[1].clock);
	assert_ptr_equal(hwstamp_find(h, 3), &h->nic[0]);
	assert_ptr_equal(hwstamp_find(h, 4), &h->nic[1]);
	assert_ptr_equal(hwstamp_in_use(h, &h->nic[1]), &h->nic[1]);
	assert_int_equal(h->nic[0].speed, 1000);
	assert_int_equal(h->nic[0].stamps, NIC_FOR_NTP);
}

static void test_vlan_stands_for_its_nic(void **state)
{
	struct nic *n;

	start("n0", NULL);
	assert_null(hwstamp_find(h, 0));
	assert_null(hwstamp_find(h, -1));
	assert_null(hwstamp_find(h, 99));
	assert_int_equal(h->nnic, 1);
	n = hwstamp_find(h, VLAN);
	assert_non_null(n);
	assert_true(n->alias && !n->mixed && !n->clock);
	assert_string_equal(hwstamp_below(h, n)->name, "n0");
	/* looked up once */
	assert_ptr_equal(hwstamp_find(h, VLAN), n);
	assert_int_equal(h->nnic, 2);
	/* of one whose NIC is not ours, and one without any */
	assert_null(hwstamp_below(h, hwstamp_find(h, BOND)));
	assert_null(hwstamp_below(h, hwstamp_find(h, MANY)));
	assert_null(hwstamp_below(h, NULL));
	/* an index may mean something else by the next scan */
	hwstamp_scan(h);
	assert_int_equal(h->nnic, 1);
	assert_string_equal(h->nic[0].name, "n0");
}

static void test_bond(void **state)
{
	struct nic *bond, *vlan;

	start("bond0", NULL);
	assert_int_equal(h->nnic, 2);
	assert_int_equal(h->nclock, 2);
	bond = hwstamp_find(h, BOND);
	assert_true(bond->alias && bond->mixed);
	assert_string_equal(hwstamp_below(h, bond)->name, "m0");
	vlan = hwstamp_find(h, BOND_VLAN);
	assert_string_equal(hwstamp_below(h, vlan)->name, "m0");
	/* it goes over: the members stay what they are */
	set_active("m1");
	assert_string_equal(hwstamp_below(h, bond)->name, "m0");
	hwstamp_look_at_bonds(h);
	assert_string_equal(hwstamp_below(h, bond)->name, "m1");
	assert_string_equal(hwstamp_below(h, vlan)->name, "m1");
	assert_string_equal(hwstamp_in_use(h, hwstamp_find(h, 6))->name, "m1");
	assert_string_equal(hwstamp_below(h, hwstamp_find(h, 6))->name, "m0");
	/* one that uses all members, as LACP does: the first stands for it */
	set_active("");
	hwstamp_look_at_bonds(h);
	assert_non_null(hwstamp_below(h, bond));
	assert_string_equal(hwstamp_below(h, bond)->name, bond->below);
}

static void test_ptp_below_a_bond(void **state)
{
	start("n1", NULL);
	assert_int_equal(hwstamp_add_ptp(h, "bond0.5", NIC_FOR_PTP_UDP | NIC_ONE_STEP, true), 0);
	assert_int_equal(h->nnic, 3);
	for (unsigned int i = 1; i < 3; i++) {
		assert_int_equal(h->nic[i].stamps, NIC_FOR_PTP_UDP | NIC_ONE_STEP);
		assert_non_null(h->nic[i].clock);
		assert_string_equal(h->nic[i].master, "bond0");
	}
	assert_int_equal(h->nic[0].stamps, NIC_FOR_NTP);
	/* a second domain over Ethernet there: all that both need */
	assert_int_equal(hwstamp_add_ptp(h, "bond0.5", NIC_FOR_PTP_ETHERNET, false), 0);
	assert_int_equal(h->nic[1].stamps,
			 NIC_FOR_PTP_UDP | NIC_FOR_PTP_ETHERNET | NIC_ONE_STEP);
	assert_int_equal(ports[2].config.tx_type, HWTSTAMP_TX_ONESTEP_SYNC);
	assert_int_equal(ports[0].config.rx_filter, HWTSTAMP_FILTER_NONE);
	assert_int_equal(ports[1].config.tx_type, HWTSTAMP_TX_ON);
}

static void test_without_ptp_there_is_ntp(void **state)
{
	ports[0].rx_filters = 1u << HWTSTAMP_FILTER_NONE | 1u << HWTSTAMP_FILTER_NTP_ALL;
	start("n0", NULL);
	assert_int_equal(lines, 1);
	assert_int_equal(hwstamp_add_ptp(h, "n0", NIC_FOR_PTP_UDP, false), 0);
	assert_int_equal(h->nic[0].stamps, NIC_FOR_NTP);
	assert_non_null(h->nic[0].clock);
	assert_int_equal(h->nic[0].outcome[0], NIC_STAMPS_NONE);
	assert_int_equal(h->nic[0].outcome[1], NIC_STAMPS_KEPT);
	/* the refusal is said, and not again for what is as it was */
	lines = 0;
	hwstamp_scan(h);
	hwstamp_scan(h);
	assert_int_equal(lines, 0);
	/* somebody switched them off: set again, and said */
	ports[0].config = (struct hwtstamp_config){ 0 };
	hwstamp_scan(h);
	assert_int_equal(lines, 1);
	assert_int_equal(h->nic[0].outcome[1], NIC_STAMPS_SET);
}

static void test_a_nic_goes_and_comes(void **state)
{
	struct phc_clock *clock;

	start("n0", "m0");
	clock = h->nic[1].clock;
	assert_non_null(clock);
	ports[2].ifindex = 0;
	hwstamp_scan(h);
	assert_null(h->nic[1].clock);
	assert_non_null(h->nic[0].clock);
	assert_int_equal(h->nnic, 2);
	/* under another index, with the clock that is known */
	ports[2].ifindex = 9;
	hwstamp_scan(h);
	assert_ptr_equal(h->nic[1].clock, clock);
	assert_ptr_equal(hwstamp_find(h, 9), &h->nic[1]);
	assert_null(hwstamp_find(h, 6));
	assert_int_equal(opens[1], 1);
	/* one that was never there is no NIC */
	ports[3].ifindex = 0;
	assert_int_equal(hwstamp_add_ptp(h, "m1", NIC_FOR_PTP_UDP, false), 0);
	assert_int_equal(h->nnic, 2);
}

static void test_without_a_clock(void **state)
{
	ports[0].phc = -1;
	ports[1].phc = 7;	/* that cannot be opened */
	start("n0", "n1");
	assert_int_equal(h->nnic, 2);
	assert_null(h->nic[0].clock);
	assert_int_equal(h->nic[0].stamps, 0);
	assert_null(h->nic[1].clock);
	assert_false(hwstamp_usable(h));
}

static void test_more_interfaces_than_room(void **state)
{
	start("n0", NULL);
	for (int i = 0; i < NIC_MAX - 1; i++)
		assert_non_null(hwstamp_find(h, MANY + i));
	assert_int_equal(h->nnic, NIC_MAX);
	assert_null(hwstamp_find(h, MANY + NIC_MAX));
	assert_int_equal(h->nnic, NIC_MAX);
	assert_non_null(hwstamp_find(h, MANY));
	assert_string_equal(hwstamp_find(h, 3)->name, "n0");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_two_on_one_clock),
		TEST(test_vlan_stands_for_its_nic),
		TEST(test_bond),
		TEST(test_ptp_below_a_bond),
		TEST(test_without_ptp_there_is_ntp),
		TEST(test_a_nic_goes_and_comes),
		TEST(test_without_a_clock),
		TEST(test_more_interfaces_than_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
