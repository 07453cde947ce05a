// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One port and ten thousand unicast clients: each gets what it was granted, as often as
 * that, with sequence numbers of its own, and each Follow_Up tells of its own Sync.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ptp/instance.h"
#include "wire/bytes.h"

#define S NSEC_PER_SEC
#define MS 1000000LL
#define EPOCH (1700000000 * S)

enum { CLIENTS = 10000, SECONDS = 20, DURATION = 300 };

struct client {
	unsigned int announces, syncs, follow_ups, answers, grants;
	u16 next_announce, next_sync, followed;
	s64 sync_sys[2];	/* when they left, by sequence */
};

struct awaited {
	u32 ticket;
	s64 tx_sys, due;
};

static struct {
	struct ptp_instance *t;
	struct client client[CLIENTS];
	struct awaited stamp[CLIENTS];
	unsigned int first, last;	/* stamps on their way, in order */
	s64 now;
	unsigned int wrong;
} lab;

static unsigned int client_of(const u8 *address)
{
	return be16_get(address + 14);
}

static void check(struct client *c, const struct ptp_message *m)
{
	s64 left;

	switch (m->header.type) {
	case PTP_ANNOUNCE:
		lab.wrong += m->header.sequence != c->next_announce++;
		c->announces++;
		break;
	case PTP_SYNC:
		lab.wrong += m->header.sequence != c->next_sync++;
		c->sync_sys[m->header.sequence % 2] = EPOCH + lab.now;
		c->syncs++;
		break;
	case PTP_FOLLOW_UP:
		left = c->sync_sys[m->header.sequence % 2];
		lab.wrong += m->header.sequence != c->followed++ ||
			m->origin_tai != left + 37 * S;
		c->follow_ups++;
		break;
	case PTP_DELAY_RESP:
		c->answers++;
		break;
	case PTP_SIGNALING:
		c->grants++;
		break;
	default:
		lab.wrong++;
	}
}

static int send(void *ctx, unsigned int port, const struct ptp_outgoing *o)
{
	struct ptp_message m;

	assert_int_equal(ptp_message_parse(o->buf, o->len, &m), 0);
	/* to all: before there is any client there is nothing to be sent */
	assert_non_null(o->to);
	check(&lab.client[client_of(o->to)], &m);
	if (o->stamp)
		lab.stamp[lab.last++ % CLIENTS] = (struct awaited){
			o->ticket, EPOCH + lab.now, lab.now + 900 * MS,
		};
	assert_in_range(lab.last - lab.first, 0, CLIENTS);
	return 0;
}

static void leg(void *ctx, unsigned int port, enum ptp_way way, const struct leg *l)
{
	lab.wrong++;
}

static void link_delay(void *ctx, unsigned int port, const struct ptp_peer_sample *sample)
{
	lab.wrong++;
}

static void parent(void *ctx, unsigned int port, struct ptp_port_id id)
{
	lab.wrong++;
}

static void changed(void *ctx, unsigned int port, enum ptp_port_state from,
		    enum ptp_port_state to)
{
}

static u32 random32(void *ctx)
{
	return (u32)rand();
}

static const struct ptp_port_ops ops = {
	.send = send, .leg = leg, .link_delay = link_delay, .parent = parent, .state = changed,
	.random = random32,
};

static void receive(unsigned int n, enum ptp_type type, const u8 *tlv, size_t len)
{
	u8 from[PTP_ADDRESS_LEN] = { [10] = 0xff, [11] = 0xff, [12] = 10 };
	struct ptp_received how = {
		.rx_sys = EPOCH + lab.now, .kind = STAMP_KERNEL, .from = from,
	};
	struct ptp_message m = {
		.header = { .type = type, .minor_version = 1, .clock = 1000 + n, .port = 1,
			    .flags = PTP_FLAG_UNICAST },
		.tlv = tlv, .tlv_len = (u16)len,
	};

	be16_put(from + 14, (u16)n);
	if (type == PTP_SIGNALING)
		m.signaling = (struct ptp_port_id){ PTP_ALL_CLOCKS, PTP_ALL_PORTS };
	ptp_instance_message(lab.t, 0, &m, &how, lab.now);
}

static void request(unsigned int n)
{
	static const u8 message[] = { PTP_ANNOUNCE, PTP_SYNC, PTP_DELAY_RESP };
	u8 tlv[3 * PTP_UNICAST_TLV_MAX];
	size_t len = 0;

	for (unsigned int i = 0; i < 3; i++)
		len += ptp_unicast_put(tlv + len, sizeof(tlv) - len, &(struct ptp_unicast){
			.tlv = PTP_TLV_REQUEST_UNICAST, .message = message[i],
			.log_interval = i ? 0 : 1, .duration = DURATION,
		});
	receive(n, PTP_SIGNALING, tlv, len);
}

