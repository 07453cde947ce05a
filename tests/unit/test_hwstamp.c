// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/hwstamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hwstamp_lab.h"
#include "ntp/phc_stamp.h"

#define FRAME_NS 752	/* 90 + 4 octets at 1 Gbit/s */

static char *names[] = { (char *)"nic0" };
static char last_log[400];
static unsigned int warnings;

__attribute__((format(printf, 2, 3)))
static void record(int priority, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(last_log, sizeof(last_log), format, ap);
	va_end(ap);
	warnings += priority <= 4;
}

static bool rx(struct udp_message *m, struct phc_moment *at)
{
	if (!hwstamp_rx(h, &m->stamp, m->len, m->rx_sys, &m->rx_sys, at))
		return false;
	m->rx_kind = STAMP_HARDWARE;
	return true;
}

static void start(void)
{
	warnings = 0;
	begin_hwstamp((struct hwstamp_config){ .interface = names, .ninterface = 1,
					       .log = record });
}

static int setup(void **state)
{
	fake_reset();
	return 0;
}

static int teardown(void **state)
{
	end_hwstamp();
	assert_int_equal(fake.opens, fake.closes);
	return 0;
}

/* A packet now: the NIC's stamp, the kernel's some microseconds later. */
static struct udp_message packet(int hardware_ifindex, int ifindex, s64 *nic_sys)
{
	struct udp_message m = { .len = 48, .rx_kind = STAMP_KERNEL };

	*nic_sys = fake_sys();
	m.stamp.hardware_phc = fake_phc();
	m.stamp.hardware_ifindex = hardware_ifindex;
	m.stamp.ifindex = ifindex;
	fake_pass(5000 + 20000 * fake_random());
	m.rx_sys = m.stamp.software_sys = fake_sys();
	fake_pass(10000);
	return m;
}

/* Worst error of @n packets, one every @interval_s. */
static double run(int n, double interval_s, double *stated)
{
	double worst = 0;
	struct phc_moment at;
	struct udp_message m;
	s64 nic_sys;
	int i;

	*stated = 0;
	for (i = 0; i < n; i++) {
		fake_pass(interval_s * 1e9);
		m = packet(3, 3, &nic_sys);
		assert_true(rx(&m, &at));
		assert_int_equal(m.rx_kind, STAMP_HARDWARE);
		worst = fmax(worst, fabs((double)(m.rx_sys - FRAME_NS - nic_sys)));
		*stated = fmax(*stated, at.error_ns);
	}
	return worst;
}

static void test_receive(void **state)
{
	double stated, worst;
	struct hwstamp_report r;

	start();
	assert_true(hwstamp_usable(h));
	/* the first two readings only say how far, not how fast */
	run(20, 1, &stated);
	worst = run(1000, 1, &stated);
	/* the shortest of 8 brackets is within 250 of its middle */
	assert_true(worst < 150);
	assert_true(stated > 5 && stated < 100);
	assert_true(hwstamp_get_report(h, 0, &r));
	assert_string_equal(r.name, "nic0");
	assert_int_equal(r.clock.method, PHC_EXTENDED);
	assert_int_equal(r.converted, 1020);
	assert_int_equal(r.refused, 0);
	assert_true(fabs(r.clock.rate - fake.phc_rate) < 0.2e-6);
	assert_false(hwstamp_get_report(h, 1, &r));
	assert_int_equal(warnings, 0);
}

/* An exchange with a server of the true time, 1 us away, both ways stamped by the NIC */
static void exchange(struct phc_legs *legs, double after_s)
{
	struct exchange x = { .fwd.valid = true, .back.valid = true };
	struct stamp st = { .ifindex = 3, .hardware_ifindex = 3 };
	struct phc_moment at;
	struct udp_message m;
	s64 near_sys, nic_sys;

	fake_pass(after_s * 1e9);
	near_sys = fake_sys();
	st.hardware_phc = fake_phc();
	x.fwd.remote_utc = FAKE_EPOCH + llround(fake.t) + 1000;
	assert_true(hwstamp_tx(h, &st, 3, near_sys, &x.fwd.local_sys, &at));
	phc_legs_stamp(legs, x.fwd.local_sys, &at);
	x.back.remote_utc = FAKE_EPOCH + llround(fake.t) - 1000 + FRAME_NS;
	m = packet(3, 3, &nic_sys);
	assert_true(rx(&m, &at));
	x.back.local_sys = m.rx_sys;
	phc_legs_stamp(legs, m.rx_sys, &at);
	assert_true(hwstamp_legs_add(h, legs, &x));
}

