// SPDX-License-Identifier: GPL-2.0-or-later
#include "ptp/manage.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptp/manage_private.h"

/*
 * A request of 54 octets is answered with up to 370 from each port, to wherever it says it
 * came from. So many may be sent at once, enough for all ports of a clock, and so many a
 * second in the long run.
 */
#define ANSWERS_AT_ONCE PTP_BMCA_PORTS_MAX
#define ANSWER_EVERY_NS (NSEC_PER_SEC / 256)

struct ptp_manager *ptp_manager_new(const struct ptp_manager_config *cfg,
				    const struct ptp_manage_ops *ops, void *ctx)
{
	struct ptp_manager *mg = calloc(1, sizeof(*mg));

	if (!mg)
		return NULL;
	mg->ops = ops;
	mg->ctx = ctx;
	ptp_manager_configure(mg, cfg);
	return mg;
}

void ptp_manager_free(struct ptp_manager *mg)
{
	free(mg);
}

void ptp_manager_configure(struct ptp_manager *mg, const struct ptp_manager_config *cfg)
{
	const char *user = cfg->user ? cfg->user : "";
	size_t len = strnlen(user, sizeof(mg->user));

	mg->cfg = *cfg;
	if (len == mg->configured_len && !memcmp(user, mg->configured, len))
		return;
	memcpy(mg->configured, user, len);
	memcpy(mg->user, user, len);
	mg->configured_len = mg->user_len = (u16)len;
}

void ptp_manager_count(const struct ptp_manager *mg, struct ptp_manager_counters *c)
{
	*c = mg->counters;
}

u16 ptp_manage_error(struct ptp_manage_call *c, u16 error, const char *why)
{
	snprintf(c->why, sizeof(c->why), "%s", why);
	return error;
}

void ptp_manage_ask_port(struct ptp_manage_call *c)
{
	c->facts = (struct ptp_manage_port){ .phc = -1 };
	if (c->mg->ops->port)
		c->mg->ops->port(c->mg->ctx, c->port, &c->facts);
}

void ptp_manage_ask_nic(struct ptp_manage_call *c)
{
	ptp_manage_ask_port(c);
	if (c->mg->ops->nic)
		c->mg->ops->nic(c->mg->ctx, c->port, &c->facts);
}

s64 ptp_manage_interval(double ns)
{
	double v = ns * 65536;

	if (!(v < 0x1p63))
		return INT64_MAX;
	return v >= -0x1p63 ? (s64)llrint(v) : INT64_MIN;
}

static bool spend(struct ptp_manager *mg, s64 now_mono)
{
	if (mg->spared_mono < now_mono)
		mg->spared_mono = now_mono;
	if (mg->spared_mono - now_mono >= ANSWERS_AT_ONCE * ANSWER_EVERY_NS) {
		mg->counters.limited++;
		return false;
	}
	mg->spared_mono += ANSWER_EVERY_NS;
	return true;
}

/* Clause 15.4.1: to who asked, with as many hops as the request took. */
static void reply(struct ptp_manage_call *c, u16 port, const u8 *tlv, size_t len)
{
	const struct ptp_message *q = c->request;
	const struct ptp_shared *sh = ptp_instance_shared(c->t);
	const struct ptp_default_ds *def = &ptp_manage_ds(c)->def;
	const u8 hops = (u8)(q->management.hops_start - q->management.hops);
	struct ptp_message m = {
		.header = {
			.type = PTP_MANAGEMENT, .version = PTP_VERSION,
			.minor_version = sh->minor_version, .domain = def->domain,
			.sdo = def->sdo, .clock = def->clock, .port = port,
			.sequence = q->header.sequence,
			.log_interval = PTP_LOG_INTERVAL_NONE,
		},
		.management = {
			.target = { q->header.clock, q->header.port },
			.hops_start = hops, .hops = hops,
			.action = q->management.action == PTP_COMMAND ? PTP_ACKNOWLEDGE :
				PTP_RESPONSE,
		},
		.tlv = tlv, .tlv_len = (u16)len,
	};

	if (c->ingress < 0)
		c->answer(c->answer_ctx, &m);
	else if (spend(c->mg, c->now_mono))
		ptp_instance_pass(c->t, (unsigned int)c->ingress, &m, c->to);
}

