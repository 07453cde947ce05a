/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A boundary clock of two ports under management, for tests: who asks it, from the
 * network or on its host, and what it answered.
 */
#ifndef TEST_PTP_CONSOLE_H
#define TEST_PTP_CONSOLE_H

#include <string.h>

#include "ptp/manage.h"

#define S NSEC_PER_SEC
#define OWN 0x001b21fffe7451a2ULL
#define PMC 0x0011223344556677ULL
#define OTHER 0x0099999999999999ULL

enum { PORTS = 2, ANSWERS = 64 };

struct answer {
	int port;		/* sent there; -1: asked here */
	bool multicast;
	u8 to[PTP_ADDRESS_LEN];
	u8 buf[PTP_MESSAGE_MAX];
	struct ptp_message m;
};

static struct {
	struct ptp_instance *t;
	struct ptp_manager *mg;
	struct ptp_manager_config policy;
	struct answer answer[ANSWERS];
	unsigned int n, dropped;
	u16 sequence;
	u16 changed_id;
	int changed_port;
	unsigned int changes, heard;
	bool down;
	s64 now;
} lab;

static const u8 console[PTP_ADDRESS_LEN] = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 9 };

static void keep(int port, const u8 *to, const void *buf, size_t len)
{
	struct answer *a = &lab.answer[lab.n];

	if (lab.n == ANSWERS) {
		lab.dropped++;
		return;
	}
	lab.n++;
	*a = (struct answer){ .port = port, .multicast = !to };
	if (to)
		memcpy(a->to, to, sizeof(a->to));
	memcpy(a->buf, buf, len);
	assert_int_equal(ptp_message_parse(a->buf, len, &a->m), 0);
	assert_int_equal(a->m.header.length, len);
}

static int send_kept(void *ctx, unsigned int port, const struct ptp_outgoing *o)
{
	if (o->type != PTP_MANAGEMENT)
		return 0;
	assert_false(o->event || o->stamp);
	keep((int)port, o->to, o->buf, o->len);
	return 0;
}

static void leg(void *ctx, unsigned int port, enum ptp_way way, const struct leg *l)
{
}

static void link_delay(void *ctx, unsigned int port, const struct ptp_peer_sample *sample)
{
}

static void parent(void *ctx, unsigned int port, struct ptp_port_id id)
{
}

static void state(void *ctx, unsigned int port, enum ptp_port_state from, enum ptp_port_state to)
{
}

static u32 random32(void *ctx)
{
	return 0;
}

static const struct ptp_port_ops port_ops = {
	.send = send_kept, .leg = leg, .link_delay = link_delay, .parent = parent, .state = state,
	.random = random32,
};

static void clock_facts(void *ctx, struct ptp_manage_clock *c)
{
	*c = (struct ptp_manage_clock){
		.has_time = true, .time_tai = 1700000037 * S + 5, .offset_ns = -1.5,
		.mean_delay_ns = 1234.25, .ingress_tai = 1700000036 * S,
	};
}

static void port_facts(void *ctx, unsigned int port, struct ptp_manage_port *p)
{
	p->interface = port ? "eth1" : "eth0";
	p->transport = PTP_OVER_UDP4;
	p->stamping = PTP_STAMPING_HARDWARE;
	p->link_delay_ns = 77.5;
	p->down = lab.down;
}

static void nic_facts(void *ctx, unsigned int port, struct ptp_manage_port *p)
{
	static const u8 mac[6] = { 0x00, 0x1b, 0x21, 0x74, 0x51, 0xa2 };

	memcpy(p->mac, mac, sizeof(mac));
	memcpy(p->address, console, sizeof(console));
	p->phc = (int)port + 3;
}

static void changed(void *ctx, u16 id, int port)
{
	lab.changes++;
	lab.changed_id = id;
	lab.changed_port = port;
}

static void heard(void *ctx, unsigned int port, const struct ptp_message *m)
{
	lab.heard++;
}

static const struct ptp_manage_ops manage_ops = {
	.clock = clock_facts, .port = port_facts, .nic = nic_facts, .changed = changed, .heard = heard,
};

static void run(s64 ns)
{
	const s64 until = lab.now + ns;

	while (ptp_instance_next_mono(lab.t) < until) {
		if (ptp_instance_next_mono(lab.t) > lab.now)
			lab.now = ptp_instance_next_mono(lab.t);
		ptp_instance_run(lab.t, lab.now);
	}
	lab.now = until;
}

