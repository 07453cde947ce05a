// SPDX-License-Identifier: GPL-2.0-or-later
/* PTP ports in the kernel module, with a kernel of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <syslog.h>

#include "fake_kernel.h"
#include "kernel/kernel_ptp.h"

static struct config cfg;
static struct event_base *base;
static struct kernel *k;
static struct kernel_ptp *port;
static s64 mono;
static unsigned int warnings, came, went;
static struct module_ptp_facts facts;

static void get_state(void *ctx, struct ntp_server_state *out)
{
	*out = (struct ntp_server_state){ .stratum = 3 };
}

static s64 now_mono(void *ctx)
{
	return mono;
}

static unsigned int interfaces(void *ctx, u32 *index, unsigned int max)
{
	return 0;
}

__attribute__((format(printf, 2, 3)))
static void log_line(int priority, const char *format, ...)
{
	warnings += priority == LOG_WARNING;
}

static void serves(void *ctx, bool yes)
{
	if (yes)
		came++;
	else
		went++;
}

static int setup(void **state)
{
	const struct kernel_ops ops = {
		.get_state = get_state, .now_mono = now_mono, .log = log_line,
		.open = fake_genl, .interfaces = interfaces,
	};
	const struct kernel_ptp_config port_cfg = {
		.name = "eth0", .ifindex = 4, .serves = serves,
		.place = { .event_fd = 11, .general_fd = 12, .clients_max = 100 },
	};

	fake_kernel_reset();
	fk.does_ptp = true;
	fk.features |= ATS_FEATURE_PTP;
	cfg = (struct config){ .kernel = CONFIG_KERNEL_AUTO, .kernel_valid_ns = 0.5e9 };
	mono = NSEC_PER_SEC;
	warnings = came = went = 0;
	memset(&facts, 0, sizeof(facts));
	facts.duties = ATS_PTP_SYNC | ATS_PTP_DELAY;
	base = event_base_new();
	k = kernel_new(base, &ops);
	port = kernel_ptp_new(k, &port_cfg);
	return 0;
}

static int teardown(void **state)
{
	kernel_ptp_free(port);
	kernel_free(k);
	event_base_free(base);
	return fake_sockets_open();
}

static void run(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

/* A timer that is due. */
static void run_timer(void)
{
	mono += NSEC_PER_SEC;
	event_base_loop(base, EVLOOP_ONCE);
}

static void serve(void)
{
	fk.loaded = true;
	kernel_configure(k, &cfg);
	kernel_ptp_set(port, &facts, false);
	assert_int_equal(came, 1);
	assert_int_equal(fk.nptp, 1);
}

static void test_serves(void **state)
{
	serve();
	assert_int_equal(fk.ptp[0].event_fd, 11);
	assert_int_equal(fk.ptp[0].clients_max, 100);
	assert_int_equal(fk.ptp[0].duties, ATS_PTP_SYNC | ATS_PTP_DELAY);
	assert_int_equal(fk.ptp[0].valid_ms, 500);
	/* it is said again before that is over, and at once when it changes */
	assert_int_equal(fk.ptp[0].sets, 1);
	kernel_ptp_set(port, &facts, false);
	assert_int_equal(fk.ptp[0].sets, 1);
	run_timer();
	assert_int_equal(fk.ptp[0].sets, 2);
	facts.tai_offset_ns = 38 * NSEC_PER_SEC;
	kernel_ptp_set(port, &facts, false);
	assert_int_equal(fk.ptp[0].sets, 3);
	assert_int_equal(came, 1);
	/* no duties: at once nothing */
	facts.duties = 0;
	kernel_ptp_set(port, &facts, false);
	assert_int_equal(fk.nptp, 0);
	assert_int_equal(went, 1);
	facts.duties = ATS_PTP_DELAY;
	kernel_ptp_set(port, &facts, false);
	assert_int_equal(came, 2);
	kernel_ptp_set(port, NULL, false);
	assert_int_equal(fk.nptp, 0);
	assert_int_equal(warnings, 0);
}

static void test_off_and_on(void **state)
{
	serve();
	cfg.kernel = CONFIG_KERNEL_OFF;
	kernel_configure(k, &cfg);
	assert_int_equal(fk.nptp, 0);
	assert_int_equal(went, 1);
	facts.log_min_delay_req = 1;
	kernel_ptp_set(port, &facts, false);
	assert_int_equal(came, 1);
	cfg.kernel = CONFIG_KERNEL_AUTO;
	kernel_configure(k, &cfg);
	assert_int_equal(came, 2);
	assert_int_equal(fk.nptp, 1);
}

