// SPDX-License-Identifier: GPL-2.0-or-later
/* SPTP and CSPTP: servers without state at a port, and CSPTP's client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/csptp_client.h"
#include "ptp/csptp_server.h"
#include "ptp/instance.h"
#include "ptp/sptp.h"

#define S NSEC_PER_SEC
#define NS (1LL << 16)		/* of a correction */
#define EPOCH (1700000000 * S)
#define TAI (37 * S)

enum { SERVER = 7, CLIENT = 99, SENT = 4 };

static struct sent {
	struct ptp_message m;
	u8 buf[128], to[PTP_ADDRESS_LEN];
	bool stamp;
	u32 ticket;
} sent[SENT];

static struct {
	struct ptp_instance *t;
	unsigned int n;
	s64 now;
} lab;

static int send(void *ctx, unsigned int port, const struct ptp_outgoing *o)
{
	struct sent *s = &sent[lab.n];

	/* to all, once it is MASTER: of no interest here */
	if (!o->to)
		return 0;
	assert_in_range(lab.n++, 0, SENT - 1);
	assert_in_range(o->len, 1, sizeof(s->buf));
	memcpy(s->buf, o->buf, o->len);
	assert_int_equal(ptp_message_parse(s->buf, o->len, &s->m), 0);
	assert_int_equal(o->type, s->m.header.type);
	assert_int_equal(o->sequence, s->m.header.sequence);
	assert_int_equal(o->event, o->type < PTP_FOLLOW_UP);
	assert_true(s->m.header.flags & PTP_FLAG_UNICAST);
	memcpy(s->to, o->to, PTP_ADDRESS_LEN);
	s->stamp = o->stamp;
	s->ticket = o->ticket;
	return 0;
}

static void leg(void *ctx, unsigned int port, enum ptp_way way, const struct leg *l)
{
	fail();
}

static void link_delay(void *ctx, unsigned int port, const struct ptp_peer_sample *sample)
{
	fail();
}

static void parent(void *ctx, unsigned int port, struct ptp_port_id id)
{
	fail();
}

static void changed(void *ctx, unsigned int port, enum ptp_port_state from,
		    enum ptp_port_state to)
{
}

static u32 random32(void *ctx)
{
	return 1;
}

static const struct ptp_port_ops ops = {
	.send = send, .leg = leg, .link_delay = link_delay, .parent = parent, .state = changed,
	.random = random32,
};

static struct ptp_port_config port_config(void)
{
	return (struct ptp_port_config){
		.bmca = { .announce_timeout = 3, .records = PTP_FOREIGN_RECORDS_MIN },
		.delay = PTP_E2E, .delivery = PTP_MULTICAST, .log_max_delay_req = 4,
		.sptp = true, .csptp = true, .csptp_domain = PTP_CSPTP_DOMAIN,
	};
}

static void run(s64 ns)
{
	s64 until = lab.now + ns;

	while (ptp_instance_next_mono(lab.t) < until) {
		lab.now = ptp_instance_next_mono(lab.t);
		ptp_instance_run(lab.t, lab.now);
	}
	lab.now = until;
}

static int setup(void **state)
{
	struct ptp_port_config port = port_config();

	memset(&lab, 0, sizeof(lab));
	lab.now = S;
	lab.t = ptp_instance_new(&(struct ptp_instance_config){
		.def = { .clock = SERVER, .ports = 1, .quality = { 6, 0x21, 0x4e5d },
			 .priority1 = 128, .priority2 = 127,
			 .max_steps_removed = PTP_STEPS_MAX },
		.time = { .utc_offset = 37, .time_source = 0x20,
			  .flags = PTP_FLAG_PTP_TIMESCALE | PTP_FLAG_UTC_VALID },
		.utc_offset = 37, .compare = ptp_compare_default, .threshold = 2,
		.minor_version = 1, .port = &port,
	}, &ops, &lab, lab.now);
	assert_non_null(lab.t);
	ptp_instance_event(lab.t, 0, PTP_EV_INITIALIZED, lab.now);
	return 0;
}

