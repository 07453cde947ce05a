// SPDX-License-Identifier: GPL-2.0-or-later
/* as-timesyncctl as a whole, and its formatting. */
#define _GNU_SOURCE
#include "ctl_lab.h"

static void test_format(void **state)
{
	static const struct {
		double v;
		const char *time, *offset, *ratio, *duration;
	} t[] = {
		{ 0, "0 ns", "+0 ns", "+0.00 ppb", "0 ns" },
		{ 1e-9, "1 ns", "+1 ns", "+1.00 ppb", "1 ns" },
		{ -1.234e-8, "-12.3 ns", "-12.3 ns", "-12.34 ppb", "-" },
		{ 9.996e-7, "1 us", "+1 us", "+1.000 ppm", "1 us" },
		{ 1.2345e-6, "1.23 us", "+1.23 us", "+1.234 ppm", "1.23 us" },
		{ 1.2e-4, "120 us", "+120 us", "+120.000 ppm", "120 us" },
		{ 0.0625, "62.5 ms", "+62.5 ms", "+62500.000 ppm", "62.5 ms" },
		{ 1, "1 s", "+1 s", "+1000000.000 ppm", "1 s" },
		{ 64, "64 s", "+64 s", NULL, "1 min 4 s" },
		{ 120, "120 s", "+120 s", NULL, "2 min" },
		{ 1024, "1024 s", "+1024 s", NULL, "17 min 4 s" },
		{ 11520, "11520 s", NULL, NULL, "3 h 12 min" },
		{ 100000, NULL, NULL, NULL, "1 d 3 h" },
		{ NAN, "-", "-", "-", "-" },
		{ -INFINITY, "-", "-", "-", "-" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		if (t[i].time)
			assert_string_equal(format_time(t[i].v).s, t[i].time);
		if (t[i].offset)
			assert_string_equal(format_offset(t[i].v).s, t[i].offset);
		if (t[i].ratio)
			assert_string_equal(format_ratio(t[i].v).s, t[i].ratio);
		if (t[i].duration)
			assert_string_equal(format_duration(t[i].v).s, t[i].duration);
	}
}

static void test_members(void **state)
{
	json_t *o = json_pack("{s:s, s:n, s:s, s:f, s:s}", "a", "x\x1b]0;y\x07\x7f", "b", "c", "",
			      "d", 1e-3, "e", "\xc2\x9b" "2J\xe2\x80\xae\xc3\xa9");

	assert_string_equal(member_text(o, "a").s, "x\\x1b]0;y\\x07\\x7f");
	assert_string_equal(member_text(o, "b").s, "-");
	assert_string_equal(member_text(o, "c").s, "-");
	assert_string_equal(member_text(o, "d").s, "-");
	/* C1 controls and overrides of the direction, but not letters */
	assert_string_equal(member_text(o, "e").s, "\\xc2\\x9b2J\\xe2\\x80\\xae\xc3\xa9");
	assert_string_equal(member_time(o, "a").s, "-");
	assert_string_equal(member_time(o, "d").s, "1 ms");
	assert_string_equal(member_time(o, "none").s, "-");
	assert_string_equal(member_time(NULL, "none").s, "-");
	json_decref(o);
}

static void print_table(unsigned int width)
{
	static const struct column columns[] = {
		{ "NAME", false, 0 }, { "LESS", true, 1 }, { "MORE", true, 2 },
	};
	struct ctl c = { .width = width };
	struct table *t = table_new(columns, 3);

	free(out);
	c.out = open_memstream(&out, &outlen);
	table_add(t, (struct text){ "a-name-of-24-characters-" });
	table_add(t, (struct text){ "1" });
	table_add(t, (struct text){ "22222" });
	table_add(t, (struct text){ "\xc3\xa9" });
	table_add(t, (struct text){ "333" });
	table_add(t, (struct text){ "4" });
	table_print(t, &c);
	table_free(t);
	fclose(c.out);
}

static void test_table(void **state)
{
	print_table(0);
	assert_string_equal(out, "NAME                      LESS   MORE\n"
				 "a-name-of-24-characters-     1  22222\n"
				 "\xc3\xa9                          333      4\n");
	print_table(34);
	assert_string_equal(out, "NAME                   LESS   MORE\n"
				 "a-name-of-24-charact~     1  22222\n"
				 "\xc3\xa9                       333      4\n");
	print_table(24);
	assert_string_equal(out, "NAME               MORE\n"
				 "a-name-of-24-ch~  22222\n"
				 "\xc3\xa9                     4\n");
	print_table(3);
	assert_string_equal(out, "NAME\na-name-of-24-ch~\n\xc3\xa9\n");
}

static void test_status(void **state)
{
	assert_int_equal(RUN("status"), CTL_OK);
	has(out, "Clock          synchronised to time.example (10.0.1.10), stratum 2 here\n");
	has(out, "Maximum error  1.2 ms\n");
	has(out, "Offset left    +3.1 us, standard error 200 ns\n");
	has(out, "Frequency      -12.346 ppm, standard error 2.00 ppb\n");
	has(out, "Last update    3.2 s ago\n");
	has(out, "Leap second    none pending, TAI - UTC 37 s\n");
	has(out, "Sources        2 of 4 in use\n");
	has(out, "               falseticker  liar.example (192.0.2.1): Its time is outside");
	has(out, "unreachable  evil\\x1b[2J\\xe2\\x80\\xae.example: It has not answered\\x0athe last");
	has(out, "Serving        2 clients, 5000 requests, 40 denied, 60 rate limited\n");
	has(out, "as-timesyncd 0.1.0, running for 3 h 12 min, /etc/as-timesync/config.conf\n");
	assert_string_equal(err, "");
}

static void test_sources(void **state)
{
	assert_int_equal(RUN("sources"), CTL_OK);
	has(out, "STATE        SOURCE                           PROTO  ST  POLL  REACH     AGE   "
		 "OFFSET    DELAY  JITTER  MAX ERR  STAMPS\n");
	has(out, "selected     time.example (10.0.1.10)         ntp     1   1 s    377  600 ms  "
		 "+3.1 us   182 us  4.2 us  1.23 ms  kernel +i\n");
	has(out, "combined     2001:db8::123                    ntp     1  64 s    376  600 ms  "
		 "-412 us  21.3 ms  310 us  1.23 ms  hw\n");
	has(out, "user/kernel +i\n");
	has(out, "unreachable  evil\\x1b[2J\\xe2\\x80\\xae.example  ntp     -   1 s    000       -  "
		 "      -        -       -        -  none\n");
	has(out, "\nfalseticker  liar.example (192.0.2.1): Its time is outside of what");
}

static void test_peers(void **state)
{
	assert_int_equal(RUN("peers"), CTL_OK);
	has(out, "selected  time.example (10.0.1.10)        4   1 s  400 ms    377   120  "
		 "     118      110            2  -    bogus_origin 3, duplicate 1\n");
}

static void test_tracking(void **state)
{
	assert_int_equal(RUN("tracking"), CTL_OK);
	has(out, "Reference      2026-11-22T02:03:07.123456789Z\n");
	has(out, "Steps          1, the last by -300 ms\n");
	has(out, "Slewing by     +0.100 ppm\n");
}

static void test_clients(void **state)
{
	assert_int_equal(RUN("clients"), CTL_OK);
	has(out, "ADDRESS   REQUESTS  DROPPED  INTERVAL     LAST  MODE\n"
		 "10.0.0.5      1234        5      64 s     12 s  interleaved\n"
		 "fd00::5          1        0         -  1 d 3 h  basic\n"
		 "2 clients\n");
}

static void test_serverstats(void **state)
{
	assert_int_equal(RUN("serverstats"), CTL_OK);
	has(out, "Requests                 5000\n");
	has(out, "  transmit  hardware 0, kernel 999, user 1\n");
	has(out, "Kernel module\n  state                  serving\n");
	has(out, "  replies                4000\n  left to the daemon     12\n");
}

static void test_changes(void **state)
{
	assert_int_equal(RUN("reload"), CTL_OK);
	assert_string_equal(out, "Configuration reloaded; sources: 4 kept, 1 added, 3 changed, 2 "
				 "removed\nChanged, but in force only after a restart: state_dir, "
				 "control_socket\n");
	assert_int_equal(RUN("online"), CTL_OK);
	assert_string_equal(out, "4 sources are online now, 1 of them were not before\n");
	assert_int_equal(RUN("offline", "time.example"), CTL_OK);
	assert_int_equal(RUN("offline", "other\x1b.example"), CTL_REFUSED);
	assert_string_equal(err, "as-timesyncctl: there is no source \"other\\x1b.example\"\n");
	assert_int_equal(RUN("step"), CTL_USAGE);
	has(err, "as-timesyncctl step --yes");
	assert_int_equal(RUN("step", "--yes"), CTL_OK);
	assert_string_equal(out, "Clock stepped by -12.3 ms\n");
}

static void test_json(void **state)
{
	static const char *const verbs[] = {
		"status", "tracking", "sources", "peers", "clients", "serverstats",
	};
	json_t *answers = json_load_file("tests/data/control/answers.json", 0, NULL);

	assert_non_null(answers);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		json_t *got, *version;

		assert_int_equal(RUN(verbs[i], "--json"), CTL_OK);
		assert_ptr_equal(strchr(out, '\n'), out + outlen - 1);
		got = json_loads(out, 0, NULL);
		version = json_object_get(got, "version");
		assert_int_equal(json_integer_value(version), 1);
		assert_true(json_equal(json_object_get(got, verbs[i]),
				       json_object_get(answers, verbs[i])));
		json_decref(got);
	}
	json_decref(answers);
	assert_int_equal(RUN("-j", "offline", "x"), CTL_REFUSED);
	assert_string_equal(out, "{\"version\":1,\"error\":{\"code\":\"not_found\",\"message\":"
				 "\"there is no source \\\"x\\\"\"}}\n");
	assert_string_equal(err, "");
}

