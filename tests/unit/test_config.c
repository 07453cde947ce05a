// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration: what loads, with which values. */
#define _GNU_SOURCE
#include "config/config.h"

#include "config_lab.h"

#define DATA "tests/data/config/"

static struct config *load_data(const char *name)
{
	char path[128];
	struct config *c;

	snprintf(path, sizeof(path), DATA "%s", name);
	c = config_load(path, err, sizeof(err));
	if (!c)
		fail_msg("%s: %s", path, err);
	assert_string_equal(c->path, path);
	return c;
}

static void test_defaults(void **state)
{
	struct config *c = load_text("");

	assert_non_null(c);
	assert_int_equal(c->nsource, 0);
	assert_false(c->serve_ntp.enabled);
	assert_int_equal(c->serve_ntp.nacl, 0);
	assert_int_equal(c->serve_ntp.port, 123);
	assert_int_equal(c->serve_ntp.clientloglimit, 524288);
	assert_true(c->serve_ntp.rate_limit && c->serve_ntp.kod && c->serve_ntp.interleaved);
	/* our own clients ask every second, several may share an address */
	assert_int_equal(c->serve_ntp.rate_interval, -3);
	assert_int_equal(c->serve_ntp.rate_burst, 8);
	assert_int_equal(c->serve_ntp.rate_leak, 2);
	assert_int_equal(c->local_stratum, 0);
	assert_true(c->max_offset_ns == 500e6 && c->slew_threshold_ns == 128e6);
	assert_true(c->step_allowed && c->control_clock && c->hardware_timestamping);
	assert_false(c->leap_smear);
	assert_string_equal(c->control_socket, "/run/as-timesync/control.sock");
	assert_string_equal(c->state_dir, "/var/lib/as-timesync");
	assert_string_equal(c->leap_file, "/usr/share/zoneinfo/leap-seconds.list");
	assert_null(c->control_group);
	config_free(c);
	config_free(NULL);
}

static void check_guide_servers(const struct config *c)
{
	assert_int_equal(c->nsource, 3);
	assert_string_equal(c->source[0].name, "0.pool.ntp.org");
	assert_string_equal(c->source[1].name, "1.pool.ntp.org");
	assert_string_equal(c->source[2].name, "time.example.internal");
	assert_true(c->source[0].pool && c->source[1].pool && !c->source[2].pool);
	assert_int_equal(c->source[0].pool_max, 4);
	assert_int_equal(c->source[0].port, 123);
	assert_int_equal(c->source[2].burst, 4);
	assert_true(c->source[2].interleaved);
}

static void check_guide_acl(const struct config *c)
{
	const struct config_net *net = c->serve_ntp.acl;
	static const u8 ten[4] = { 10, 0, 0, 0 }, lan[4] = { 192, 168, 1, 0 };

	assert_true(c->serve_ntp.enabled);
	assert_int_equal(c->serve_ntp.nacl, 2);
	assert_int_equal(net[0].family, AF_INET);
	assert_int_equal(net[0].prefix, 8);
	assert_memory_equal(&net[0].addr, ten, 4);
	assert_int_equal(net[1].prefix, 24);
	assert_memory_equal(&net[1].addr, lan, 4);
	assert_true(net[0].allow && net[1].allow);
}

static void test_guide(void **state)
{
	struct config *c = load_data("guide-upstream.conf");

	check_guide_servers(c);
	assert_int_equal(c->source[0].min_poll, CONFIG_POLL_AUTO);
	assert_int_equal(c->source[0].max_poll, CONFIG_POLL_AUTO);
	config_free(c);
	c = load_data("guide-server.conf");
	check_guide_acl(c);
	config_free(c);
	c = load_data("guide-tune.conf");
	assert_true(c->max_offset_ns == 500e6 && c->slew_threshold_ns == 128e6);
	config_free(c);
	c = load_data("guide-tune-one-line.conf");
	config_free(c);
	c = load_data("guide-stamps.conf");
	assert_true(c->hardware_timestamping);
	assert_int_equal(c->ntimestamp_interface, 1);
	assert_string_equal(c->timestamp_interface[0], "eth0");
	config_free(c);
	c = load_data("guide-client.conf");
	assert_int_equal(c->nsource, 2);
	assert_string_equal(c->source[1].name, "10.0.1.11");
	assert_int_equal(c->source[1].line, 2);
	assert_false(c->source[1].pool || c->serve_ntp.enabled);
	config_free(c);
	c = load_data("guide-all.conf");
	check_guide_servers(c);
	check_guide_acl(c);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(c->source[i].min_poll, 6);
		assert_int_equal(c->source[i].max_poll, 10);
	}
	config_free(c);
}

