// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration: what loads, with which values, and what each mistake says. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"

#define DATA "tests/data/config/"

static char dir[] = "/tmp/ats-config-XXXXXX";
static char err[1024];

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void write_file(const char *name, const void *text, size_t len)
{
	FILE *f = fopen(in_dir(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static struct config *load_text(const char *text)
{
	write_file("t.conf", text, strlen(text));
	return config_load(in_dir("t.conf"), err, sizeof(err));
}

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

/* The text is refused, and the message begins with @want after the file name. */
static void refused(const char *text, const char *want)
{
	struct config *c = load_text(text);
	const char *rest = err;
	size_t n;

	if (c)
		fail_msg("loaded, but should say: %s\n%s", want, text);
	n = strlen(in_dir("t.conf"));
	if (strncmp(err, in_dir("t.conf"), n))
		fail_msg("no file name in: %s", err);
	rest += n;
	if (strncmp(rest, want, strlen(want)))
		fail_msg("wanted \"%s\", got \"%s\"\nfor: %s", want, rest, text);
	/* what would be right comes behind a semicolon */
	if (!strchr(rest, ';'))
		fail_msg("no advice in \"%s\"", rest);
	for (const char *p = err; *p; p++)
		assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
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

/* text, and what the message begins with behind the file name */
static const char *const bad[][2] = {
	/* syntax */
	{ "servers", ":" },
	{ "servers = [\n\"a\"\nmode = \"client\"\n", ":" },
	{ "\n\nstep = yes\n", ":3: syntax: cannot be read" },
	{ "step = true;\nstep = true", ":2: step: is given twice" },
	{ "step = true; mode = \"client\"; step = true", ":1: step: is given twice" },
	{ "servers = [ \342\200\234a\342\200\235 ]", ":1: syntax: this is a typographic" },
	{ "\nmode = \"client", ":2: syntax: a string begins here" },
	{ "\n\n/* x", ":3: syntax: a comment begins here" },
	{ "/*/", ":1: syntax: a comment begins here" },
	{ "mode = \"client\\", ":1: syntax: a string begins here" },
	{ "\x01", ":1: syntax: cannot be read at \"\\x01\"" },
	{ "= = = \x1b%31m", ":1: syntax: cannot be read at \"= = = \\x1b%31m\"" },
	{ "servers = [ \"a\", 1 ]", ":1: servers: the values of an array differ" },
	{ "local = { { { { { { { { { { { { { { { { { { ", ":1: syntax: nested too deeply" },
	{ "a = ((((((((((((((((()))))))))))))))))", ":1: syntax: nested too deeply" },
	{ "min_poll = 99999999999999999999", ":1: syntax: 99999999999999999999 is out of range" },
	{ "min_poll = 00000000000000000000000000000000000001", ":1: syntax: this number is too" },
	{ "min_poll = 4294967302", ":1: min_poll: 4294967302 is impossible" },
	{ "min_poll = 0x100000006", ":1: min_poll: 4294967302 is impossible" },
	{ ")", ":1: syntax: " },
	{ "local = { stratum = 3", ":1: syntax: brackets" },
	/* includes */
	{ "@include", ":1: @include: is not complete" },
	{ "@include \"x", ":1: @include: is not complete" },
	{ "\n@include \"x\n\"", ":2: @include: is not complete" },
	{ "@include \"\"", ":1: @include: is not complete" },
	{ "step = true @include \"x\"", ":1: syntax: '@' does not belong here" },
	{ "@other", ":1: syntax: '@' does not belong here" },
	{ "\n@include \"none.conf\"", ":2: @include: cannot read" },
	{ "@include \"/\"", ":1: @include: / is not a regular file" },
	{ "@include \"/dev/zero\"", ":1: @include: /dev/zero is not a regular file" },
	{ "\n @include \"t.conf\"", ":2: @include: included too deeply" },
	{ "@include \"fine.conf\" step = true", ":1: @include: is not complete" },
	/* keys and types */
	{ "step = true\nserver = [\"a\"]", ":2: server: unknown key; did you mean servers?" },
	{ "slew_threshold = 1", ":1: slew_threshold: unknown key; did you mean slewthreshold?" },
	{ "Max_Offset = 1", ":1: Max_Offset: unknown key; did you mean max_offset?" },
	{ "nonsense = 1", ":1: nonsense: unknown key; the keys here are upstreamservers, " },
	{ "sources = (\n{ address = \"a\";\nmaxpoll = 1; })",
	  ":3: sources[0].maxpoll: unknown key; did you mean max_poll?" },
	{ "serve_ntp = { acl = 1; }", ":1: serve_ntp.acl: unknown key; the keys here are port, " },
	{ "serve_ntp = { ratelimit = { burts = 1; } }",
	  ":1: serve_ntp.ratelimit.burts: unknown key; did you mean burst?" },
	{ "step = 1", ":1: step: is an integer; write true or false" },
	{ "step = \"true\"", ":1: step: is a string; write true or false" },
	{ "max_offset = \"1\"", ":1: max_offset: is a string; write a number" },
	{ "min_poll = 6.0", ":1: min_poll: is a number with a fraction; write an integer" },
	{ "min_poll = [ 6 ]", ":1: min_poll: is an array [...]; write an integer" },
	{ "mode = true", ":1: mode: is a boolean; write \"client\" or \"server\"" },
	{ "mode = \"Server\"", ":1: mode: \"Server\" is impossible; write \"client\"" },
	{ "leapmode = \"smear\"", ":1: leapmode: \"smear\" is impossible; write \"kernel\"" },
	{ "servers = 1", ":1: servers: is an integer; write a list of host names" },
	{ "servers = ( 1 )", ":1: servers[0]: is an integer; write a list" },
	{ "servers = { a = 1; }", ":1: servers: is a group {...}; write a list" },
	{ "sources = [ \"a\" ]", ":1: sources: is no list; write ( {" },
	{ "sources = ( \"a\" )", ":1: sources[0]: is a string; write a group" },
	{ "local = 10", ":1: local: is an integer; write a group" },
	{ "serve_ntp = true", ":1: serve_ntp: is a boolean; write a group" },
	/* values */
	{ "protocol = \"ptp\"", ":1: protocol: \"ptp\" needs to know where; add timestampinterface" },
	{ "protocol = \"ptp\"\ntimestampinterface = \"e0\"\nservers = \"a.b\"",
	  ":3: servers: \"a.b\" is impossible; write the address of a time-transmitter" },
	{ "sources = ( { protocol = \"ptp\"; } )", ":1: sources[0]: has no interface; add" },
	{ "sources = ( { protocol = \"ptp\"; pool = true; } )",
	  ":1: sources[0].pool: unknown key; " },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; profile = \"p\"; } )",
	  ":1: sources[0].profile: \"p\" is no known profile; write one of default-e2e, " },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; domain = 200; } )",
	  ":1: sources[0]: domain = 200: profile default-e2e allows 0 to 127" },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; delay_mechanism = \"p2p\"; } )",
	  ":1: sources[0]: delay_mechanism = p2p: profile default-e2e allows only e2e" },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; delivery = \"unicast\"; } )",
	  ":1: sources[0]: asks nobody: delivery is \"unicast\"; add address = " },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; acceptable = \"me\"; } )",
	  ":1: sources[0].acceptable: \"me\" is impossible; write a clock identity" },
	{ "sources = ( { protocol = \"ptp\"; interface = [ \"e0\", \"e0\" ]; } )",
	  ":1: sources[0].interface[1]: \"e0\" is given twice" },
	{ "serve_ptp = { interface = \"e0\"; transport = \"ipv4\"; csptp = true; }",
	  ":1: serve_ptp: serves nobody by csptp over UDP; add allow = " },
	{ "serve_ptp = { interface = \"e0\"; transport = \"ipv6\"; delivery = \"unicast\";\n"
	  "deny = [ \"fd00::/8\" ]; }", ":1: serve_ptp: serves nobody by unicast over UDP; add allow" },
	{ "serve_ptp = { interface = \"e0\"; transport = \"ethernet\"; allow = [ \"::/0\" ]; }",
	  ":1: serve_ptp: allow and deny are of IP addresses" },
	{ "serve_ptp = { interface = \"e0\"; unicast_clients = 131073; }",
	  ":1: serve_ptp.unicast_clients: 131073 is impossible; write an integer from 1 to 131072" },
	{ "serve_ptp = { interface = \"e0\"; allow = [ \"10.0.0.0/8\" ];\ndeny = [ \"10.0.0.0/8\" ]; }",
	  ":2: serve_ptp.deny[0]: \"10.0.0.0/8\" is allowed already" },
	{ "serve_ptp = { interface = \"e0\"; grandmaster_id = 3; }",
	  ":1: serve_ptp: grandmaster_id is not of the profile default-e2e; remove it or write" },
	{ "serve_ptp = { interface = \"e0\"; profile = \"power\"; grandmaster_id = 65536; }",
	  ":1: serve_ptp.grandmaster_id: 65536 is impossible; write an integer from 0 to 65535" },
	{ "serve_ptp = ( { interface = \"e0\"; profile = \"power\"; grandmaster_id = 3; },\n"
	  "{ interface = \"e1\"; profile = \"power\"; } );",
	  ":2: e1: the grandmaster_id differs from that on line 1; write the same in both" },
	{ "serve_ptp = { interface = \"e0\"; smpte = { frame_rate = \"25\"; }; }",
	  ":1: serve_ptp.smpte: is not of the profile default-e2e; remove it or write profile = "
	  "\"st2059-2\"" },
	{ "serve_ptp = { interface = \"e0\"; profile = \"st2059-2\"; smpte = { }; }",
	  ":1: serve_ptp.smpte: has no frame rate; add frame_rate = \"25\"" },
	{ "serve_ptp = { interface = \"e0\"; profile = \"st2059-2\"; smpte = { frame_rate = \"25/0\"; }; }",
	  ":1: serve_ptp.smpte.frame_rate: \"25/0\" is no frame rate of 1 to 1000; write \"25\" or "
	  "\"30000/1001\"" },
	{ "serve_ptp = { interface = \"e0\"; profile = \"st2059-2\"; smpte = { daily_jam = \"24:00:00\"; }; }",
	  ":1: serve_ptp.smpte.daily_jam: \"24:00:00\" is no time of day; write one from \"00:00:00\" "
	  "to \"23:59:59\"" },
	{ "serve_ptp = ( { interface = \"e0\"; profile = \"st2059-2\"; smpte = { frame_rate = \"25\"; }; },\n"
	  "  { interface = \"e1\"; profile = \"st2059-2\"; } )",
	  ":2: e1: smpte differs from that on line 1; write the same in both" },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; csptp = true; } )",
	  ":1: sources[0]: csptp asks nobody; add address = " },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; all_transmitters = true; } )",
	  ":1: sources[0]: all_transmitters is of use only with address" },
	{ "serve_ptp = true", ":1: serve_ptp: is a boolean; write a group" },
	{ "serve_ptp = ( { interface = \"e0\"; prefer = true; } )",
	  ":1: serve_ptp[0].prefer: unknown key; " },
	{ "serve_ptp = ( { interface = \"e0\"; },\n{ interface = \"e0\"; } )",
	  ":2: e0: is in this domain by line 1 already; keep one" },
	{ "serve_ptp = ( { interface = \"e0\"; },\n{ interface = \"e1\"; priority1 = 1; } )",
	  ":2: e1: the priority of the clock differs from that on line 1" },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; } )\n"
	  "serve_ptp = { interface = \"e0\"; sync_interval = -1; }",
	  ":2: e0: a setting of this port differs from that on line 1" },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; },\n"
	  "{ protocol = \"ptp\"; interface = [ \"e1\", \"e0\" ]; } )",
	  ":2: e0: is in this domain by line 1 already; keep one" },
	/* the second domain uses the NIC and the sockets of the first */
	{ "serve_ptp = ( { interface = \"e0\"; },\n"
	  "{ interface = \"e0\"; domain = 24; two_step = false; } )",
	  ":2: e0: two_step of this interface differs from that on line 1; write the same" },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; },\n"
	  "{ protocol = \"ptp\"; interface = \"e0\"; domain = 24; phc = \"free\"; } )",
	  ":2: e0: phc of this interface differs from that on line 1" },
	{ "serve_ptp = ( { interface = \"e0\"; transport = \"ethernet\"; csptp = true; },\n"
	  "{ interface = \"e0\"; transport = \"ethernet\"; domain = 24; csptp = true; } )",
	  ":2: e0: answers csptp in this csptp_domain by line 1 already; keep one" },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; address = \"10.0.0.1\"; csptp = true; },\n"
	  "{ protocol = \"ptp\"; interface = \"e0\"; domain = 24; address = \"10.0.0.2\"; csptp = true; } )",
	  ":2: e0: asks by csptp in this csptp_domain by line 1 already; keep one" },
	{ "serve_ptp = ( { interface = \"e0\"; domain = 24; profile = \"g8275.1\"; },\n"
	  "{ interface = \"e0\"; domain = 24; } )",
	  ":2: e0: the profile of the domain differs from that on line 1" },
	{ "sources = ( { protocol = \"ptp\"; interface = \"e0\"; desired_state = \"master\"; } )",
	  ":1: e0: desired_state = \"master\": it gives no time; add it to serve_ptp" },
	{ "serve_ptp = { interface = \"e0\"; desired_state = \"slave\"; }",
	  ":1: e0: desired_state = \"slave\": it follows nobody; add it to sources" },
	{ "sources = ( { protocol = \"ptp\"; interface = [ \"e0\", \"e1\" ]; desired_state = \"slave\"; } )",
	  ":1: e1: desired_state = \"slave\": so is another port of this domain" },
	{ "serve_ptp = ( { interface = \"e0\"; },\n{ interface = \"e1\"; desired_state = \"master\"; } )",
	  ":2: e1: desired_state, of the domain all \"auto\" or none, differs from that on line 1" },
	{ "serve_ptp = ( { interface = \"e0\"; desired_state = \"slave\"; clock_class = 6; } )\n"
	  "sources = ( { protocol = \"ptp\"; interface = \"e0\"; desired_state = \"slave\"; } )",
	  ":2: e0: desired_state = \"slave\": a clock_class below 128 never follows" },
	{ "serve_ptp = ( { interface = \"e0\"; desired_state = \"no\"; } )",
	  ":1: serve_ptp[0].desired_state: \"no\"" },
	{ "ptp_management = true", ":1: ptp_management: is a boolean; write a group" },
	{ "ptp_management = { set = 1; }", ":1: ptp_management.set: is an integer; write" },
	{ "ptp_management = { sett = true; }", ":1: ptp_management.sett: unknown key; " },
	{ "ptp_management = { description = \"a\\nb\"; }",
	  ":1: ptp_management.description: has a control character" },
	{ "protocol = \"dtp\"", ":1: protocol: \"dtp\" is no known protocol; write \"ntp\" or" },
	{ "min_poll = -5", ":1: min_poll: -5 is impossible; write an integer from -4 to 17" },
	{ "max_poll = 18", ":1: max_poll: 18 is impossible" },
	{ "max_poll = 5\nmin_poll = 6", ":2: min_poll: 6 is larger than max_poll = 5" },
	{ "sources = ( { address = \"a\"; min_poll = 7; } )\nmax_poll = 5",
	  ":1: sources[0]: min_poll = 7 is larger than max_poll = 5" },
	{ "max_offset = 0", ":1: max_offset: 0 is impossible" },
	{ "max_offset = -1.5", ":1: max_offset: -1.5 is impossible" },
	{ "max_offset = 1e999", ":1: max_offset: inf is impossible" },
	{ "max_offset = 0.1\nslewthreshold = 0.2", ":2: slewthreshold: 0.2 is larger than" },
	{ "slewthreshold = 1001", ":1: slewthreshold: 1001 is impossible" },
	{ "precision = 1.0", ":1: precision: 1 is impossible" },
	{ "local = { stratum = 16; }", ":1: local.stratum: 16 is impossible" },
	{ "local = { stratum = 0; }", ":1: local.stratum: 0 is impossible" },
	{ "port = 123", ":1: port: only a server has clients" },
	{ "mode = \"server\"; port = 0", ":1: port: 0 is impossible" },
	{ "mode = \"server\"; port = 65536", ":1: port: 65536 is impossible" },
	{ "port = 1; serve_ntp = { port = 1; }", ":1: port: serve_ntp has a port as well" },
	{ "allowclients = [\"10.0.0.0/8\"]", ":1: allowclients: only a server has clients" },
	{ "mode = \"client\"; serve_ntp = {}", ":1: serve_ntp: mode is \"client\"" },
	{ "sources = ( { port = 1; } )", ":1: sources[0]: has no address" },
	{ "sources = ( { address = \"a\"; burst = 17; } )", ":1: sources[0].burst: 17 is" },
	{ "sources = ( { address = \"a\"; priority = 256; } )", ":1: sources[0].priority: 256" },
	{ "sources = ( { address = \"a\"; asymmetry = 11; } )", ":1: sources[0].asymmetry: 11" },
	{ "sources = ( { address = \"a\"; pool_max = 2; } )", ":1: sources[0].pool_max: is of no" },
	{ "sources = ( { address = \"1.2.3.4\"; pool = true; } )",
	  ":1: sources[0]: 1.2.3.4 is an address, which cannot be a pool" },
	{ "sources = ( { address = \"a\"; interface = \"eth0/1\"; } )",
	  ":1: sources[0].interface: \"eth0/1\" is no interface name" },
	{ "timestampinterface = \"a-name-that-is-too-long\"", ":1: timestampinterface: \"a-name" },
	{ "timestampinterface = [\"eth0\", \"eth0\"]", ":1: timestampinterface[1]: \"eth0\" is given"
	  " twice" },
	{ "control_socket = \"run/x\"", ":1: control_socket: \"run/x\" is no absolute path" },
	{ "control_group = \"\"", ":1: control_group: \"\" is no group name" },
	{ "servers = []", ":1: servers: is empty" },
	{ "servers = [\"a\"]\nupstreamservers = [\"b\"]",
	  ":2: upstreamservers: means the same as servers on line 1" },
	{ "upstreamservers = [\"a\"]\nservers = [\"b\"]",
	  ":2: servers: means the same as upstreamservers on line 1" },
	{ "servers = [\"a\",\n\"A\"]", ":2: servers[1]: A is on line 1 already" },
	{ "servers = \"a\"; sources = ({ address = \"a\"; })", ":1: sources[0]: a is on line 1" },
	/* addresses */
	{ "servers = [\"\"]", ":1: servers[0]: is empty" },
	{ "servers = [\"10.0.0.256\"]", ":1: servers[0]: \"10.0.0.256\" is no address" },
	{ "servers = [\"10.0.1\"]", ":1: servers[0]: \"10.0.1\" is no address" },
	{ "servers = [\"1::2::3\"]", ":1: servers[0]: \"1::2::3\" is no IPv6 address" },
	{ "servers = [\"10.0.0.1:123\"]", ":1: servers[0]: \"10.0.0.1:123\" is no IPv6 address" },
	{ "servers = [\"2001:db8::1%eth0\"]", ":1: servers[0]: \"2001:db8::1%eth0\" is no IPv6" },
	{ "servers = [\"fe80::1%\"]", ":1: servers[0]: \"fe80::1%\" is no IPv6" },
	{ "servers = [\"a..b\"]", ":1: servers[0]: \"a..b\" is no host name" },
	{ "servers = [\"-a\"]", ":1: servers[0]: \"-a\" is no host name" },
	{ "servers = [\".\"]", ":1: servers[0]: \".\" is no host name" },
	{ "servers = [\"a b\"]", ":1: servers[0]: \"a b\" is no host name" },
	{ "servers = [\"b\303\274cher.example\"]", ":1: servers[0]: \"b\303\274cher.example\" is no" },
	{ "servers = [\"a\x1b[2J\"]", ":1: servers[0]: \"a\\x1b[2J\" is no host name" },
	/* networks */
	{ "mode = \"server\"; allowclients = [\"10.0.0.0/33\"]",
	  ":1: allowclients[0]: \"10.0.0.0/33\" has a wrong prefix length" },
	{ "mode = \"server\"; allowclients = [\"10.0.0.0/\"]", ":1: allowclients[0]: \"10.0.0.0/\" has" },
	{ "mode = \"server\"; allowclients = [\"10.0.0.0/-1\"]", ":1: allowclients[0]: \"10.0.0.0/-1\" "
	  "has a wrong prefix" },
	{ "mode = \"server\"; allowclients = [\"10.0.0.0/8/8\"]", ":1: allowclients[0]: " },
	{ "mode = \"server\"; allowclients = [\"10.1.0.0/8\"]",
	  ":1: allowclients[0]: \"10.1.0.0/8\" has host bits set; write \"10.0.0.0/8\"" },
	{ "mode = \"server\"; allowclients = [\"fd00::1/64\"]",
	  ":1: allowclients[0]: \"fd00::1/64\" has host bits set; write \"fd00::/64\"" },
	{ "mode = \"server\"; allowclients = [\"example.org\"]", ":1: allowclients[0]: \"example.org\" is"
	  " no network" },
	{ "mode = \"server\"; allowclients = [\"\"]", ":1: allowclients[0]: \"\" is no network" },
	{ "mode = \"server\"; allowclients = [\"10.0.0.0/8\", \"10.0.0.0/8\"]",
	  ":1: allowclients[1]: \"10.0.0.0/8\" is allowed already" },
	{ "serve_ntp = { allow = \"::/0\"; deny = \"::/0\"; }", ":1: serve_ntp.deny: \"::/0\" is allowed" },
	{ "serve_ntp = { bind = [\"localhost\"]; }", ":1: serve_ntp.bind[0]: \"localhost\" is" },
	{ "serve_ntp = { clientloglimit = 1; }", ":1: serve_ntp.clientloglimit: 1 is" },
	{ "serve_ntp = { ratelimit = 1; }", ":1: serve_ntp.ratelimit: is an integer" },
	{ "serve_ntp = { ratelimit = { leak = 0; }; }", ":1: serve_ntp.ratelimit.leak: 0 is" },
};