static void test_watch(void **state)
{
	const char *second;

	assert_int_equal(RUN("watch", "--count", "2", "--interval", "0.1"), CTL_OK);
	has(out, "2026-11-22T02:03:10.000000000Z  synchronised to time.example");
	second = strstr(out + 1, "2026-11-22");
	assert_non_null(second);
	has(second, "falseticker  liar.example");
	assert_int_equal(RUN("watch", "-j", "-n", "2", "-i", "0.1"), CTL_OK);
	assert_ptr_equal(memrchr(out, '\n', outlen - 1), strchr(out, '\n'));
}

static void test_usage(void **state)
{
	assert_int_equal(RUN(NULL), CTL_USAGE);
	has(err, "Usage:");
	assert_int_equal(RUN("--help"), CTL_OK);
	has(out, "Usage:");
	assert_int_equal(RUN("--version"), CTL_OK);
	assert_string_equal(out, "as-timesyncctl " ATS_VERSION "\n");
	assert_int_equal(RUN("stat\x1bus"), CTL_USAGE);
	assert_string_equal(err, "as-timesyncctl: there is no verb stat\\x1bus; see as-timesyncctl "
				 "--help\n");
	assert_int_equal(RUN("status", "x"), CTL_USAGE);
	assert_int_equal(RUN("kernel", "--help"), CTL_OK);
	has(out, "Usage: as-timesyncctl kernel");
	assert_int_equal(RUN("kernel", "--nonsense"), CTL_USAGE);
	assert_int_equal(RUN("kernel", "stat\x1bus"), CTL_USAGE);
	has(err, "kernel knows no stat\\x1bus;");
	assert_int_equal(RUN("kernel", "--json", "nonsense"), CTL_USAGE);
	assert_int_equal(RUN("online", "x", "y"), CTL_USAGE);
	assert_int_equal(RUN("status", "--yes"), CTL_USAGE);
	assert_int_equal(RUN("step", "--count", "1"), CTL_USAGE);
	assert_int_equal(RUN("watch", "--count", "0"), CTL_USAGE);
	assert_int_equal(RUN("watch", "--count", "1.5"), CTL_USAGE);
	assert_int_equal(RUN("watch", "--count"), CTL_USAGE);
	assert_int_equal(RUN("watch", "--interval", "1x"), CTL_USAGE);
	assert_int_equal(RUN("watch", "--interval", "nan"), CTL_USAGE);
	assert_int_equal(RUN("--nonsense"), CTL_USAGE);
}