static void check_full_sources(const struct config_source *s)
{
	assert_string_equal(s[0].name, "10.0.1.10");
	assert_string_equal(s[0].interface, "eth1");
	assert_int_equal(s[0].port, 1123);
	assert_int_equal(s[0].min_poll, -4);
	assert_int_equal(s[0].max_poll, 0);
	assert_int_equal(s[0].burst, 8);
	assert_int_equal(s[0].priority, 1);
	assert_true(s[0].prefer && s[0].monitor && s[0].offline && !s[0].interleaved);
	assert_true(s[0].asymmetry_ns > 1499.999 && s[0].asymmetry_ns < 1500.001);
	assert_int_equal(s[0].line, 3);
	assert_true(s[1].pool);
	assert_int_equal(s[1].pool_max, 3);
	assert_int_equal(s[1].line, 6);
	assert_int_equal(s[1].min_poll, CONFIG_POLL_AUTO);
	assert_int_equal(s[1].max_poll, 9);	/* the general one */
	assert_true(s[2].asymmetry_ns == -1e9);	/* an integer for a number */
	assert_int_equal(s[2].min_poll, 3);
}

static void test_full(void **state)
{
	struct config *c = load_data("full.conf");
	const struct config_serve_ntp *serve = &c->serve_ntp;

	assert_int_equal(c->nsource, 3);
	check_full_sources(c->source);
	assert_true(serve->enabled && !serve->interleaved && serve->rate_limit && !serve->kod);
	assert_int_equal(serve->port, 1124);
	assert_int_equal(serve->nbind, 2);
	assert_string_equal(serve->bind[1], "::1");
	assert_int_equal(serve->nacl, 4);
	assert_int_equal(serve->acl[1].family, AF_INET6);
	assert_int_equal(serve->acl[1].prefix, 8);
	assert_int_equal(serve->acl[2].prefix, 32);
	assert_true(serve->acl[2].allow && !serve->acl[3].allow);
	assert_true(serve->clientloglimit == 5000000000ULL);
	assert_int_equal(serve->rate_interval, -1);
	assert_int_equal(serve->rate_burst, 16);
	assert_int_equal(serve->rate_leak, 3);
	assert_int_equal(c->local_stratum, 8);
	assert_true(!c->step_allowed && !c->control_clock && !c->hardware_timestamping);
	assert_true(c->leap_smear);
	assert_string_equal(c->control_socket, "");
	assert_string_equal(c->control_group, "adm");
	assert_string_equal(c->state_dir, "/tmp/state");
	assert_string_equal(c->leap_file, "");
	assert_int_equal(c->ntimestamp_interface, 2);
	assert_true(c->precision_ns > 99.9 && c->precision_ns < 100.1);
	config_free(c);
}

static void test_forms(void **state)
{
	static const char *const good[] = {
		"servers = \"10.0.0.1\"",
		"servers = (\"10.0.0.1\", \"::1\");",
		"sources = ()",
		"local = {}",
		"mode = \"server\"",		/* denies all */
		"mode = \"server\"; allowclients = [];",
		"serve_ntp = {}; allowclients = [\"::/0\"];",
		"serve_ntp = { ratelimit = false; }; port = 11123",
		"mode = \"server\"; serve_ntp = { deny = [ \"0.0.0.0/0\" ]; }",
		"max_offset = 1; slewthreshold = 1",
		"\357\273\277step = true\r\nmode = \"client\"\r\n",
		"servers = [ \"xn--bcher-kva.example.\", \"a_b.example\" ]",
		"/* @include \"x\" */ // @include \"y\"\n# @include \"z\"\n",
		"min_poll = 0x6; step = TRUE;",
		"sources = ({ address = \"a\"; }, { address = \"a\"; port = 124; })",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct config *c = load_text(good[i]);

		if (!c)
			fail_msg("%s\n%s", good[i], err);
		config_free(c);
	}
}

static void test_offsets_follow(void **state)
{
	struct config *c = load_text("max_offset = 0.05");

	assert_non_null(c);
	assert_true(c->slew_threshold_ns == 0.05e9);
	config_free(c);
	c = load_text("slewthreshold = 2");
	assert_non_null(c);
	assert_true(c->max_offset_ns == 2e9);
	config_free(c);
}