static void test_comes_and_goes(void **state)
{
	const struct module_ptp_grant grant = { .sync = { true, 0, 10 } };
	struct kernel_ptp_report r;

	kernel_configure(k, &cfg);
	kernel_ptp_set(port, &facts, false);
	assert_int_equal(came, 0);
	assert_int_equal(kernel_ptp_grant(port, &grant, 1), -EINVAL);
	fake_load(true);
	run();
	assert_int_equal(came, 1);
	assert_int_equal(kernel_ptp_grant(port, &grant, 1), 0);
	assert_int_equal(fk.ptp[0].grants, 1);
	fk.ptp[0].syncs = 7;
	kernel_ptp_get_report(port, &r);
	assert_true(r.serves && r.now.syncs == 7);
	fk.nptp = 0;
	fake_load(false);
	run();
	assert_int_equal(went, 1);
	fake_load(true);
	run();
	assert_int_equal(came, 2);
	fk.ptp[0].syncs = 2;
	kernel_ptp_get_report(port, &r);
	assert_int_equal(r.now.syncs, 9);
	/* it is gone, and that is found out by asking it */
	fk.loaded = false;
	fk.nptp = 0;
	assert_true(kernel_ptp_grant(port, &grant, 1) < 0);
	assert_int_equal(went, 2);
	assert_int_equal(warnings, 0);
}

static void test_refuses(void **state)
{
	const struct module_ptp_grant grant = { .sync = { true, 0, 10 } };
	struct kernel_ptp_report r;

	fk.refuse_text = "cannot be done here";
	fk.refuse[ATS_CMD_PTP_ATTACH] = -EBUSY;
	fk.loaded = true;
	kernel_configure(k, &cfg);
	kernel_ptp_set(port, &facts, false);
	for (int i = 0; i < 30; i++)
		run_timer();
	kernel_ptp_get_report(port, &r);
	assert_non_null(strstr(r.trouble, "cannot be done here"));
	assert_int_equal(warnings, 1);
	assert_int_equal(came, 0);
	assert_in_range(fk.calls[ATS_CMD_PTP_ATTACH], 3, 5);
	fk.refuse[ATS_CMD_PTP_ATTACH] = 0;
	for (int i = 0; i < 11; i++)
		run_timer();
	assert_int_equal(came, 1);
	kernel_ptp_get_report(port, &r);
	assert_string_equal(r.trouble, "");

	/* no room is no reason to stop, anything else is */
	fk.refuse[ATS_CMD_PTP_CLIENT_SET] = -ENOSPC;
	assert_int_equal(kernel_ptp_grant(port, &grant, 1), -ENOSPC);
	assert_int_equal(went, 0);
	fk.refuse[ATS_CMD_PTP_CLIENT_SET] = -EINVAL;
	assert_int_equal(kernel_ptp_grant(port, &grant, 1), -EINVAL);
	assert_int_equal(went, 1);
	assert_int_equal(fk.nptp, 0);
	assert_int_equal(warnings, 2);
}

/* Somebody detaches it: it is attached again. */
static void test_detached(void **state)
{
	serve();
	fk.nptp = 0;
	run_timer();
	assert_int_equal(went, 1);
	run_timer();
	assert_int_equal(came, 2);
	assert_int_equal(fk.nptp, 1);
	assert_int_equal(warnings, 0);
}

/* Until it is known where the clock is, nothing is served; clients stay. */
static void test_stepped(void **state)
{
	serve();
	kernel_stepped(k);
	assert_int_equal(fk.ptp[0].duties, 0);
	assert_true(fk.stepped);
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(fk.ptp[0].duties, facts.duties);
	assert_int_equal(came, 1);
	assert_int_equal(went, 0);
}

/* Only the NIC's stamps would do, and the module is not told of its clock. */
static void test_no_line(void **state)
{
	fk.loaded = true;
	kernel_configure(k, &cfg);
	kernel_ptp_set(port, &facts, true);
	run_timer();
	assert_int_equal(came, 0);
	assert_int_equal(fk.nptp, 0);
	kernel_ptp_set(port, &facts, false);
	assert_int_equal(came, 1);
	kernel_ptp_set(port, &facts, true);
	assert_int_equal(went, 1);
	assert_int_equal(fk.nptp, 0);
}

static void test_old_module(void **state)
{
	fk.features &= ~(u32)ATS_FEATURE_PTP;
	fk.loaded = true;
	kernel_configure(k, &cfg);
	kernel_ptp_set(port, &facts, false);
	assert_int_equal(fk.calls[ATS_CMD_PTP_ATTACH], 0);
	assert_int_equal(warnings, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_serves),
		T(test_off_and_on),
		T(test_comes_and_goes),
		T(test_refuses),
		T(test_detached),
		T(test_stepped),
		T(test_no_line),
		T(test_old_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