static void test_unreachable(void **state)
{
	char longest[200];
	int fd;

	assert_int_equal(RUN_RAW("status"), CTL_UNREACHABLE);
	has(err, "the daemon is not running");
	has(err, "sudo systemctl start as-timesync");
	/* nobody listens any more */
	fd = listen_at(raw_path);
	close(fd);
	assert_int_equal(RUN_RAW("watch"), CTL_UNREACHABLE);
	has(err, "the daemon is not running");
	unlink(raw_path);
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(run_at(longest, (const char *const[]){ "status", NULL }), CTL_UNREACHABLE);
	has(err, "File name too long");
	if (geteuid())
		skip();
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(setgroups(0, NULL) | setegid(65534) | seteuid(65534), 0);
	assert_int_equal(RUN("status"), CTL_UNREACHABLE);
	assert_int_equal(seteuid(0) | setegid(0) | chmod(dir, 0700), 0);
	has(err, "permission denied");
	has(err, "run it with sudo");
}

static void test_odd_answers(void **state)
{
	static const struct {
		const char *text;
		int want;
		const char *says;
	} t[] = {
		{ "", CTL_UNREACHABLE, "hung up" },
		{ "{\"version\":1", CTL_UNREACHABLE, "hung up" },
		{ "nonsense\n", CTL_UNREACHABLE, "does not speak" },
		{ "[]\n", CTL_UNREACHABLE, "does not speak" },
		{ "{\"version\":2,\"status\":{}}\n", CTL_UNREACHABLE, "does not speak" },
		{ "{\"version\":1,\"sources\":{}}\n", CTL_UNREACHABLE, "does not speak" },
		{ "{\"version\":1,\"error\":{\"code\":\"not_permitted\",\"message\":\"no \\u001b[m\"}}\n",
		  CTL_REFUSED, "no \\x1b[m\n" },
		{ "{\"version\":1,\"error\":7}\n", CTL_REFUSED, "does not say why" },
		/* of the wrong types throughout */
		{ "{\"version\":1,\"status\":7}\n", CTL_OK, "" },
		{ "{\"version\":1,\"status\":{\"sources\":[1,null,{\"state\":[],\"reach\":1e300}],"
		  "\"tracking\":[],\"serverstats\":\"x\",\"daemon\":{\"uptime\":-1e300}}}\n", CTL_OK, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		pid_t pid = start_raw(t[i].text);

		assert_int_equal(RUN_RAW("status"), t[i].want);
		has(err, t[i].says);
		stop(pid);
		unlink(raw_path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_tracking),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_serverstats),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_odd_answers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
