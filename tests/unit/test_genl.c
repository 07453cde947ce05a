// SPDX-License-Identifier: GPL-2.0-or-later
/* Generic netlink below a kernel that may answer anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fake_kernel.h"
#include "kernel/caps.h"
#include "kernel/module_client.h"
#include "kernel/module_iface.h"
#include "kernel/module_reply.h"
#include "kernel/module_server.h"
#include "kernel/module_servo.h"

static struct genl *open_found(void)
{
	struct genl *g;
	int r;

	g = fake_genl(NULL, &r);
	assert_non_null(g);
	assert_int_equal(genl_find_family(g, ATS_GENL_NAME, false), 0);
	return g;
}

static int setup(void **state)
{
	fake_kernel_reset();
	fk.loaded = true;
	return 0;
}

static void test_finds_families(void **state)
{
	struct genl *g = open_found();

	assert_int_equal(genl_join(g, "reply"), 0);
	assert_int_equal(fk.socket[0].groups[0], FAKE_GROUP_REPLY);
	assert_int_equal(genl_join(g, "rep"), -ENOENT);
	assert_int_equal(genl_find_family(g, ATS_GENL_NAME, true), 0);
	assert_int_equal(genl_find_family(g, "as_time", false), -ENOENT);
	fk.loaded = false;
	assert_int_equal(genl_find_family(g, ATS_GENL_NAME, false), -ENOENT);
	assert_int_equal(genl_find_family(g, ATS_GENL_NAME, true), -ENOENT);
	assert_string_equal(genl_error(g), "the kernel has no family as_timesync");
	/* and then nothing is sent to whoever has the number 0 */
	assert_int_equal(genl_request(g, genl_message(g, 1, 0), NULL, NULL), -ENOENT);
	genl_close(g);
	assert_int_equal(fake_sockets_open(), 0);
}

static void test_no_netlink(void **state)
{
	int r = 0;

	fk.no_netlink = true;
	assert_null(fake_genl(NULL, &r));
	assert_int_equal(r, -EINVAL);
}

static void test_words_of_a_refusal(void **state)
{
	struct genl *g = open_found();

	fk.refuse[ATS_CMD_STATE_DEL] = -ERANGE;
	fk.refuse_text = "too far; at most 3";
	assert_int_equal(module_state_del(g, false), -ERANGE);
	assert_string_equal(genl_error(g), "too far; at most 3");
	fk.refuse_text = NULL;
	assert_int_equal(module_state_del(g, false), -ERANGE);
	assert_string_equal(genl_error(g), strerror(ERANGE));
	fk.refuse[ATS_CMD_STATE_DEL] = 0;
	assert_int_equal(module_state_del(g, false), 0);
	genl_close(g);
}

static void test_never_waits(void **state)
{
	struct genl *g = open_found();

	fk.mute = true;
	assert_int_equal(module_state_del(g, false), -EIO);
	assert_string_equal(genl_error(g), "the kernel does not answer");
	fk.mute = false;
	assert_int_equal(module_state_del(g, false), 0);
	genl_close(g);
}

/* What was given up is not taken for the answer to the next request. */
static void test_late_answers(void **state)
{
	struct genl *g = open_found();

	fake_ack(&fk.socket[0], 0xdead, -EPERM, NULL);
	fake_ack(&fk.socket[0], 1, -EPERM, NULL);
	assert_int_equal(module_state_del(g, false), 0);
	genl_close(g);
}

static void test_caps(void **state)
{
	struct genl *g = open_found();
	struct kernel_caps caps;

	fk.features = ATS_FEATURE_SERVO;
	assert_int_equal(kernel_caps_get(g, &caps), 0);
	assert_string_equal(caps.release, "9.9");
	assert_int_equal(caps.features, ATS_FEATURE_SERVO);
	fk.api_version = AS_TIMESYNC_API_VERSION + 1;
	assert_int_equal(kernel_caps_get(g, &caps), -EPROTONOSUPPORT);
	genl_close(g);
}

static int stop_after(void *ctx, const struct genl_reply *r)
{
	return !--*(int *)ctx;
}