static int setup_master(void **state)
{
	setup(state);
	run(20 * S);
	assert_int_equal(ptp_bmca_state(ptp_instance_bmca(lab.t), 0), PTP_MASTER);
	return 0;
}

static int teardown(void **state)
{
	ptp_instance_free(lab.t);
	return 0;
}

static const u8 from[PTP_ADDRESS_LEN] = { [15] = 42 };

/* At EPOCH + 5 s of the server's sys */
static void receive(const struct ptp_message *m, enum stamp_kind kind)
{
	struct ptp_received how = { .rx_sys = EPOCH + 5 * S, .kind = kind, .from = from };
	u8 buf[PTP_MESSAGE_MAX];
	size_t len = ptp_message_build(m, buf, sizeof(buf));

	assert_true(len > 0);
	ptp_instance_receive(lab.t, 0, buf, len, &how, lab.now);
}

static void stamped(const struct sent *s)
{
	assert_true(s->stamp);
	ptp_instance_stamped(lab.t, 0, s->ticket, EPOCH + 6 * S, STAMP_HARDWARE, lab.now);
}

static u64 refused(enum ptp_refusal r)
{
	struct ptp_port_counters c;

	ptp_instance_count(lab.t, 0, &c);
	return c.refused[r];
}

/* As its client sends it, with a TLV that is known to nobody else */
static struct ptp_message sptp_request(u16 sequence)
{
	static const u8 tlv[] = { 0x20, 0x07, 0, 2, 0, 1 };

	return (struct ptp_message){
		.header = { .type = PTP_DELAY_REQ, .clock = CLIENT, .port = 1,
			    .flags = PTP_FLAG_UNICAST | PTP_FLAG_PROFILE1,
			    .sequence = sequence, .correction = 300 * NS,
			    .log_interval = PTP_LOG_INTERVAL_NONE },
		.tlv = tlv, .tlv_len = sizeof(tlv),
	};
}

static void sptp_exchange(void **state)
{
	struct ptp_message m = sptp_request(0xabcd);

	receive(&m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 1);
	assert_int_equal(sent[0].m.header.type, PTP_SYNC);
	assert_int_equal(sent[0].m.header.sequence, 0xabcd);
	assert_int_equal(sent[0].m.header.flags, PTP_FLAG_UNICAST | PTP_FLAG_TWO_STEP);
	assert_int_equal(sent[0].m.header.clock, SERVER);
	assert_int_equal(sent[0].m.header.correction, 0);
	assert_int_equal(sent[0].m.origin_tai, EPOCH + 5 * S + TAI);
	assert_memory_equal(sent[0].to, from, sizeof(from));
	stamped(&sent[0]);
	assert_int_equal(lab.n, 2);
	assert_int_equal(sent[1].m.header.type, PTP_ANNOUNCE);
	assert_int_equal(sent[1].m.header.sequence, 0xabcd);
	assert_int_equal(sent[1].m.header.correction, 300 * NS);
	assert_int_equal(sent[1].m.header.flags, PTP_FLAG_UNICAST | PTP_FLAG_PTP_TIMESCALE |
			 PTP_FLAG_UTC_VALID);
	assert_int_equal(sent[1].m.announce.origin_tai, EPOCH + 6 * S + TAI);
	assert_int_equal(sent[1].m.announce.gm, SERVER);
	assert_int_equal(sent[1].m.announce.quality.class, 6);
	assert_int_equal(sent[1].m.announce.utc_offset, 37);
	assert_memory_equal(sent[1].to, from, sizeof(from));
	/* its stamp is told once */
	stamped(&sent[0]);
	assert_int_equal(lab.n, 2);
}

static void sptp_is_asked_for(void **state)
{
	struct ptp_port_config port = port_config();
	struct ptp_message m = sptp_request(1);

	/* an ordinary Delay_Req is one */
	m.header.flags = PTP_FLAG_UNICAST;
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(sent[0].m.header.type, PTP_DELAY_RESP);
	m = sptp_request(2);
	m.header.domain = 3;
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(refused(PTP_REFUSED_DOMAIN), 1);
	m = sptp_request(2);
	receive(&m, STAMP_NONE);
	assert_int_equal(refused(PTP_REFUSED_NO_STAMP), 1);
	port.sptp = false;
	assert_true(ptp_instance_configure_port(lab.t, 0, &port, lab.now));
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 2);
	assert_int_equal(sent[1].m.header.type, PTP_DELAY_RESP);
}