/* The NIC's clock gets another rate, from now on */
static void change_rate(double by)
{
	fake.phc_rate += by;
	fake.phc_offset -= llround(fake.t * by);
}

/* A clock that nobody steers tells of the server by its own time. */
static void test_by_legs(void **state)
{
	struct phc_legs *legs = phc_legs_new();
	double offset_ns, sd_ns;
	int i;

	assert_non_null(legs);
	fake.bracket = 1;
	start();
	/* the system clock runs 200 ns a second ahead */
	fake.tx.freq = 13107;
	while (fake.t < 5e9) {
		struct udp_message m = packet(3, 3, &(s64){ 0 });

		rx(&m, NULL);
		fake_pass(1e9);
	}
	assert_false(hwstamp_by_legs(h, legs, fake_sys(), &offset_ns, &sd_ns));
	for (i = 0; i < 60; i++)
		exchange(legs, 1);
	assert_true(hwstamp_by_legs(h, legs, fake_sys(), &offset_ns, &sd_ns));
	assert_true(sd_ns < 20);
	assert_true(fabs(offset_ns - (fake.sys - fake.t)) < 20);
	/* somebody steers it: what it told is not of this time any more */
	change_rate(5e-6);
	for (i = 0; i < 6; i++)
		exchange(legs, 1);
	assert_false(hwstamp_by_legs(h, legs, fake_sys(), &offset_ns, &sd_ns));
	/* and he leaves it alone again */
	for (i = 0; i < 60; i++)
		exchange(legs, 1);
	assert_true(hwstamp_by_legs(h, legs, fake_sys(), &offset_ns, &sd_ns));
	assert_true(fabs(offset_ns - (fake.sys - fake.t)) < 20);
	assert_false(hwstamp_by_legs(NULL, legs, fake_sys(), &offset_ns, &sd_ns));
	phc_legs_free(legs);
}

/* What we do to the system clock does not spoil the conversion. */
static void test_while_steered(void **state)
{
	double stated, freq, worst = 0;
	s64 at;
	int i;

	start();
	run(20, 1, &stated);
	for (i = 0; i < 200; i++) {
		freq = (fake_random() - 0.5) * 1e-3;
		assert_int_equal(sysclock_ops(clk)->set_freq(clk, &freq, &at), 0);
		worst = fmax(worst, run(1, 0.6, &stated));
	}
	assert_true(worst < 200);
	assert_int_equal(sysclock_ops(clk)->step(clk, -123456789012LL, &at), 0);
	assert_true(run(20, 1, &stated) < 250);
}

/* A NIC whose clock is kept on the system clock (as by phc2sys). */
static void test_clock_that_follows(void **state)
{
	double stated, freq, worst = 0;
	s64 at;
	int i;

	fake.phc_follows_sys = true;
	fake.method_error[PHC_PRECISE] = 0;
	fake.phc_offset = 37 * NSEC_PER_SEC;
	start();
	run(10, 1, &stated);
	for (i = 0; i < 200; i++) {
		freq = (fake_random() - 0.5) * 1e-4;
		assert_int_equal(sysclock_ops(clk)->set_freq(clk, &freq, &at), 0);
		worst = fmax(worst, run(1, 1, &stated));
	}
	assert_true(worst <= 2);
}

/* The line given away says for some seconds what a conversion here says now. */
static void test_line(void **state)
{
	struct hwstamp_line line;
	struct phc_stamp_line l;
	double stated, freq, worst = 0;
	s64 at, sys = 0;
	int i;

	assert_false(hwstamp_get_line(NULL, 0, &line));
	start();
	assert_true(hwstamp_get_line(h, 0, &line));
	assert_false(line.valid);	/* one reading is no line */
	run(20, 1, &stated);
	for (i = 0; i < 200; i++) {
		freq = (fake_random() - 0.5) * 1e-3;
		assert_int_equal(sysclock_ops(clk)->set_freq(clk, &freq, &at), 0);
		assert_true(hwstamp_get_line(h, 0, &line));
		assert_true(line.valid);
		assert_int_equal(line.ifindex, 3);
		assert_int_equal(line.speed_mbps, 1000);
		assert_true(line.early_ns > 1000 && line.early_ns < 3000);
		l = (struct phc_stamp_line){ line.phc, line.sys, line.rate };
		fake_pass(2e9);
		assert_true(phc_stamp_to_sys(&l, fake_phc(), &sys));
		worst = fmax(worst, fabs((double)(sys - fake_sys())));
	}
	assert_true(worst < 300);
	assert_false(hwstamp_get_line(h, 1, &line));
}

