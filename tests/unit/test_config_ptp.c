// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration of PTP: what loads, with which values, and what each mistake says. */
#define _GNU_SOURCE
#include "config/config.h"

#include "config_lab.h"

/* text, and what the message begins with behind the file name */
static const char *const bad_ptp[][2] = {
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
};

static void test_bad_ptp(void **state)
{
	refuse_all(bad_ptp, ARRAY_SIZE(bad_ptp));
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_ptp),
		cmocka_unit_test(test_ptp),
		cmocka_unit_test(test_ptp_unicast),
		cmocka_unit_test(test_ptp_smpte),
		cmocka_unit_test(test_ptp_management),
		cmocka_unit_test(test_ptp_domains),
		cmocka_unit_test(test_ptp_simple),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
