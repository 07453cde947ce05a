// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel module in the service of the daemon, with a kernel of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <syslog.h>

#include "fake_kernel.h"
#include "kernel/kernel.h"

static struct config cfg;
static struct config_net net[2];
static char *ingress[] = { "eth0", "eth1" };
static struct event_base *base;
static struct kernel *k;
static s64 mono;
static struct ntp_server_state served;
static unsigned int lines, warnings;
static char last_line[512];
static unsigned int eth0;

static void get_state(void *ctx, struct ntp_server_state *out)
{
	*out = served;
}

static s64 now_mono(void *ctx)
{
	return mono;
}

static unsigned int ifindex(void *ctx, const char *name)
{
	return !strcmp(name, "eth0") ? eth0 : 0;
}

static unsigned int interfaces(void *ctx, u32 *index, unsigned int max)
{
	index[0] = 1;
	index[1] = eth0;
	return eth0 ? 2 : 1;
}

__attribute__((format(printf, 2, 3)))
static void log_line(int priority, const char *format, ...)
{
	va_list args;

	if (priority == LOG_DEBUG)
		return;
	va_start(args, format);
	vsnprintf(last_line, sizeof(last_line), format, args);
	va_end(args);
	lines++;
	warnings += priority == LOG_WARNING;
}

static int setup(void **state)
{
	const struct kernel_ops ops = {
		.get_state = get_state, .now_mono = now_mono, .log = log_line,
		.open = fake_genl, .ifindex = ifindex,
		.interfaces = interfaces,
	};

	fake_kernel_reset();
	cfg = (struct config){ .kernel = CONFIG_KERNEL_AUTO, .kernel_valid_ns = 0.5e9 };
	cfg.serve_ntp = (struct config_serve_ntp){ .enabled = true, .port = 123, .acl = net,
						   .nacl = 2, .rate_burst = 8, .rate_leak = 2,
						   .clientloglimit = 4096 };
	net[0] = (struct config_net){ .family = AF_INET, .prefix = 8, .allow = true };
	net[1] = (struct config_net){ .family = AF_INET6, .prefix = 32, .allow = true };
	served = (struct ntp_server_state){ .stratum = 3 };
	mono = NSEC_PER_SEC;
	lines = warnings = 0;
	eth0 = 4;
	base = event_base_new();
	k = kernel_new(base, &ops);
	kernel_socket_opened(k, 11);
	kernel_socket_opened(k, 12);
	return 0;
}

static int teardown(void **state)
{
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

static bool serving(void)
{
	struct kernel_report r;

	kernel_get_report(k, &r);
	return r.serving;
}

static void test_absent(void **state)
{
	kernel_configure(k, &cfg);
	assert_false(serving());
	assert_int_equal(fake_sockets_open(), 1);	/* the one that watches */
	kernel_update(k);
	kernel_stepped(k);
	run();
	assert_int_equal(lines, 0);
	kernel_configure(k, &cfg);
	assert_int_equal(lines, 0);
}

static void test_off(void **state)
{
	cfg.kernel = CONFIG_KERNEL_OFF;
	fk.loaded = true;
	kernel_configure(k, &cfg);
	assert_int_equal(fake_sockets_open(), 0);
	assert_int_equal(fk.calls[ATS_CMD_CAPS_GET], 0);
	/* and back */
	cfg.kernel = CONFIG_KERNEL_AUTO;
	kernel_configure(k, &cfg);
	assert_true(serving());
	cfg.kernel = CONFIG_KERNEL_OFF;
	kernel_configure(k, &cfg);
	assert_int_equal(fake_sockets_open(), 0);
	assert_int_equal(fk.nplace, 0);
	assert_false(fk.valid);
}

static void test_no_netlink(void **state)
{
	fk.no_netlink = true;
	kernel_configure(k, &cfg);
	kernel_update(k);
	run();
	assert_int_equal(lines, 0);
}

static void test_on_complains(void **state)
{
	cfg.kernel = CONFIG_KERNEL_ON;
	kernel_configure(k, &cfg);
	kernel_configure(k, &cfg);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(last_line, "modprobe as_timesync"));
}