static void test_lists(void **state)
{
	struct genl *g = open_found();
	struct module_clients *l;
	struct module_client c;
	int left = 3;
	u32 n;

	fk.clients = 5;
	assert_int_equal(genl_dump(g, genl_message(g, ATS_CMD_CLIENT_GET, 0), stop_after, &left), 0);
	assert_int_equal(left, 0);
	/* the rest of it is not in the way */
	assert_int_equal(module_state_del(g, false), 0);

	l = module_clients_open(g);
	for (n = 0; module_clients_next(l, &c) == 1; n++) {
		assert_int_equal(c.requests, 100 + n);
		assert_int_equal(c.addr[15], n);
		assert_int_equal(module_clients_position(l), n + 1);
	}
	assert_int_equal(n, 5);
	assert_int_equal(module_clients_next(l, &c), 0);
	module_clients_close(l);

	fk.refuse[ATS_CMD_CLIENT_GET] = -EPERM;
	l = module_clients_open(open_found());
	assert_int_equal(module_clients_next(l, &c), -EPERM);
	module_clients_close(l);
	assert_int_equal(fake_sockets_open(), 0);
}

static void remember(void *ctx, const char *name, bool came)
{
	if (!strcmp(name, ATS_GENL_NAME))
		*(int *)ctx = came;
}

static void test_watch(void **state)
{
	struct genl *g;
	int r, came = -1;

	g = fake_genl(NULL, &r);
	assert_int_equal(genl_watch(g), 0);
	assert_int_equal(genl_watch_receive(g, remember, &came), 0);
	assert_int_equal(came, -1);
	fake_load(false);
	assert_int_equal(genl_watch_receive(g, remember, &came), 0);
	assert_int_equal(came, 0);
	fake_load(true);
	assert_int_equal(genl_watch_receive(g, remember, &came), 0);
	assert_int_equal(came, 1);
	genl_close(g);
}

static void test_values(void **state)
{
	struct nl_msg *msg = fake_message(FAKE_FAMILY, 0, 1, 0);
	struct genl_reply r = { 0 };
	u8 v8 = 1, binary[4];
	u32 v32 = 1;
	u64 v64 = 1;
	char text[4];

	nla_put_u32(msg, 1, 0x12345678);
	nla_put_u64(msg, 2, 7);
	nla_put(msg, 3, 5, "abcde");	/* no string at all */
	nla_put(msg, 4, 0, NULL);
	nla_put_u8(msg, 5, 1);
	assert_int_equal(nlmsg_parse(nlmsg_hdr(msg), GENL_HDRLEN, r.attr, GENL_ATTR_MAX, NULL), 0);
	assert_true(genl_get_u32(&r, 1, &v32));
	assert_int_equal(v32, 0x12345678);
	assert_false(genl_get_u64(&r, 1, &v64));
	assert_false(genl_get_u8(&r, 1, &v8));
	assert_false(genl_get_u32(&r, 9, &v32));
	assert_false(genl_get_u32(&r, 4, &v32));
	assert_int_equal(v8, 1);
	assert_int_equal(v64, 1);
	assert_true(genl_get_u64(&r, 2, &v64));
	assert_int_equal(v64, 7);
	assert_true(genl_get_string(&r, 3, text, sizeof(text)));
	assert_string_equal(text, "abc");
	assert_true(genl_get_string(&r, 4, text, sizeof(text)));
	assert_string_equal(text, "");
	assert_false(genl_get_binary(&r, 3, binary, sizeof(binary)));
	assert_true(genl_get_flag(&r, 4));
	assert_false(genl_get_flag(&r, 8));
	nlmsg_free(msg);
}

/* An id that is missing or has another length is no id. */
static void test_attributes_missing(void **state)
{
	static const u8 shorts[] = { 0, 1, 2, 3, 5, 8 };
	struct genl *g = open_found();
	struct module_reply reply;
	u32 id = 7;

	for (size_t i = 0; i < ARRAY_SIZE(shorts); i++) {
		struct nl_msg *msg = fake_message(FAKE_FAMILY, 0, ATS_CMD_REPLY_ATTACH, 0);

		if (i)
			nla_put(msg, ATS_A_REPLY_ID, shorts[i], "12345678");
		fk.raw = nlmsg_hdr(msg);
		fk.raw_len = nlmsg_hdr(msg)->nlmsg_len;
		assert_int_equal(module_reply_attach_socket(g, 3, &id), -EBADMSG);
		assert_int_equal(id, 0);
		nlmsg_free(msg);
	}
	fk.raw = NULL;
	assert_int_equal(module_reply_attach_socket(g, 3, &id), 0);
	assert_int_equal(id, 1);
	assert_false(module_reply_parse(&(struct genl_reply){ .command = ATS_CMD_REPLY_GET },
					&reply));
	genl_close(g);
}

