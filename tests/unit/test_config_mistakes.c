// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration: what does not load, and what each mistake says. */
#define _GNU_SOURCE
#include "config/config.h"

#include "config_lab.h"

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
	refuse_all(bad, ARRAY_SIZE(bad));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_include_lines),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