static int setup(void **unused)
{
	struct ptp_port_config port[PORTS];
	struct ptp_instance_config cfg = {
		.def = { .two_step = true, .clock = OWN, .ports = PORTS, .domain = 24,
			 .quality = { 248, 0xfe, 0xffff }, .priority1 = 128, .priority2 = 127,
			 .local_priority = 128, .max_steps_removed = PTP_STEPS_MAX },
		.time = { .utc_offset = 37, .time_source = PTP_SOURCE_INTERNAL,
			  .flags = PTP_FLAG_UTC_VALID | PTP_FLAG_PTP_TIMESCALE |
				   PTP_FLAG_TIME_TRACEABLE },
		.utc_offset = 37, .compare = ptp_compare_default,
		.threshold = PTP_FOREIGN_THRESHOLD, .qualify = true, .path_trace = true,
		.minor_version = 1, .port = port,
	};

	memset(&lab, 0, sizeof(lab));
	lab.now = 1000 * S;
	for (unsigned int i = 0; i < PORTS; i++)
		port[i] = (struct ptp_port_config){
			.bmca = { .log_announce = 1, .announce_timeout = 3,
				  .spread_ns = S, .local_priority = 128,
				  .records = PTP_FOREIGN_RECORDS_MIN },
			.log_sync = -1, .log_max_delay_req = 5, .log_min_pdelay_req = 2,
			.delay = PTP_E2E, .delivery = PTP_MULTICAST,
		};
	lab.t = ptp_instance_new(&cfg, &port_ops, NULL, lab.now);
	assert_non_null(lab.t);
	lab.policy = (struct ptp_manager_config){
		.profile = ptp_profile_find("default-e2e"), .manufacturer = { 1, 2, 3 },
		.product = "maker;model;1", .revision = "a;b;c", .user = "shelf 7",
		.own_is_settable = true,
	};
	lab.mg = ptp_manager_new(&lab.policy, &manage_ops, NULL);
	assert_non_null(lab.mg);
	ptp_instance_set_manager(lab.t, lab.mg);
	for (unsigned int i = 0; i < PORTS; i++)
		ptp_instance_event(lab.t, i, PTP_EV_INITIALIZED, lab.now);
	run(20 * S);
	assert_int_equal(ptp_bmca_state(ptp_instance_bmca(lab.t), 1), PTP_MASTER);
	return 0;
}

static int teardown(void **unused)
{
	ptp_instance_free(lab.t);
	ptp_manager_free(lab.mg);
	return 0;
}

static struct ptp_message request(enum ptp_action action, u64 clock, u16 port)
{
	return (struct ptp_message){
		.header = { .type = PTP_MANAGEMENT, .domain = 24, .clock = PMC, .port = 9,
			    .sequence = ++lab.sequence, .log_interval = PTP_LOG_INTERVAL_NONE },
		.management = { .target = { clock, port }, .hops_start = 2, .hops = 1,
				.action = action },
	};
}

/* From the network at the first port; the answers are in lab.answer. */
static void receive(struct ptp_message *m, const u8 *from)
{
	const struct ptp_received how = { .kind = STAMP_NONE, .from = from };
	u8 buf[PTP_MESSAGE_MAX];
	size_t len = ptp_message_build(m, buf, sizeof(buf));

	assert_true(len);
	lab.n = 0;
	ptp_instance_receive(lab.t, 0, buf, len, &how, lab.now);
}

static void take(void *ctx, const struct ptp_message *m)
{
	u8 buf[PTP_MESSAGE_MAX];
	size_t len = ptp_message_build(m, buf, sizeof(buf));

	assert_true(len);
	keep(-1, NULL, buf, len);
}

static unsigned int ask_tlv(bool here, enum ptp_action action, u16 port, const u8 *tlv, size_t len)
{
	struct ptp_message m = request(action, here ? PTP_ALL_CLOCKS : OWN, port);

	m.tlv = tlv;
	m.tlv_len = (u16)len;
	lab.n = 0;
	if (here)
		ptp_manager_request(lab.mg, lab.t, &m, take, NULL, lab.now);
	else
		receive(&m, NULL);
	return lab.n;
}

static inline unsigned int get(bool here, u16 id, u16 port)
{
	const struct ptp_management data = { .id = id };
	u8 tlv[16];

	return ask_tlv(here, PTP_GET, port, tlv, ptp_management_put(tlv, sizeof(tlv), &data));
}

/* What the i-th answer says: its data, or which error it is */
static inline u16 said(unsigned int i, u16 id, union ptp_management_data *d)
{
	const struct ptp_message *m = &lab.answer[i].m;
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	struct ptp_management_error_status e;
	struct ptp_management tlv;
	struct ptp_tlv t;

	assert_in_range(i, 0, lab.n - 1);
	assert_true(ptp_tlv_next(&w, &t));
	assert_int_equal(w.left, 0);
	if (ptp_management_error_get(&t, &e)) {
		assert_int_equal(e.id, id);
		return e.error;
	}
	assert_true(ptp_management_get(&t, &tlv));
	assert_int_equal(tlv.id, id);
	if (d)
		assert_int_equal(ptp_management_data_get(&tlv, d), 0);
	return 0;
}

static inline union ptp_management_data value(u16 id)
{
	union ptp_management_data d;

	assert_int_equal(get(true, id, 1), 1);
	assert_int_equal(said(0, id, &d), 0);
	return d;
}

static inline struct ptp_manager_counters count(void)
{
	struct ptp_manager_counters c;

	ptp_manager_count(lab.mg, &c);
	return c;
}

static inline void allow(bool set, bool command)
{
	lab.policy.allow_set = set;
	lab.policy.allow_command = command;
	ptp_manager_configure(lab.mg, &lab.policy);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