/* Nobody else gets any answer, with state or without. */
static void only_those_allowed(void **state)
{
	struct acl_rule rule = { .prefix = 128, .allow = true };
	struct ptp_port_config port = port_config();
	struct ptp_message m = sptp_request(1);
	struct acl *here, *elsewhere;

	rule.addr[15] = 43;
	elsewhere = acl_new(&rule, 1);
	memcpy(rule.addr, from, sizeof(from));
	here = acl_new(&rule, 1);
	assert_true(here && elsewhere);
	port.acl = elsewhere;
	assert_true(ptp_instance_configure_port(lab.t, 0, &port, lab.now));
	receive(&m, STAMP_HARDWARE);
	m.header.flags = PTP_FLAG_UNICAST;
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 0);
	assert_int_equal(refused(PTP_REFUSED_ACCESS), 2);
	assert_int_equal(refused(PTP_REFUSED_NO_GRANT), 0);
	port.acl = here;
	assert_true(ptp_instance_configure_port(lab.t, 0, &port, lab.now));
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 1);
	assert_int_equal(refused(PTP_REFUSED_ACCESS), 2);
	acl_free(here);
	acl_free(elsewhere);
}

/* So many exchanges a second, whoever asks */
static void only_so_many(void **state)
{
	struct ptp_port_config port = port_config();
	struct ptp_message m = sptp_request(1);
	struct ptp_stateless_service service;

	port.stateless_rate = 1;
	assert_true(ptp_instance_configure_port(lab.t, 0, &port, lab.now));
	receive(&m, STAMP_HARDWARE);
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 1);
	assert_int_equal(refused(PTP_REFUSED_RATE), 1);
	lab.now += S;
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 2);
	ptp_instance_get_stateless(lab.t, 0, &service);
	assert_int_equal(service.per_second, 1);
}

/* In the long run what was said, and not much more at once */
static void pace(void **state)
{
	struct ptp_pace p = { 0 };
	unsigned int taken = 0, i;

	for (i = 0; i < 1000; i++)
		taken += ptp_pace_take(&p, 160, 5 * S);
	assert_in_range(taken, 10, 12);
	for (i = 0; i < 4000; i++)
		taken += ptp_pace_take(&p, 160, 5 * S + i * S / 1000);
	assert_in_range(taken, 4 * 160, 4 * 160 + 12);
	for (i = 0; i < 1000; i++)
		assert_true(ptp_pace_take(&p, 0, S));
}

/* What others are told to answer in the port's place is what it answers. */
static void what_the_port_serves(void **state)
{
	struct ptp_stateless_service service;
	struct ptp_message m = sptp_request(9);
	u8 buf[PTP_STATELESS_MAX];
	struct ptp_asked asked;
	size_t len;

	ptp_instance_get_stateless(lab.t, 0, &service);
	assert_true(service.of.sptp && service.of.csptp && !service.per_second);
	assert_true(ptp_stateless_asks(&service.of, &m, &asked));
	assert_int_equal(asked.kind, PTP_STATELESS_SPTP);
	receive(&m, STAMP_HARDWARE);
	len = ptp_stateless_answer(&service.served, &asked, EPOCH + 5 * S + TAI, false, buf);
	assert_int_equal(len, sent[0].m.header.length);
	assert_memory_equal(buf, sent[0].buf, len);
	stamped(&sent[0]);
	len = ptp_stateless_follow(&service.served, &asked, EPOCH + 6 * S + TAI, buf);
	assert_int_equal(len, sent[1].m.header.length);
	assert_memory_equal(buf, sent[1].buf, len);
	/* no time that could not be said */
	assert_int_equal(ptp_stateless_answer(&service.served, &asked, -1, false, buf), 0);
	assert_int_equal(ptp_stateless_follow(&service.served, &asked, -1, buf), 0);
	ptp_instance_event(lab.t, 0, PTP_EV_FAULT_DETECTED, lab.now);
	ptp_instance_get_stateless(lab.t, 0, &service);
	assert_false(service.of.sptp || service.of.csptp);
}