static void test_poll_limits(void **state)
{
	static const struct {
		int given_min, given_max, near_min, near_max, far_min, far_max;
	} t[] = {
		{ CONFIG_POLL_AUTO, CONFIG_POLL_AUTO, 0, 0, 6, 10 },
		{ 4, CONFIG_POLL_AUTO, 4, 4, 4, 10 },
		{ 12, CONFIG_POLL_AUTO, 12, 12, 12, 12 },
		{ CONFIG_POLL_AUTO, 3, 0, 3, 3, 3 },
		{ CONFIG_POLL_AUTO, -2, -2, -2, -2, -2 },
		{ 6, 10, 6, 10, 6, 10 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct config_source s = { .min_poll = t[i].given_min, .max_poll = t[i].given_max };
		int min, max;

		config_poll_limits(&s, true, &min, &max);
		assert_int_equal(min, t[i].near_min);
		assert_int_equal(max, t[i].near_max);
		config_poll_limits(&s, false, &min, &max);
		assert_int_equal(min, t[i].far_min);
		assert_int_equal(max, t[i].far_max);
	}
}

static void test_includes(void **state)
{
	struct config *c = load_data("includes.conf");

	assert_int_equal(c->nsource, 2);
	assert_string_equal(c->source[1].name, "b.example");
	assert_int_equal(c->source[1].line, 2);	/* of names.conf */
	assert_true(c->serve_ntp.enabled);
	config_free(c);
}

static void test_digest(void **state)
{
	struct config *a = load_text("@include \"inner.conf\""), *b;
	/* printf 'step = true' | sha256sum */
	static const u8 known[4] = { 0xcc, 0x19, 0x76, 0xce };

	assert_null(a);
	write_file("inner.conf", "step = true", 11);
	a = load_text("@include \"inner.conf\"");
	write_file("inner.conf", "step = true ", 12);
	b = load_text("@include \"inner.conf\"");
	assert_non_null(a);
	assert_non_null(b);
	assert_memory_not_equal(a->digest, b->digest, 32);
	config_free(a);
	config_free(b);
	a = load_text("step = true");
	assert_memory_equal(a->digest, known, sizeof(known));
	config_free(a);
}

static void test_source_equal(void **state)
{
	struct config *a = load_text("sources = ({address=\"a\"; interface=\"e\";}, {address=\"b\";})");
	struct config *b = load_text("\nsources = ({address=\"a\"; interface=\"e\";}, {address=\"b\"; "
				     "burst = 2;})");

	assert_true(config_source_equal(&a->source[0], &b->source[0]));
	assert_false(config_source_equal(&a->source[1], &b->source[1]));
	assert_false(config_source_equal(&a->source[0], &a->source[1]));
	config_free(a);
	config_free(b);
}

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

/* The message about an unknown key lists them all: each must be documented. */
static void test_documented(void **state)
{
	static const char *const groups[] = {
		"zzzzzzzzzz = 1", "sources = ({ zzzzzzzzzz = 1; })", "serve_ntp = { zzzzzzzzzz = 1; }",
		"serve_ntp = { ratelimit = { zzzzzzzzzz = 1; }; }", "local = { zzzzzzzzzz = 1; }",
		"sources = ({ protocol = \"ptp\"; zzzzzzzzzz = 1; })", "serve_ptp = { zzzzzzzzzz = 1; }",
		"ptp_management = { zzzzzzzzzz = 1; }",
	};
	char *md = read_all("Documentation/configuration.md");
	char *man = read_all("Documentation/man/as-timesync.conf.5");
	unsigned int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		char *keys, *save, cell[64], example[64];

		assert_null(load_text(groups[i]));
		keys = strstr(err, "the keys here are ");
		assert_non_null(keys);
		keys += strlen("the keys here are ");
		for (char *k = strtok_r(keys, ", ", &save); k; k = strtok_r(NULL, ", ", &save)) {
			snprintf(cell, sizeof(cell), "`%s`", k);
			snprintf(example, sizeof(example), "%s = (", k);
			if (!strstr(md, cell) && !strstr(md, example) && strcmp(k, "stratum"))
				fail_msg("%s is not in configuration.md", k);
			if (!strstr(man, k))
				fail_msg("%s is not in the manual page", k);
			n++;
		}
	}
	assert_true(n >= 45);
	free(md);
	free(man);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_guide),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_offsets_follow),
		cmocka_unit_test(test_poll_limits),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_source_equal),
		cmocka_unit_test(test_documented),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