static void test_serves(void **state)
{
	fk.loaded = true;
	kernel_configure(k, &cfg);
	assert_true(serving());
	assert_int_equal(lines, 1);
	assert_int_equal(fk.nplace, 2);
	assert_int_equal(fk.place[0].fd, 11);
	assert_int_equal(fk.place[1].fd, 12);
	assert_int_equal(fk.rules, 2);
	assert_int_equal(fk.stratum, 3);
	assert_true(fk.valid);
	assert_false(fk.stepped);
	assert_int_equal(fk.calls[ATS_CMD_IFACE_SET], 2);

	/* again and again */
	served.stratum = 4;
	run_timer();
	assert_int_equal(fk.stratum, 4);
	assert_int_equal(fk.calls[ATS_CMD_STATE_SET], 2);
	/* at once, but not more often than it helps */
	mono += NSEC_PER_SEC / 2;
	kernel_update(k);
	assert_int_equal(fk.calls[ATS_CMD_STATE_SET], 3);
	mono += NSEC_PER_SEC / 100;
	kernel_update(k);
	assert_int_equal(fk.calls[ATS_CMD_STATE_SET], 3);
	run_timer();
	assert_int_equal(fk.calls[ATS_CMD_STATE_SET], 4);
	assert_int_equal(fk.calls[ATS_CMD_IFACE_SET], 2);
	mono += 30 * NSEC_PER_SEC;	/* are there new ones? */
	run_timer();
	assert_int_equal(fk.calls[ATS_CMD_IFACE_SET], 4);

	kernel_free(k);
	k = NULL;
	assert_false(fk.valid);
	assert_int_equal(fk.nplace, 0);
	assert_int_equal(fk.calls[ATS_CMD_IFACE_DEL], 2);
}

static void test_step(void **state)
{
	fk.loaded = true;
	kernel_configure(k, &cfg);
	kernel_stepped(k);
	assert_false(fk.valid);
	assert_true(fk.stepped);
	fk.stepped = false;
	run_timer();
	assert_true(fk.valid);
	assert_false(fk.stepped);
	/* when that did not get through, the next one tells */
	fk.refuse[ATS_CMD_STATE_DEL] = -ENOBUFS;
	kernel_stepped(k);
	run_timer();
	assert_true(fk.stepped);
}

static void test_comes_and_goes(void **state)
{
	struct kernel_report r;
	unsigned int i;

	kernel_configure(k, &cfg);
	for (i = 1; i <= 3; i++) {
		fake_load(true);
		run();
		assert_true(serving());
		assert_int_equal(fk.nplace, 2);
		fk.place[0].requests = 10;
		fk.place[1].requests = 5;
		fk.place[1].passed = 2;
		kernel_get_report(k, &r);
		assert_int_equal(r.counts.requests, 15 * i);
		fake_load(false);
		run();
		assert_false(serving());
		/* one line each time */
		assert_int_equal(lines, 2 * i);
		/* and nothing that was counted is forgotten */
		kernel_get_report(k, &r);
		assert_int_equal(r.counts.requests, 15 * i);
		assert_int_equal(r.counts.basic, 13 * i);
		assert_false(r.present);
	}
	assert_int_equal(warnings, 0);
}

/* The news were lost: noticed by the next request. */
static void test_gone_unheard(void **state)
{
	fk.loaded = true;
	kernel_configure(k, &cfg);
	fk.loaded = false;
	run_timer();
	assert_false(serving());
	assert_int_equal(lines, 2);
	run();
	fake_load(true);
	run();
	assert_true(serving());
}

static void test_reload(void **state)
{
	fk.loaded = true;
	kernel_configure(k, &cfg);
	/* one socket stays, one is replaced by another with the same number */
	kernel_socket_closing(k, 12);
	assert_int_equal(fk.nplace, 1);
	kernel_socket_opened(k, 12);
	assert_int_equal(fk.nplace, 1);
	cfg.serve_ntp.nacl = 1;
	kernel_configure(k, &cfg);
	assert_int_equal(fk.nplace, 2);
	assert_int_equal(fk.place[0].id, 1);
	assert_int_equal(fk.place[1].id, 3);
	assert_int_equal(fk.rules, 1);
	/* nobody is served any more */
	kernel_socket_closing(k, 11);
	kernel_socket_closing(k, 12);
	cfg.serve_ntp.enabled = false;
	kernel_configure(k, &cfg);
	assert_false(serving());
	assert_false(fk.valid);
	assert_int_equal(lines, 1);
}