static struct ptp_csptp_client client(void)
{
	return (struct ptp_csptp_client){
		.domain = PTP_CSPTP_DOMAIN, .want_status = true, .id = { CLIENT, 1 },
	};
}

static u16 ask(struct ptp_csptp_client *c, struct ptp_message *m, s64 now)
{
	static u8 buf[PTP_CSPTP_REQUEST_LEN];
	u16 sequence = ptp_csptp_ask(c, now, buf);

	assert_int_equal(ptp_message_parse(buf, sizeof(buf), m), 0);
	assert_int_equal(m->header.sequence, sequence);
	m->header.correction = 100 * NS;
	return sequence;
}

static void not_without_being_master(void **state)
{
	struct ptp_csptp_client c = client();
	struct ptp_message m = sptp_request(2);

	receive(&m, STAMP_HARDWARE);
	ask(&c, &m, 0);
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 0);
	assert_int_equal(refused(PTP_REFUSED_STATE), 2);
}

/* t1 sent at 10 s, t2 the server's EPOCH + 5 s, t3 EPOCH + 6 s, t4 at 20 s */
static void check_sample(const struct ptp_csptp_sample *s)
{
	assert_int_equal(s->fwd.local_sys, 10 * S);
	assert_int_equal(s->fwd.remote_tai, EPOCH + 5 * S + TAI - 100);
	assert_int_equal(s->back.local_sys, 20 * S);
	assert_int_equal(s->back.remote_tai, EPOCH + 6 * S + TAI + 200 + 30);
	assert_int_equal(s->fwd.local_kind, STAMP_KERNEL);
	assert_int_equal(s->back.local_kind, STAMP_HARDWARE);
	assert_int_equal(s->flags, PTP_FLAG_PTP_TIMESCALE | PTP_FLAG_UTC_VALID);
	assert_true(s->has_status);
	assert_int_equal(s->status.gm, SERVER);
	assert_int_equal(s->status.utc_offset, 37);
	assert_int_equal(s->status.priority2, 127);
	assert_int_equal(s->status.quality.variance, 0x4e5d);
}

/* Stamp, response and follow-up in every order, each twice */
static void csptp_exchange(void **state)
{
	static const u8 order[6][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	struct ptp_csptp_client c = client();
	struct ptp_csptp_sample s;
	struct ptp_message m;

	for (unsigned int i = 0; i < 6; i++) {
		u16 sequence = ask(&c, &m, 0);
		unsigned int complete = 0;

		lab.n = 0;
		receive(&m, STAMP_HARDWARE);
		assert_int_equal(lab.n, 1);
		stamped(&sent[0]);
		assert_int_equal(lab.n, 2);
		assert_int_equal(sent[1].m.header.type, PTP_FOLLOW_UP);
		sent[0].m.header.correction = 200 * NS;
		sent[1].m.header.correction = 30 * NS;
		for (unsigned int k = 0; k < 6; k++) {
			bool r;

			if (!order[i][k / 2])
				r = ptp_csptp_stamped(&c, sequence, 10 * S, STAMP_KERNEL, 0, &s);
			else
				r = ptp_csptp_received(&c, &sent[order[i][k / 2] - 1].m, 20 * S,
						       STAMP_HARDWARE, 0, &s);
			assert_int_equal(r, k == 4);
			complete += r;
		}
		assert_int_equal(complete, 1);
		check_sample(&s);
	}
	assert_int_equal(c.lost_stamps + c.lost_responses, 0);
	assert_int_equal(c.repeated, 12);
}

static void csptp_one_step(void **state)
{
	struct ptp_port_config port = port_config();
	struct ptp_csptp_client c = client();
	struct ptp_csptp_sample s;
	struct ptp_message m;
	u16 sequence;

	port.one_step = true;
	assert_true(ptp_instance_configure_port(lab.t, 0, &port, lab.now));
	c.want_status = false;
	sequence = ask(&c, &m, 0);
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 1);
	assert_false(sent[0].stamp);
	assert_false(sent[0].m.header.flags & PTP_FLAG_TWO_STEP);
	/* what the NIC does */
	sent[0].m.origin_tai = EPOCH + 6 * S + TAI;
	assert_false(ptp_csptp_stamped(&c, sequence, 10 * S, STAMP_KERNEL, 0, &s));
	assert_true(ptp_csptp_received(&c, &sent[0].m, 20 * S, STAMP_KERNEL, 0, &s));
	assert_false(s.has_status);
	assert_int_equal(s.back.remote_tai, EPOCH + 6 * S + TAI);
}