/* Under load the clock is not read for every packet. */
static void test_reads_are_few(void **state)
{
	double stated;

	start();
	run(30, 1, &stated);
	fake.reads = 0;
	run(100000, 10e-6, &stated);
	/* 4.5 s of packets: ten readings a second */
	assert_true(fake.reads < 60);
	fake.reads = 0;
	fake.bracket = 1e6;	/* 16 ms for eight brackets */
	fake_pass(1e9);
	run(1, 1e-3, &stated);
	fake.reads = 0;
	run(1000, 1e-3, &stated);
	assert_true(fake.reads <= 2);
}

static void test_step_of_nic_clock(void **state)
{
	struct udp_message m;
	struct phc_moment at;
	double stated;
	s64 nic_sys;

	start();
	run(50, 1, &stated);
	fake.phc_offset += 500000;
	fake_pass(1e9);
	m = packet(3, 3, &nic_sys);
	assert_false(rx(&m, &at));
	assert_int_equal(m.rx_kind, STAMP_KERNEL);
	assert_non_null(strstr(last_log, "was set"));
	assert_true(run(20, 1, &stated) < 500);
}

/* Stamps that the kernel's own contradict are refused, then the NIC is left alone. */
static void test_contradiction(void **state)
{
	struct udp_message m;
	struct phc_moment at;
	double stated;
	s64 nic_sys;
	int i;

	start();
	run(20, 1, &stated);
	for (i = 0; i < 8; i++) {
		fake_pass(1e9);
		m = packet(3, 3, &nic_sys);
		/* a stamp from the future, and one of long ago */
		m.stamp.hardware_phc += i & 1 ? 40000 : -30000000;
		assert_false(rx(&m, &at));
		assert_int_equal(m.rx_sys, m.stamp.software_sys);
	}
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(last_log, "contradict"));
	for (i = 0; i < 10; i++) {
		fake_pass(1e9);
		m = packet(3, 3, &nic_sys);
		assert_false(rx(&m, &at));
	}
	assert_int_equal(warnings, 1);
	fake_pass(600e9);
	m = packet(3, 3, &nic_sys);
	rx(&m, &at);
	run(20, 1, &stated);
}

static void test_transmit(void **state)
{
	struct stamp st = { .is_tx = true };
	struct phc_moment at;
	double stated;
	s64 near, nic_sys, sys;

	start();
	run(30, 1, &stated);
	near = fake_sys();
	fake_pass(3000);
	st.hardware_phc = fake_phc();
	nic_sys = fake_sys();
	/* known interface, a VLAN on it, and not known at all */
	assert_true(hwstamp_tx(h, &st, 3, near, &sys, &at));
	assert_true(llabs(sys - nic_sys) < 200);
	assert_true(hwstamp_tx(h, &st, 0, near, &sys, &at));
	assert_true(llabs(sys - nic_sys) < 200);
	/* before it was sent */
	assert_false(hwstamp_tx(h, &st, 3, near + 50000, &sys, &at));
	assert_false(hwstamp_tx(h, &st, 0, near - 30000000, &sys, &at));
	st.hardware_phc = 0;
	assert_false(hwstamp_tx(h, &st, 3, near, &sys, &at));
	assert_false(hwstamp_tx(NULL, &st, 3, near, &sys, &at));
}

