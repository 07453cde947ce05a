// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server and its clients: the input is a sequence of events, each an octet
 * that says what happens, an octet that says to whom, and what that needs.
 * Checked of each answer: never without a right request, never longer than it,
 * and interleaved only when the request names the reply before.
 */
#include <string.h>

#include "fuzz.h"
#include "ntp/random.h"
#include "ntp/reply.h"

enum { CLIENTS = 256, GUARD = 16 };

struct server {
	struct ntp_replier replier;
	struct client_table *table;
	s64 sys, mono;
	u64 random;
	u64 last_rx[CLIENTS];	/* our own book of what each was told last */
};

static s64 number(struct input *in)
{
	u64 v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | octet(in);
	/* within the times that the agent can have: 1970 to 2262 */
	return (s64)(v >> 2);
}

static void address(u8 id, u8 addr[16])
{
	memset(addr, 0, 16);
	addr[15] = id;
}

static void publish(struct server *s, struct input *in)
{
	struct ntp_server_state st = {
		.leap = octet(in), .stratum = octet(in), .precision = (s8)octet(in),
		.refid = octet(in), .ref_utc = number(in), .root_delay_ns = number(in),
		.root_dispersion_ns = number(in) >> 4, .at_sys = number(in), .drift_ppb = octet(in),
		.correction_ns = number(in) >> 8,
	};

	rate_limit_init(&s->replier.rate, octet(in) & 1, (s8)octet(in), octet(in), octet(in), octet(in) & 1);
	s->replier.interleaved = octet(in) & 7;
	ntp_reply_publish(&s->replier, &st);
}

static void check_reply(struct server *s, const struct ntp_packet *req, enum ntp_answer a, u8 id,
			const struct client *c, const u8 *out)
{
	struct ntp_packet p;

	must(!ntp_packet_parse(out, NTP_HEADER_LEN, &p));
	must(p.mode == NTP_MODE_SERVER && p.version == req->version);
	must(p.stratum <= 15);
	if (a == NTP_ANSWER_INTERLEAVED) {
		must(s->replier.interleaved && req->origin == s->last_rx[id]);
		must(p.origin == req->receive && req->receive != req->transmit);
	} else {
		must(p.origin == req->transmit && p.transmit != p.receive);
	}
	if (a != NTP_ANSWER_KOD) {
		must(p.receive != s->last_rx[id]);
		if (c && c->rx == p.receive)
			s->last_rx[id] = p.receive;
	}
}

static void ask(struct server *s, struct input *in, u8 id, size_t len)
{
	u8 buf[2048], out[NTP_HEADER_LEN + GUARD], addr[16];
	struct ntp_packet req;
	struct ntp_query q = {
		.buf = buf, .port = id, .rx_sys = s->sys, .now_mono = s->mono,
		.random = random_next(&s->random),
	};
	struct client *c;
	enum ntp_answer a;
	bool want_tx;
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = octet(in);
	/* the octets cannot guess a stamp: now and then they name the last reply */
	if (len >= NTP_HEADER_LEN && buf[24] == 0xff) {
		for (i = 0; i < 8; i++)
			buf[24 + i] = (u8)(s->last_rx[id] >> (56 - 8 * i));
	}
	q.len = len;
	q.rx_kind = octet(in) & 3;
	q.tx_sys = s->sys + (s8)octet(in);
	a = ntp_reply_check(buf, len, q.port, &req);
	must(a == NTP_ANSWER_BASIC || a == NTP_ANSWER_MALFORMED || a == NTP_ANSWER_NO_REQUEST);
	if (a != NTP_ANSWER_BASIC)
		return;
	must(len >= NTP_HEADER_LEN && (req.mode == NTP_MODE_CLIENT || !req.mode));
	address(id, addr);
	c = id == 255 ? NULL : client_table_hit(s->table, addr, s->mono);
	if (c && c->hits == 1)
		s->last_rx[id] = 0;
	if (!c)
		s->last_rx[id] = 0;
	memset(out, 0xaa, sizeof(out));
	a = ntp_reply(&s->replier, &q, &req, c, out, &want_tx);
	for (i = ntp_answer_is_reply(a) ? NTP_HEADER_LEN : 0; i < sizeof(out); i++)
		must(out[i] == 0xaa);
	must(a == NTP_ANSWER_BASIC || a == NTP_ANSWER_INTERLEAVED || a == NTP_ANSWER_KOD ||
	     a == NTP_ANSWER_RATE_LIMITED);
	must(c || (a == NTP_ANSWER_BASIC && !want_tx));
	if (ntp_answer_is_reply(a))
		check_reply(s, &req, a, id, c, out);
}

static void stamp(struct server *s, struct input *in, u8 id)
{
	struct client *c;
	u8 addr[16];

	address(id, addr);
	c = client_table_find(s->table, addr);
	if (c)
		ntp_reply_transmitted(&s->replier, c, octet(in) & 7 ? c->rx : (u64)number(in),
				      octet(in) & 1 ? number(in) : s->sys + octet(in));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const u64 key[2] = { 1, 2 };
	struct input in = { data, size };
	struct server s = { .sys = 1790000000LL * NSEC_PER_SEC, .random = 1 };
	u8 what, id;

	ntp_reply_init(&s.replier);
	s.table = client_table_new(64 + 64 * (u64)octet(&in), key);
	if (!s.table)
		return 0;
	while (in.left) {
		what = octet(&in);
		id = octet(&in);
		if (what & 0x80)
			ask(&s, &in, id, NTP_HEADER_LEN);
		else if (what & 0x40)
			ask(&s, &in, id, (size_t)octet(&in) << 3 | (what & 7));
		else if (what & 0x20)
			stamp(&s, &in, id);
		else if (what & 0x10)
			publish(&s, &in);
		else if (what & 0x08)
			s.sys = number(&in) >> 1;
		else
			client_table_forget_stamps(s.table);
		s.mono += (s64)(what & 7) << (id & 31);
		s.sys += what & 7;
		must(client_table_count(s.table) <= client_table_capacity(s.table));
	}
	client_table_free(s.table);
	return 0;
}