static void reply_error(struct ptp_manage_call *c, u16 port, u16 error)
{
	const struct ptp_management_error_status e = {
		.error = error, .id = c->tlv.id,
		.text = { (const u8 *)c->why, (u16)strlen(c->why) },
	};
	u8 tlv[PTP_TLV_HEAD + 8 + 2 + sizeof(c->why)];

	if (c->ingress >= 0)
		c->mg->counters.errors++;
	reply(c, port, tlv, ptp_management_error_put(tlv, sizeof(tlv), &e));
}

static u16 error_of_data(int r)
{
	return r == -EMSGSIZE ? PTP_WRONG_LENGTH : r == -EBADMSG ? PTP_WRONG_VALUE :
		PTP_NOT_SUPPORTED;
}

/* SET or COMMAND */
static u16 change(struct ptp_manage_call *c, const struct ptp_manage_handler *h, int port)
{
	const bool set = c->request->management.action == PTP_SET;
	union ptp_management_data d;
	u16 error;
	int r;

	if (!(set ? h->set : h->command))
		return set && h->get ? PTP_NOT_SETABLE : PTP_NOT_SUPPORTED;
	r = ptp_management_data_get(&c->tlv, &d);
	if (r)
		return error_of_data(r);
	error = set ? h->set(c, &d) : h->command(c, &d);
	if (!error && c->mg->ops->changed && c->tlv.id != PTP_MID_NULL_MANAGEMENT)
		c->mg->ops->changed(c->mg->ctx, c->tlv.id, port);
	return error;
}

/* @port: -1 for what is the whole clock's; @source: portNumber of who answers. */
static void run(struct ptp_manage_call *c, const struct ptp_manage_handler *h, int port,
		u16 source)
{
	const u8 action = c->request->management.action;
	union ptp_management_data d;
	u8 tlv[PTP_MESSAGE_MAX];
	size_t len = 0;
	u16 error = PTP_MANAGED;

	c->why[0] = 0;
	memset(&d, 0, sizeof(d));
	if (action != PTP_GET)
		error = change(c, h, port);
	if (!error && action != PTP_COMMAND)
		error = h->get ? h->get(c, &d) : PTP_NOT_SUPPORTED;
	if (!error) {
		/* room for the message that it goes into: clause 13.12 */
		len = action == PTP_COMMAND ? ptp_management_put(tlv, sizeof(tlv), &c->tlv) :
			ptp_management_data_put(tlv, sizeof(tlv) - ptp_message_len(PTP_MANAGEMENT),
						c->tlv.id, &d);
		if (!len)
			error = PTP_RESPONSE_TOO_BIG;
	}
	if (error) {
		reply_error(c, source, error);
		return;
	}
	if (c->ingress >= 0)
		c->mg->counters.answers++;
	reply(c, source, tlv, len);
}

static bool is_allowed(const struct ptp_manage_call *c)
{
	const struct ptp_manager_config *cfg = &c->mg->cfg;

	if (c->ingress < 0 || c->tlv.id == PTP_MID_NULL_MANAGEMENT)
		return true;
	switch (c->request->management.action) {
	case PTP_GET:
		return !cfg->deny_get;
	case PTP_SET:
		return cfg->allow_set;
	default:	/* PTP_COMMAND */
		return cfg->allow_command;
	}
}