static void test_refuses(void **state)
{
	static const u8 commands[] = {
		ATS_CMD_SERVER_SET, ATS_CMD_STATE_SET, ATS_CMD_REPLY_ATTACH,
	};
	struct kernel_report r;

	fk.loaded = true;
	fk.refuse_text = "cannot be done here";
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		fk.refuse[commands[i]] = -EOPNOTSUPP;
		kernel_configure(k, &cfg);
		kernel_configure(k, &cfg);
		kernel_update(k);
		run();
		kernel_get_report(k, &r);
		assert_true(r.present);
		assert_false(r.serving);
		assert_non_null(strstr(r.trouble, "cannot be done here"));
		assert_int_equal(fk.nplace, 0);
		assert_false(fk.valid);
		assert_int_equal(warnings, i + 1);
		fk.refuse[commands[i]] = 0;
	}
	kernel_configure(k, &cfg);
	assert_true(serving());
	/* in the middle of it: it must not go on with what is old */
	fk.refuse[ATS_CMD_STATE_SET] = -EINVAL;
	run_timer();
	assert_false(serving());
	assert_int_equal(fk.nplace, 0);
	assert_false(fk.valid);
}

static void test_another_language(void **state)
{
	fk.loaded = true;
	fk.api_version++;
	kernel_configure(k, &cfg);
	assert_false(serving());
	assert_int_equal(warnings, 1);
	assert_int_equal(fk.calls[ATS_CMD_SERVER_SET], 0);
}

static void test_ingress(void **state)
{
	fk.loaded = true;
	cfg.serve_ntp.ingress = ingress;
	cfg.serve_ntp.ningress = 2;
	kernel_configure(k, &cfg);
	assert_true(serving());
	assert_int_equal(fk.nplace, 3);
	assert_int_equal(fk.place[2].ifindex, 4);
	assert_int_equal(fk.place[2].port, 123);
	assert_int_equal(warnings, 1);		/* there is no eth1 */
	run_timer();
	assert_int_equal(warnings, 1);
	/* another port needs another attachment */
	cfg.serve_ntp.port = 1123;
	kernel_configure(k, &cfg);
	assert_int_equal(fk.nplace, 3);
	assert_int_equal(fk.place[2].port, 1123);
	cfg.serve_ntp.ningress = 0;
	kernel_configure(k, &cfg);
	assert_int_equal(fk.nplace, 2);
}

static void send_gone(u32 id)
{
	struct nl_msg *msg = fake_message(FAKE_FAMILY, 0, ATS_CMD_REPLY_NTF, 0);

	nla_put_u32(msg, ATS_A_REPLY_ID, id);
	nla_put_u64(msg, ATS_A_REPLY_REQUESTS, 77);
	nla_put_flag(msg, ATS_A_REPLY_GONE);
	fake_multicast(FAKE_GROUP_REPLY, msg);
}

static void test_interface_returns(void **state)
{
	struct kernel_report r;

	fk.loaded = true;
	cfg.serve_ntp.ingress = ingress;
	cfg.serve_ntp.ningress = 1;
	kernel_configure(k, &cfg);
	send_gone(3);
	fk.nplace = 2;
	eth0 = 0;
	run();
	kernel_get_report(k, &r);
	assert_int_equal(r.interfaces, 0);
	assert_int_equal(r.counts.requests, 77);
	eth0 = 9;
	run_timer();
	assert_int_equal(fk.nplace, 3);
	assert_int_equal(fk.place[2].ifindex, 9);
	/* the news may be lost */
	fk.nplace = 2;
	kernel_get_report(k, &r);
	assert_int_equal(r.interfaces, 0);
}

/* Left behind by a daemon that was killed, perhaps with another configuration. */
static void test_predecessor(void **state)
{
	fk.loaded = true;
	fk.place[0] = (struct fake_place){ .id = 50, .fd = -1, .ifindex = 8, .port = 123 };
	fk.place[1] = (struct fake_place){ .id = 51, .fd = 3, .port = 9 };
	fk.nplace = 2;
	fk.next_id = 51;
	kernel_configure(k, &cfg);
	assert_int_equal(fk.nplace, 3);
	assert_null(fake_find(50));
	assert_non_null(fake_find(51));
}

static void test_clients(void **state)
{
	struct module_clients *l;
	struct module_client c;
	u8 addr[16] = { 0 };

	assert_null(kernel_list_clients(k));
	fk.loaded = true;
	fk.clients = 3;
	kernel_configure(k, &cfg);
	l = kernel_list_clients(k);
	assert_non_null(l);
	assert_int_equal(module_clients_next(l, &c), 1);
	module_clients_close(l);
	assert_false(kernel_get_client(k, addr, &c));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_absent), T(test_off), T(test_no_netlink), T(test_on_complains),
		T(test_serves), T(test_step), T(test_comes_and_goes), T(test_gone_unheard),
		T(test_reload), T(test_refuses), T(test_another_language), T(test_ingress),
		T(test_interface_returns), T(test_predecessor), T(test_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
