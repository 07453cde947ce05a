// SPDX-License-Identifier: GPL-2.0-or-later
/* Against a DNS server of our own in the same event loop, on loopback. */
#include "os/resolver.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

static struct event_base *base;
static struct evdns_server_port *server;
static evutil_socket_t server_fd;
static unsigned int asked;
static char dir[] = "/tmp/ats-resolver.XXXXXX";
static char conf[64], hosts[64];

static struct {
	unsigned int calls, n;
	int error;
	struct sockaddr_storage addr[RESOLVER_MAX];
} answer;

static void serve(struct evdns_server_request *req, void *arg)
{
	struct in_addr a[2] = { { htonl(0x7f000002) }, { htonl(0x7f000003) } };
	struct in6_addr a6 = in6addr_loopback;
	int i, error = DNS_ERR_NOTEXIST;

	asked++;
	for (i = 0; i < req->nquestions; i++) {
		const struct evdns_server_question *q = req->questions[i];

		if (!strcasecmp(q->name, "silent.test")) {
			evdns_server_request_drop(req);
			return;
		}
		if (strcasecmp(q->name, "pool.test"))
			continue;
		error = 0;
		if (q->type == EVDNS_TYPE_A)
			evdns_server_request_add_a_reply(req, q->name, 2, a, 60);
		else if (q->type == EVDNS_TYPE_AAAA)
			evdns_server_request_add_aaaa_reply(req, q->name, 1, &a6, 60);
	}
	evdns_server_request_respond(req, error);
}

static void on_answer(void *ctx, int error, const struct sockaddr_storage *list, unsigned int n)
{
	answer.calls++;
	answer.error = error;
	answer.n = n;
	memcpy(answer.addr, list, n * sizeof(*list));
	event_base_loopbreak(base);
}

static void write_file(const char *path, const char *format, unsigned int port)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f, format, port);
	assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);

	memset(&answer, 0, sizeof(answer));
	asked = 0;
	base = event_base_new();
	server_fd = socket(AF_INET, SOCK_DGRAM, 0);
	evutil_make_socket_nonblocking(server_fd);
	if (bind(server_fd, (struct sockaddr *)&sin, len) ||
	    getsockname(server_fd, (struct sockaddr *)&sin, &len))
		return -1;
	server = evdns_add_server_port_with_base(base, server_fd, 0, serve, NULL);
	write_file(conf, "nameserver 127.0.0.1:%u\noptions attempts:1\n", ntohs(sin.sin_port));
	write_file(hosts, "127.0.0.7 printer.test\n", 0);
	return 0;
}

static int teardown(void **state)
{
	/* deferred work of libevent frees what was cancelled */
	event_base_loop(base, EVLOOP_NONBLOCK);
	evdns_close_server_port(server);
	event_base_loop(base, EVLOOP_NONBLOCK);
	close(server_fd);
	event_base_free(base);
	return 0;
}

static void lookup(struct resolver *r, const char *name)
{
	unsigned int calls = answer.calls;

	assert_non_null(resolver_lookup(r, name, on_answer, NULL));
	assert_int_equal(answer.calls, calls);
	event_base_dispatch(base);
	assert_int_equal(answer.calls, calls + 1);
}

static unsigned int count_family(int family)
{
	unsigned int i, n = 0;

	for (i = 0; i < answer.n; i++)
		n += answer.addr[i].ss_family == family;
	return n;
}

static void test_both_families(void **state)
{
	struct resolver *r = resolver_new(base, conf, hosts);

	lookup(r, "pool.test");
	assert_int_equal(answer.error, 0);
	assert_int_equal(count_family(AF_INET), 2);
	/* without IPv6 the address has no route and is left out */
	assert_true(count_family(AF_INET6) <= 1);
	assert_int_equal(((struct sockaddr_in *)&answer.addr[0])->sin_port, 0);
	resolver_free(r);
}

static void test_unknown_name(void **state)
{
	struct resolver *r = resolver_new(base, conf, hosts);

	lookup(r, "nobody.test");
	assert_int_equal(answer.n, 0);
	assert_int_not_equal(answer.error, 0);
	assert_true(strlen(resolver_error(answer.error)) > 5);
	resolver_free(r);
}

static void test_bad_names(void **state)
{
	struct resolver *r = resolver_new(base, conf, hosts);
	char longest[300];

	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	lookup(r, "");
	assert_int_equal(answer.error, EVUTIL_EAI_NONAME);
	lookup(r, "two words");
	assert_int_equal(answer.error, EVUTIL_EAI_NONAME);
	lookup(r, longest);
	assert_int_equal(answer.error, EVUTIL_EAI_NONAME);
	assert_int_equal(asked, 0);
	resolver_free(r);
}

static void test_hosts_file_and_its_change(void **state)
{
	struct resolver *r = resolver_new(base, conf, hosts);

	lookup(r, "printer.test");
	assert_int_equal(answer.n, 1);
	assert_int_equal(asked, 0);
	assert_int_equal(((struct sockaddr_in *)&answer.addr[0])->sin_addr.s_addr,
			 htonl(0x7f000007));
	write_file(hosts, "127.0.0.9 printer.test # moved\n", 0);
	lookup(r, "printer.test");
	assert_int_equal(((struct sockaddr_in *)&answer.addr[0])->sin_addr.s_addr,
			 htonl(0x7f000009));
	resolver_free(r);
}

/* A query of the old configuration goes on while a new one is in use. */
static void test_resolv_conf_change_under_way(void **state)
{
	struct resolver *r = resolver_new(base, conf, hosts);
	struct resolver_query *q = resolver_lookup(r, "silent.test", on_answer, NULL);
	char text[64] = "";
	FILE *f = fopen(conf, "r");

	assert_non_null(q);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	f = fopen(conf, "w");
	fprintf(f, "# new\n%s", text);
	fclose(f);
	lookup(r, "pool.test");
	assert_true(answer.n >= 2);
	resolver_cancel(q);
	resolver_free(r);
	assert_int_equal(answer.calls, 1);
}

static void test_cancel(void **state)
{
	struct resolver *r = resolver_new(base, conf, hosts);
	struct resolver_query *q = resolver_lookup(r, "pool.test", on_answer, NULL);

	resolver_cancel(q);
	q = resolver_lookup(r, "printer.test", on_answer, NULL);
	resolver_cancel(q);
	assert_non_null(resolver_lookup(r, "silent.test", on_answer, NULL));
	assert_non_null(resolver_lookup(r, "printer.test", on_answer, NULL));
	resolver_free(r);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(answer.calls, 0);
}

/* Nothing is opened for a daemon that has addresses only. */
static void test_lazy(void **state)
{
	struct resolver *r = resolver_new(base, "/nonexistent/resolv.conf", "/nonexistent/hosts");

	assert_non_null(r);
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 1);
	resolver_free(r);
}

static int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(conf, sizeof(conf), "%s/resolv.conf", dir);
	snprintf(hosts, sizeof(hosts), "%s/hosts", dir);
	return 0;
}

static int remove_dir(void **state)
{
	unlink(conf);
	unlink(hosts);
	return rmdir(dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_families),
		TEST(test_unknown_name),
		TEST(test_bad_names),
		TEST(test_hosts_file_and_its_change),
		TEST(test_resolv_conf_change_under_way),
		TEST(test_cancel),
		TEST(test_lazy),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