/* What is wrong with the request, whatever port it is for */
static u16 refusal(struct ptp_manage_call *c, const struct ptp_management_type *type,
		   const struct ptp_manage_handler *h)
{
	const u8 action = c->request->management.action;

	if (!type)
		return PTP_NO_SUCH_ID;
	if (!(type->actions & PTP_ACTION(action)))
		return action == PTP_SET ? PTP_NOT_SETABLE : PTP_NOT_SUPPORTED;
	if (!is_allowed(c)) {
		c->mg->counters.denied++;
		return ptp_manage_error(c, PTP_NOT_SUPPORTED, "not allowed from the network");
	}
	if (!h)
		return PTP_NOT_SUPPORTED;
	if (h->local && c->ingress >= 0) {
		c->mg->counters.denied++;
		return ptp_manage_error(c, PTP_NOT_SUPPORTED, "only for who asks on the host");
	}
	return PTP_MANAGED;
}

/* Clause 15.3.1: which of our ports are meant */
static void run_ports(struct ptp_manage_call *c, const struct ptp_manage_handler *h, u16 target,
		      u16 source)
{
	const u16 ports = ptp_manage_ds(c)->def.ports;

	if (target != PTP_ALL_PORTS && (!target || target > ports)) {
		reply_error(c, source, ptp_manage_error(c, PTP_WRONG_VALUE, "no such port"));
		return;
	}
	for (unsigned int i = 0; i < ports; i++) {
		if (target != PTP_ALL_PORTS && target != i + 1)
			continue;
		c->port = i;
		run(c, h, (int)i, (u16)(i + 1));
	}
}

/* NULL: nothing is done about it here */
static const struct ptp_manage_handler *find_handler(const struct ptp_management_type *type)
{
	const struct ptp_manage_handler *h;
	size_t n;

	h = type->scope == PTP_OF_CLOCK ? ptp_manage_clock_handlers(&n) :
		ptp_manage_port_handlers(&n);
	for (; n; n--, h++)
		if (h->id == type->id)
			return h;
	return NULL;
}

static void answer(struct ptp_manage_call *c)
{
	const struct ptp_management_type *type = ptp_management_type(c->tlv.id);
	const struct ptp_manage_handler *h = type ? find_handler(type) : NULL;
	const u16 source = (u16)(c->ingress + 1);
	u16 error;

	error = refusal(c, type, h);
	if (error)
		reply_error(c, source, error);
	else if (type->scope == PTP_OF_CLOCK)
		run(c, h, -1, source);
	else
		run_ports(c, h, c->request->management.target.port, source);
}

/* The one TLV of a request that can be answered */
static bool read_request(const struct ptp_message *m, struct ptp_management *tlv)
{
	struct ptp_tlv_walk w = ptp_tlv_walk(m->tlv, m->tlv_len);
	struct ptp_tlv t;

	return ptp_tlv_next(&w, &t) && !w.left && ptp_management_get(&t, tlv);
}

static bool is_meant(const struct ptp_instance *t, u64 clock)
{
	return clock == PTP_ALL_CLOCKS || clock == ptp_bmca_ds(ptp_instance_bmca(t))->def.clock;
}

/* States in which a port passes on what others say: as ptp4l does. */
static bool passes_on(const struct ptp_instance *t, unsigned int port)
{
	switch (ptp_bmca_state(ptp_instance_bmca(t), port)) {
	case PTP_PRE_MASTER:
	case PTP_MASTER:
	case PTP_UNCALIBRATED:
	case PTP_SLAVE:
		return true;
	default:
		return false;
	}
}

/* Clause 15.3.3: requests and answers alike, as they came, one hop less. */
static void forward(struct ptp_manager *mg, struct ptp_instance *t, unsigned int port,
		    const struct ptp_message *m, s64 now_mono)
{
	const struct ptp_default_ds *def = &ptp_bmca_ds(ptp_instance_bmca(t))->def;
	struct ptp_message copy = *m;

	if (mg->cfg.no_forward || m->header.flags & PTP_FLAG_UNICAST || !m->management.hops ||
	    m->management.target.clock == def->clock || !passes_on(t, port))
		return;
	copy.management.hops--;
	for (unsigned int i = 0; i < def->ports; i++) {
		if (i == port || !passes_on(t, i) || !spend(mg, now_mono))
			continue;
		mg->counters.forwarded += ptp_instance_pass(t, i, &copy, NULL);
	}
}