static void csptp_requests_that_are_none(void **state)
{
	struct ptp_csptp_client c = client();
	u8 tlv[64];
	struct ptp_message m, good;
	size_t len;

	ask(&c, &good, 0);
	m = good;
	m.header.domain = 0;
	receive(&m, STAMP_HARDWARE);
	m = good;
	m.header.sdo = 0;
	receive(&m, STAMP_HARDWARE);
	m = good;
	m.header.type = PTP_FOLLOW_UP;
	receive(&m, STAMP_HARDWARE);
	m = good;
	m.tlv_len = 0;
	receive(&m, STAMP_HARDWARE);
	/* two requests; a request and a response */
	m.tlv = tlv;
	len = ptp_csptp_request_put(tlv, sizeof(tlv), 0);
	m.tlv_len = (u16)(len + ptp_csptp_request_put(tlv + len, sizeof(tlv) - len, 0));
	receive(&m, STAMP_HARDWARE);
	m.tlv_len = (u16)(len + ptp_csptp_response_put(tlv + len, sizeof(tlv) - len,
						       &(struct ptp_csptp_response){ 0, 0 }));
	receive(&m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 0);
	receive(&good, STAMP_HARDWARE);
	assert_int_equal(lab.n, 1);
	/* its own answer is no request */
	receive(&sent[0].m, STAMP_HARDWARE);
	assert_int_equal(lab.n, 1);
}

static void csptp_losses_and_lies(void **state)
{
	struct ptp_csptp_client c = client();
	struct ptp_csptp_sample s;
	struct ptp_message m, lie;
	u16 sequence = ask(&c, &m, 0);

	receive(&m, STAMP_HARDWARE);
	stamped(&sent[0]);
	/* of another domain, another sequence, without a time, too late */
	lie = sent[0].m;
	lie.header.domain = 0;
	assert_false(ptp_csptp_received(&c, &lie, 1, STAMP_KERNEL, 0, &s));
	lie = sent[0].m;
	lie.header.sequence++;
	assert_false(ptp_csptp_received(&c, &lie, 1, STAMP_KERNEL, 0, &s));
	assert_false(ptp_csptp_received(&c, &sent[0].m, 1, STAMP_NONE, 0, &s));
	assert_false(ptp_csptp_received(&c, &sent[0].m, 1, STAMP_KERNEL, 5 * S, &s));
	assert_false(ptp_csptp_received(&c, &m, 1, STAMP_KERNEL, 0, &s));
	assert_int_equal(c.repeated, 4);
	/* corrections that cannot be */
	lie = sent[0].m;
	lie.header.correction = INT64_MAX;
	assert_false(ptp_csptp_received(&c, &lie, 1, STAMP_KERNEL, 0, &s));
	lie = sent[1].m;
	lie.header.correction = INT64_MAX;
	assert_false(ptp_csptp_received(&c, &lie, 1, STAMP_KERNEL, 0, &s));
	assert_false(ptp_csptp_stamped(&c, sequence, 1, STAMP_KERNEL, 0, &s));
	/* nothing comes */
	for (unsigned int i = 0; i < 2 * PTP_CSPTP_SLOTS; i++)
		ask(&c, &m, 0);
	assert_int_equal(c.lost_stamps, PTP_CSPTP_SLOTS);
	assert_int_equal(c.lost_responses, PTP_CSPTP_SLOTS);
	ptp_csptp_cancel(&c, m.header.sequence);
	assert_false(ptp_csptp_stamped(&c, m.header.sequence, 1, STAMP_KERNEL, 0, &s));
}