/* As an event loop does: time-outs and stamps as they become due */
static void run(s64 until)
{
	for (;;) {
		s64 due = ptp_instance_next_mono(lab.t);
		const struct awaited *a = &lab.stamp[lab.first % CLIENTS];

		if (lab.first != lab.last && a->due <= due && a->due < until) {
			lab.now = a->due > lab.now ? a->due : lab.now;
			lab.first++;
			ptp_instance_stamped(lab.t, 0, a->ticket, a->tx_sys, STAMP_KERNEL,
					     lab.now);
		} else if (due < until) {
			lab.now = due > lab.now ? due : lab.now;
			ptp_instance_run(lab.t, lab.now);
		} else {
			break;
		}
	}
	lab.now = until;
}

static int setup(void **state)
{
	struct ptp_port_config port = {
		.bmca = { .announce_timeout = 3, .records = PTP_FOREIGN_RECORDS_MIN },
		.delay = PTP_E2E, .delivery = PTP_UNICAST, .log_max_delay_req = 4,
		.grants = { .clients = CLIENTS, .log_max = { 4, 4, 4 },
			    .duration_max_s = DURATION },
		.asking = { .duration_s = DURATION },
	};

	memset(&lab, 0, sizeof(lab));
	lab.now = S;
	lab.t = ptp_instance_new(&(struct ptp_instance_config){
		.def = { .clock = 1, .ports = 1, .quality = { 6, 0x21, 0x4e5d }, .priority1 = 128,
			 .max_steps_removed = PTP_STEPS_MAX },
		.time = { .flags = PTP_FLAG_PTP_TIMESCALE },
		.utc_offset = 37, .compare = ptp_compare_default, .threshold = 2,
		.minor_version = 1, .port = &port,
	}, &ops, &lab, lab.now);
	assert_non_null(lab.t);
	ptp_instance_event(lab.t, 0, PTP_EV_INITIALIZED, lab.now);
	run(20 * S);
	assert_int_equal(ptp_bmca_state(ptp_instance_bmca(lab.t), 0), PTP_MASTER);
	return 0;
}

static int teardown(void **state)
{
	ptp_instance_free(lab.t);
	return 0;
}

static void each_gets_its_own(void **state)
{
	struct ptp_port_counters c;
	s64 begin;

	for (unsigned int n = 0; n < CLIENTS; n++)
		request(n);
	assert_int_equal(ptp_grants_clients(ptp_instance_grants(lab.t, 0)), CLIENTS);
	begin = lab.now;
	for (unsigned int s = 0; s < SECONDS; s++) {
		run(begin + s * S + 500 * MS);
		for (unsigned int n = 0; n < CLIENTS; n++)
			receive(n, PTP_DELAY_REQ, NULL, 0);
		run(begin + (s + 1) * S);
	}
	for (unsigned int n = 0; n < CLIENTS; n++) {
		const struct client *e = &lab.client[n];

		assert_int_equal(e->grants, 1);
		assert_int_equal(e->answers, SECONDS);
		assert_in_range(e->announces, SECONDS / 2 - 1, SECONDS / 2 + 1);
		assert_in_range(e->syncs, SECONDS - 1, SECONDS + 1);
		assert_in_range(e->follow_ups, e->syncs - 1, e->syncs);
	}
	ptp_instance_count(lab.t, 0, &c);
	assert_int_equal(lab.wrong + c.lost_stamps + c.late_stamps + c.send_failed, 0);
}

/* They all fall silent: everything is over at its time, and there is room again. */
static void all_of_them_go(void **state)
{
	for (unsigned int n = 0; n < CLIENTS; n++)
		request(n);
	run(lab.now + (DURATION + 40) * S);
	assert_int_equal(ptp_grants_clients(ptp_instance_grants(lab.t, 0)), 0);
	assert_int_equal(ptp_instance_next_mono(lab.t), INT64_MAX);
	for (unsigned int n = 0; n < CLIENTS; n++)
		assert_in_range(lab.client[n].syncs, DURATION - 1, DURATION + 1);
	request(7);
	assert_int_equal(ptp_grants_clients(ptp_instance_grants(lab.t, 0)), 1);
	assert_int_equal(lab.wrong, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(each_gets_its_own),
		T(all_of_them_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