/* What is for all is the answer to somebody else's question. */
static void hear(struct ptp_manager *mg, const struct ptp_instance *t, unsigned int port,
		 const struct ptp_message *m)
{
	if (m->management.target.clock != ptp_bmca_ds(ptp_instance_bmca(t))->def.clock)
		return;
	mg->counters.heard++;
	if (mg->ops->heard)
		mg->ops->heard(mg->ctx, port, m);
}

void ptp_manager_receive(struct ptp_manager *mg, struct ptp_instance *t, unsigned int port,
			 const struct ptp_message *m, const struct ptp_received *how,
			 s64 now_mono)
{
	const bool unicast = m->header.flags & PTP_FLAG_UNICAST;
	struct ptp_manage_call c = {
		.mg = mg, .t = t, .request = m, .ingress = (int)port,
		.to = unicast ? how->from : NULL, .now_mono = now_mono,
	};

	forward(mg, t, port, m, now_mono);
	if (!is_meant(t, m->management.target.clock))
		return;
	if (m->management.action == PTP_RESPONSE || m->management.action == PTP_ACKNOWLEDGE) {
		hear(mg, t, port, m);
		return;
	}
	if (ptp_manage_hear_metadata(mg, t, port, m, now_mono))
		return;
	mg->counters.requests[m->management.action]++;
	/* without an address a unicast answer goes nowhere, and to all it must not go */
	if (!read_request(m, &c.tlv) || (unicast && !how->from) ||
	    m->management.hops > m->management.hops_start)
		mg->counters.malformed++;
	else
		answer(&c);
}

void ptp_manager_request(struct ptp_manager *mg, struct ptp_instance *t,
			 const struct ptp_message *m, ptp_manage_answer_fn *answer_fn,
			 void *answer_ctx, s64 now_mono)
{
	struct ptp_manage_call c = {
		.mg = mg, .t = t, .request = m, .ingress = -1, .answer = answer_fn,
		.answer_ctx = answer_ctx, .now_mono = now_mono,
	};
	const u8 action = m->management.action;

	if (action != PTP_RESPONSE && action != PTP_ACKNOWLEDGE &&
	    read_request(m, &c.tlv) && is_meant(t, m->management.target.clock))
		answer(&c);
}

bool ptp_manage_send_own(struct ptp_manager *mg, struct ptp_instance *t, struct ptp_message *m,
			 ptp_manage_port_fn *may)
{
	const struct ptp_default_ds *def = &ptp_bmca_ds(ptp_instance_bmca(t))->def;
	bool sent = false;

	m->header.minor_version = ptp_instance_shared(t)->minor_version;
	m->header.domain = def->domain;
	m->header.sdo = def->sdo;
	m->header.clock = def->clock;
	m->header.sequence = mg->sequence++;
	for (unsigned int i = 0; i < def->ports; i++) {
		if (!may(t, i))
			continue;
		m->header.port = (u16)(i + 1);
		sent |= ptp_instance_pass(t, i, m, NULL);
	}
	return sent;
}

static bool is_alive(const struct ptp_instance *t, unsigned int port)
{
	return ptp_port_alive(ptp_bmca_state(ptp_instance_bmca(t), port));
}

int ptp_manager_ask(struct ptp_manager *mg, struct ptp_instance *t, const struct ptp_ask *ask,
		    u16 *sequence)
{
	u8 tlv[PTP_MESSAGE_MAX];
	struct ptp_message m;

	if (!ptp_ask_build(ask, &m, tlv, sizeof(tlv) - ptp_message_len(PTP_MANAGEMENT)))
		return -EINVAL;
	*sequence = mg->sequence;
	return ptp_manage_send_own(mg, t, &m, is_alive) ? 0 : -ENETDOWN;
}