static void test_bad(void **state)
{
	write_file("fine.conf", "min_poll = 1", 12);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		refused(bad[i][0], bad[i][1]);
}

static void test_nul(void **state)
{
	write_file("t.conf", "step = true\n\0x", 14);
	assert_null(config_load(in_dir("t.conf"), err, sizeof(err)));
	assert_non_null(strstr(err, "t.conf:2: syntax: there is a NUL octet"));
}

static void test_no_file(void **state)
{
	assert_null(config_load("/nonexistent/a.conf", err, sizeof(err)));
	assert_string_equal(err, "/nonexistent/a.conf: file: cannot read /nonexistent/a.conf: "
			    "No such file or directory; give a file that can be read");
	assert_null(config_load(dir, err, sizeof(err)));
	assert_non_null(strstr(err, "is not a regular file"));
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	assert_null(config_load(in_dir("fifo"), err, sizeof(err)));
	assert_non_null(strstr(err, "is not a regular file"));
	/* a short buffer is kept to */
	err[8] = 'x';
	assert_null(config_load("/nonexistent/a.conf", err, 8));
	assert_int_equal(strlen(err), 7);
	assert_int_equal(err[8], 'x');
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

/* A mistake is reported where it stands, also behind an include. */
static void test_include_lines(void **state)
{
	char want[160];

	write_file("inner.conf", "step = true\nmin_poll = 1\n\nbad = 1\n", 34);
	assert_null(load_text("\n@include \"inner.conf\"\n"));
	snprintf(want, sizeof(want), "%s:4: bad: unknown key", in_dir("inner.conf"));
	assert_int_equal(strncmp(err, want, strlen(want)), 0);
	write_file("inner.conf", "step = true\nmin_poll = 1\n\n/**/\n", 31);
	refused("\n@include \"inner.conf\"\n\nbad = 1\n", ":4: bad: unknown key");
	refused("\n@include \"inner.conf\"\nstep = true\n", ":3: step: is given twice");
	write_file("inner.conf", "local = {", 9);
	assert_null(load_text("@include \"inner.conf\"\n}"));
	assert_non_null(strstr(err, "inner.conf:1: syntax: brackets"));
	write_file("inner.conf", "", 0);
	refused("@include \"inner.conf\"\nbad = 1", ":2: bad: unknown key");
}

static void test_bounds(void **state)
{
	static char big[(1 << 20) + 2];
	char *p = big;

	memset(big, '#', sizeof(big) - 1);
	refused(big, ": file: ");
	big[1 << 20] = '\0';
	config_free(load_text(big));
	p += sprintf(p, "servers = [ \"s0\"");
	for (int i = 1; i <= 1024; i++)
		p += sprintf(p, ", \"s%d\"", i);
	strcpy(p, " ]");
	refused(big, ":1: servers: has 1025 entries; at most 1024 are possible");
	p = big + sprintf(big, "serve_ntp = { allow = [ \"::1\"");
	for (int i = 0; i < 4095; i++)
		p += sprintf(p, ", \"10.0.%d.%d\"", i >> 8, i & 255);
	strcpy(p, " ]; deny = \"10.1.0.0/16\"; }");
	refused(big, ":1: serve_ntp.deny: is one too many; at most 4096 are possible");
	p = big + sprintf(big, "servers = [ \"");
	memset(p, 'a', 300);
	strcpy(p + 300, "\" ]");
	refused(big, ":1: servers[0]: is too long");
	p = big + sprintf(big, "control_socket = \"/");
	memset(p, 'a', 107);
	strcpy(p + 107, "\"");
	refused(big, ":1: control_socket: is too long; use at most 107 characters");
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
static void test_ptp(void **state)
{
	struct config *c = load_text(
		"sources = ( { protocol = \"ptp\"; interface = [ \"e0\", \"e1\" ]; priority = 3;\n"
		"  accuracy = 1e-6; acceptable = [ \"001122.fffe.334455\" ]; },\n"
		"  { protocol = \"ptp\"; interface = \"e2\"; profile = \"g8275.1\"; },\n"
		"  { protocol = \"ptp\"; interface = \"e3\"; address = \"10.0.0.1\"; domain = 4; } )\n"
		"serve_ptp = ( { interface = [ \"e1\", \"e4\" ]; priority1 = 7; clock_class = 6; } )\n");
	const struct config_ptp *p = c->ptp;

	assert_int_equal(c->nsource, 0);
	assert_int_equal(c->nptp, 5);
	assert_string_equal(p[0].interface, "e0");
	assert_true(p[0].receive && !p[0].transmit && p[0].priority == 3);
	assert_true(p[0].nacceptable == 1 && p[0].acceptable[0] == 0x001122fffe334455);
	assert_true(fabs(p[0].accuracy_ns - 1000.0) < 1e-6);
	/* the same port as a source and serving */
	assert_string_equal(p[1].interface, "e1");
	assert_true(p[1].receive && p[1].transmit && p[1].priority == 3);
	assert_true(p[1].set.priority1 == 7 && p[1].clock_class == 6 && p[1].nacceptable == 1);
	assert_string_equal(p[2].profile->name, "g8275.1");
	assert_int_equal(p[2].set.domain, 24);
	assert_int_equal(p[3].set.delivery, PTP_UNICAST);
	assert_string_equal(p[3].address[0], "10.0.0.1");
	assert_string_equal(p[4].interface, "e4");
	assert_true(!p[4].receive && p[4].transmit && p[4].accuracy_ns < 0);
	assert_true(config_ptp_equal(&p[0], &p[0]));
	assert_false(config_ptp_equal(&p[0], &p[1]));
	config_free(c);
}

/* Serving by unicast, whichever of the two entries of one port comes first */
static void test_ptp_unicast(void **state)
{
	struct config *c = load_text(
		"serve_ptp = ( { interface = [ \"e0\", \"e1\" ]; transport = \"ipv4\";\n"
		"  delivery = \"unicast\"; unicast_clients = 131072; unicast_rate = 5000;\n"
		"  open_delay_requests = true; sptp = true; csptp = true; csptp_domain = 3;\n"
		"  allow = [ \"10.0.0.0/8\", \"fd00::/8\" ]; deny = [ \"10.1.0.0/16\" ]; } )\n"
		"sources = ( { protocol = \"ptp\"; interface = \"e1\"; transport = \"ipv4\";\n"
		"  address = \"10.0.0.1\"; query_interval = 3; all_transmitters = true; } )\n");
	const struct config_ptp *p = c->ptp;

	assert_int_equal(c->nptp, 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct config_ptp_serve *s = &p[i].serve;

		assert_true(p[i].transmit && p[i].receive == (i == 1));
		assert_int_equal(s->clients, 131072);
		assert_int_equal(s->rate, 5000);
		assert_true(s->open_delay && s->sptp && s->csptp && s->csptp_domain == 3);
		assert_int_equal(s->nacl, 3);
		assert_true(s->acl[1].allow && s->acl[1].family == AF_INET6 && !s->acl[2].allow);
	}
	assert_true(p[0].serve.acl != p[1].serve.acl);
	assert_int_equal(p[1].naddress, 1);
	assert_true(p[1].log_query == 3 && p[1].all_transmitters && !p[1].csptp);
	config_free(c);
	c = load_text("serve_ptp = { interface = \"e0\"; }\n");
	assert_int_equal(c->ptp[0].serve.clients, 4096);
	assert_int_equal(c->ptp[0].serve.csptp_domain, 128);
	assert_true(!c->ptp[0].serve.rate && !c->ptp[0].serve.nacl && !c->ptp[0].serve.open_delay);
	config_free(c);
}

/* What a grandmaster for media tells */
static void test_ptp_smpte(void **state)
{
	struct config *c = load_text("serve_ptp = { interface = \"e0\"; profile = \"st2059-2\";\n"
				     "  smpte = { frame_rate = \"30000/1001\"; drop_frame = true;\n"
				     "    daily_jam = \"02:03:04\"; }; }\n");
	const struct ptp_smpte_config *s = &c->ptp[0].serve.smpte;

	assert_int_equal(s->frame_rate, 30000);
	assert_int_equal(s->frame_rate_base, 1001);
	assert_true(s->drop_frame && !s->color_frame);
	assert_int_equal(s->jam_s, 2 * 3600 + 3 * 60 + 4);
	assert_true(config_ptp_equal(&c->ptp[0], &c->ptp[0]));
	config_free(c);
	c = load_text("serve_ptp = { interface = \"e0\"; profile = \"st2059-2\";\n"
		      "  smpte = { frame_rate = \"25\"; }; }\n");
	assert_int_equal(c->ptp[0].serve.smpte.jam_s, PTP_SMPTE_NO_JAM);
	config_free(c);
}

static void test_ptp_management(void **state)
{
	struct config *c = load_text("sources = ( { address = \"10.0.0.1\"; } )\n");

	/* who is not asked: the network may read, and change nothing */
	assert_true(c->ptp_management.get);
	assert_false(c->ptp_management.set || c->ptp_management.command);
	assert_null(c->ptp_management.description);
	config_free(c);
	c = load_text("sources = ( { address = \"10.0.0.1\"; } )\n"
		      "ptp_management = { get = false; set = true; description = \"rack 4\"; }\n");
	assert_true(!c->ptp_management.get && c->ptp_management.set && !c->ptp_management.command);
	assert_string_equal(c->ptp_management.description, "rack 4");
	config_free(c);
}

/* Domains over the same sockets, and two instances that differ in their sdoId only */
static void test_ptp_domains(void **state)
{
	struct config *c = load_text(
		"serve_ptp = ( { interface = \"e0\"; dscp_event = 46; },\n"
		"  { interface = \"e0\"; domain = 24; },\n"
		"  { interface = \"e0\"; profile = \"802.1as\"; } )\n"
		"sources = ( { protocol = \"ptp\"; interface = \"e0\"; domain = 24; } )\n");

	assert_int_equal(c->nptp, 3);
	for (unsigned int i = 0; i < c->nptp; i++)
		for (unsigned int k = 0; k < c->nptp; k++)
			assert_int_equal(config_ptp_same_instance(&c->ptp[i], &c->ptp[k]), i == k);
	config_free(c);
}

static void test_ptp_simple(void **state)
{
	struct config *c = load_text("protocol = \"ptp\"\nupstreamservers = [ \"10.0.0.1\", \"10.0.0.2\" ]\n"
				"timestampinterface = \"e0\"\n");

	assert_int_equal(c->nptp, 1);
	assert_int_equal(c->nsource, 0);
	assert_true(c->ptp[0].receive && c->ptp[0].set.delivery == PTP_UNICAST);
	assert_int_equal(c->ptp[0].naddress, 2);
	config_free(c);
	c = load_text("timestampinterface = \"e0\"\nprotocol = \"ptp\"\n");
	assert_int_equal(c->nptp, 1);
	assert_int_equal(c->ptp[0].set.delivery, PTP_MULTICAST);
	config_free(c);
}

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

static int setup(void **state)
{
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	static const char *const files[] = { "t.conf", "fine.conf", "inner.conf", "fifo" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlink(in_dir(files[i]));
	return rmdir(dir);
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
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_include_lines),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_source_equal),
		cmocka_unit_test(test_ptp),
		cmocka_unit_test(test_ptp_unicast),
		cmocka_unit_test(test_ptp_smpte),
		cmocka_unit_test(test_ptp_management),
		cmocka_unit_test(test_ptp_domains),
		cmocka_unit_test(test_ptp_simple),
		cmocka_unit_test(test_documented),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