/*
 * Octets as statime-csptp of ntpd-rs (August 2026) makes them: its request, which is ours
 * but for the identity, and its response and Follow_Up.
 */
static const u8 their_request[] = {
	0x30, 0x12, 0x00, 0x34, 0x80, 0x00, 0x04, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x00, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0xff, 0x00, 0x00, 0x04, 0x01, 0x00, 0x00, 0x00,
};
static const u8 their_response[] = {
	0x30, 0x12, 0x00, 0x58, 0x80, 0x00, 0x06, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x00, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0xff, 0x01, 0x00, 0x12, 0x00, 0x00, 0x65, 0x53, 0xf1, 0x00, 0x00, 0x00, 0x00, 0x05,
	0, 0, 0, 0, 0, 0, 0, 0,
	0xf0, 0x02, 0x00, 0x12, 0x0b, 0xf8, 0xfe, 0x69, 0x00, 0x16, 0x00, 0x03, 0x00, 0x00,
	0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
};
static const u8 their_follow_up[] = {
	0x38, 0x12, 0x00, 0x2c, 0x80, 0x00, 0x06, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x00, 0x7f,
	0x00, 0x00, 0x65, 0x53, 0xf1, 0x00, 0x00, 0x00, 0x00, 0x4d,
};

static void csptp_of_others(void **state)
{
	struct ptp_csptp_client c = client();
	u8 buf[PTP_CSPTP_REQUEST_LEN], wants = 0;
	struct ptp_csptp_sample s;
	struct ptp_message m;

	c.next = 0x1234;
	c.id = (struct ptp_port_id){ 0, 0 };
	assert_int_equal(ptp_csptp_ask(&c, 0, buf), 0x1234);
	assert_memory_equal(buf, their_request, sizeof(their_request));
	assert_int_equal(ptp_message_parse(their_request, sizeof(their_request), &m), 0);
	assert_true(ptp_csptp_is_request(&m, &wants));
	assert_int_equal(wants, PTP_CSPTP_WANT_STATUS);
	assert_false(ptp_csptp_stamped(&c, 0x1234, 10 * S, STAMP_KERNEL, 0, &s));
	assert_int_equal(ptp_message_parse(their_response, sizeof(their_response), &m), 0);
	assert_false(ptp_csptp_received(&c, &m, 20 * S, STAMP_KERNEL, 0, &s));
	assert_int_equal(ptp_message_parse(their_follow_up, sizeof(their_follow_up), &m), 0);
	assert_true(ptp_csptp_received(&c, &m, 0, STAMP_NONE, 0, &s));
	assert_int_equal(s.fwd.remote_tai, EPOCH + 5);
	assert_int_equal(s.back.remote_tai, EPOCH + 77);
	assert_int_equal(s.flags, PTP_FLAG_PTP_TIMESCALE | PTP_FLAG_TIME_TRACEABLE);
	assert_true(s.has_status);
	assert_int_equal(s.status.gm, 0x0102030405060708);
	assert_int_equal(s.status.priority1, 11);
	assert_int_equal(s.status.quality.class, 248);
	assert_int_equal(s.status.steps_removed, 3);
}

int main(void)
{
#define M(f) cmocka_unit_test_setup_teardown(f, setup_master, teardown)
	const struct CMUnitTest tests[] = {
		M(sptp_exchange),
		M(sptp_is_asked_for),
		M(only_those_allowed),
		M(only_so_many),
		M(what_the_port_serves),
		cmocka_unit_test(pace),
		cmocka_unit_test_setup_teardown(not_without_being_master, setup, teardown),
		M(csptp_exchange),
		M(csptp_one_step),
		M(csptp_requests_that_are_none),
		M(csptp_losses_and_lies),
		cmocka_unit_test(csptp_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