/* The packet came in on a VLAN; some drivers do not tell the NIC. */
static void test_vlan(void **state)
{
	char dir[] = "/tmp/ats-hwstamp.XXXXXX", path[100];
	struct udp_message m;
	struct phc_moment at;
	double stated;
	s64 nic_sys;

	assert_non_null(mkdtemp(dir));
	fake_device.sysfs_net = dir;
	snprintf(path, sizeof(path), "%s/vlan0", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/vlan0/lower_nic0", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	start();
	run(10, 1, &stated);
	m = packet(0, 4, &nic_sys);
	assert_true(rx(&m, &at));
	/* an interface that we know nothing of */
	m = packet(0, 9, &nic_sys);
	assert_false(rx(&m, &at));
	m = packet(9, 3, &nic_sys);
	assert_true(rx(&m, &at));
	rmdir(path);
	snprintf(path, sizeof(path), "%s/vlan0", dir);
	rmdir(path);
	rmdir(dir);
	fake_device.sysfs_net = "/nonexistent";
}

/* A NIC that can stamp PTP only: nothing for NTP, and PTP as it is asked for. */
static void test_ptp_only(void **state)
{
	struct udp_message m;
	struct phc_moment at;
	s64 nic_sys, sys = 0;

	fake.rx_filters = 1u << HWTSTAMP_FILTER_NONE | 1u << HWTSTAMP_FILTER_PTP_V2_EVENT;
	start();
	assert_false(hwstamp_usable(h));
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_NONE);
	assert_int_equal(hwstamp_add_ptp(h, "nic0", NIC_FOR_PTP_UDP, false), 0);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_PTP_V2_EVENT);
	assert_false(hwstamp_usable(h));
	fake_pass(1e9);
	m = packet(3, 3, &nic_sys);
	assert_false(rx(&m, &at));
	assert_false(hwstamp_tx(h, &m.stamp, 3, nic_sys, &sys, NULL));
	assert_true(hwstamp_ptp_rx(h, &m.stamp, NIC_FOR_PTP_UDP, m.rx_sys, &sys, &at));
	/* the start of the frame, within the bracket of one reading */
	assert_true(fabs((double)(sys - nic_sys)) < 4 * fake.bracket);
	assert_false(hwstamp_ptp_rx(h, &m.stamp, NIC_FOR_PTP_ETHERNET, m.rx_sys, &sys, &at));
	assert_true(hwstamp_ptp_tx(h, &m.stamp, NIC_FOR_PTP_UDP, 3, nic_sys - 2000, &sys, NULL));
	assert_false(hwstamp_ptp_rx(NULL, &m.stamp, NIC_FOR_PTP_UDP, m.rx_sys, &sys, NULL));
}

/* A NIC that stamps all serves both. */
static void test_ptp_beside_ntp(void **state)
{
	struct udp_message m;
	struct phc_moment at;
	s64 nic_sys, sys;

	start();
	assert_int_equal(hwstamp_add_ptp(h, "nic0", NIC_FOR_PTP_ETHERNET, false), 0);
	assert_ptr_equal(hwstamp_ptp_clock(h, "nic0"), hwstamp_clock(h, 0));
	assert_null(hwstamp_ptp_clock(h, "nosuch0"));
	assert_null(hwstamp_ptp_clock(NULL, "nic0"));
	assert_true(hwstamp_usable(h));
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_ALL);
	fake_pass(1e9);
	m = packet(3, 3, &nic_sys);
	assert_true(hwstamp_ptp_rx(h, &m.stamp, NIC_FOR_PTP_ETHERNET, m.rx_sys, &sys, &at));
	assert_true(rx(&m, &at));
	assert_int_equal(m.rx_sys - sys, FRAME_NS);
}

/* PTP that cannot be had takes nothing from NTP. */
static void test_ntp_without_ptp(void **state)
{
	struct udp_message m;
	struct phc_moment at;
	s64 nic_sys;

	fake.rx_filters = 1u << HWTSTAMP_FILTER_NONE | 1u << HWTSTAMP_FILTER_NTP_ALL;
	start();
	assert_int_equal(hwstamp_add_ptp(h, "nic0", NIC_FOR_PTP_ETHERNET, false), 0);
	assert_int_equal(fake.config.rx_filter, HWTSTAMP_FILTER_NTP_ALL);
	/* said once */
	assert_int_equal(hwstamp_add_ptp(h, "nic0", NIC_FOR_PTP_ETHERNET, false), 0);
	last_log[0] = '\0';
	assert_int_equal(hwstamp_add_ptp(h, "nic0", NIC_FOR_PTP_ETHERNET, false), 0);
	assert_string_equal(last_log, "");
	fake_pass(1e9);
	m = packet(3, 3, &nic_sys);
	assert_true(rx(&m, &at));
}

static void test_nothing_there(void **state)
{
	struct udp_message m;
	struct phc_moment at;
	s64 nic_sys;

	fake.so_timestamping = SOF_TIMESTAMPING_SOFTWARE;
	start();
	assert_false(hwstamp_usable(h));
	m = packet(3, 3, &nic_sys);
	assert_false(rx(&m, &at));
	assert_false(hwstamp_rx(NULL, &m.stamp, 48, m.rx_sys, &m.rx_sys, NULL));
	assert_false(hwstamp_usable(NULL));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_receive),
		TEST(test_while_steered),
		TEST(test_by_legs),
		TEST(test_clock_that_follows),
		TEST(test_line),
		TEST(test_reads_are_few),
		TEST(test_step_of_nic_clock),
		TEST(test_contradiction),
		TEST(test_transmit),
		TEST(test_vlan),
		TEST(test_ptp_only),
		TEST(test_ptp_beside_ntp),
		TEST(test_ntp_without_ptp),
		TEST(test_nothing_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