static void ignore_reply(void *ctx, const struct module_reply *r) { }
static void ignore_iface(void *ctx, const struct module_iface *i) { }
static void ignore_servo(void *ctx, const struct module_servo *s) { }

/* Every request there is, whatever the answer. */
static void ask_all(struct genl *g)
{
	struct module_server server;
	struct module_client client;
	struct kernel_caps caps;
	u8 addr[16] = { 0 };
	u32 id;

	kernel_caps_get(g, &caps);
	module_server_get(g, &server);
	module_reply_attach_socket(g, 0, &id);
	module_reply_list(g, ignore_reply, NULL);
	module_iface_list(g, ignore_iface, NULL);
	module_servo_list(g, ignore_servo, NULL);
	module_client_get(g, addr, &client);
	genl_find_family(g, ATS_GENL_NAME, false);
}

static u64 next_random(u64 *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* Under the sanitizers of "make check" this is worth most. */
static void test_rubbish(void **state)
{
	u8 good[600] = { 0 }, bad[600];
	u64 x = 88172645463325252ull;
	struct nl_msg *msg = fake_message(FAKE_FAMILY, 0, ATS_CMD_REPLY_GET, 0);
	struct genl *g = open_found();
	size_t len;

	for (int a = 1; a < 40; a++)
		nla_put_u64(msg, a, 0x0101010101010101ull * (u64)a);
	len = nlmsg_hdr(msg)->nlmsg_len;
	memcpy(good, nlmsg_hdr(msg), len);
	nlmsg_free(msg);
	fk.raw = bad;
	for (unsigned int i = 0; i < 20000; i++) {
		struct nlmsghdr *h = (struct nlmsghdr *)bad;

		memcpy(bad, good, sizeof(bad));
		if (i % 3 == 0)
			h->nlmsg_type = (u16)(next_random(&x) % 5);
		for (unsigned int k = (unsigned int)(next_random(&x) % 8); k; k--)
			bad[next_random(&x) % len] = (u8)next_random(&x);
		fk.raw_len = i % 5 ? len : next_random(&x) % (len + 1);
		for (unsigned int s = 0; s < FAKE_SOCKETS; s++)
			fk.socket[s].n = 0;
		genl_receive(g, NULL, NULL);
		ask_all(g);
		/* as an event, too, where no number has to fit */
		for (unsigned int s = 0; s < FAKE_SOCKETS && fk.raw_len; s++)
			if (fk.socket[s].used && !fk.socket[s].n)
				fake_queue(&fk.socket[s], bad, fk.raw_len, false);
		genl_receive(g, NULL, NULL);
	}
	genl_close(g);
}

/* Answers that never end. */
static void test_endless(void **state)
{
	struct nl_msg *msg = fake_message(FAKE_FAMILY, 0, ATS_CMD_CAPS_GET, 0);
	struct genl *g = open_found();
	struct kernel_caps caps;

	fk.raw = nlmsg_hdr(msg);
	fk.raw_len = nlmsg_hdr(msg)->nlmsg_len;
	for (unsigned int i = 0; i < 20; i++)
		fake_queue(&fk.socket[0], fk.raw, fk.raw_len, false);
	assert_int_equal(kernel_caps_get(g, &caps), -EIO);
	assert_string_equal(genl_error(g), "the kernel's answer does not end");
	nlmsg_free(msg);
	genl_close(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_finds_families, setup),
		cmocka_unit_test_setup(test_no_netlink, setup),
		cmocka_unit_test_setup(test_words_of_a_refusal, setup),
		cmocka_unit_test_setup(test_never_waits, setup),
		cmocka_unit_test_setup(test_late_answers, setup),
		cmocka_unit_test_setup(test_caps, setup),
		cmocka_unit_test_setup(test_lists, setup),
		cmocka_unit_test_setup(test_watch, setup),
		cmocka_unit_test_setup(test_values, setup),
		cmocka_unit_test_setup(test_attributes_missing, setup),
		cmocka_unit_test_setup(test_rubbish, setup),
		cmocka_unit_test_setup(test_endless, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
