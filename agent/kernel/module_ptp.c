// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/module_ptp.h"

#include <errno.h>
#include <linux/as_timesync.h>

#include "kernel/module_acl.h"

/* Of one client, all attributes with their heads. */
#define CLIENT_OCTETS 96
#define OTHER_OCTETS 512

/* A message that could not be filled is none. */
static struct nl_msg *filled(struct nl_msg *msg, bool failed)
{
	if (!failed)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static int on_id(void *ctx, const struct genl_reply *r)
{
	return genl_get_u32(r, ATS_A_PTP_ID, ctx) ? 0 : -EBADMSG;
}

void module_ptp_counts_add(struct module_ptp *sum, const struct module_ptp *p)
{
	sum->delay_resps += p->delay_resps;
	sum->pdelay_resps += p->pdelay_resps;
	sum->passed += p->passed;
	sum->ungranted += p->ungranted;
	sum->syncs += p->syncs;
	sum->follow_ups += p->follow_ups;
	sum->stamps_lost += p->stamps_lost;
	sum->waits += p->waits;
	sum->send_failures += p->send_failures;
	sum->rx_hardware += p->rx_hardware;
	sum->rx_software += p->rx_software;
	sum->sptp_syncs += p->sptp_syncs;
	sum->csptp_syncs += p->csptp_syncs;
	sum->announces += p->announces;
	sum->denied += p->denied;
	sum->limited += p->limited;
}

int module_ptp_attach(struct genl *g, const struct module_ptp_place *place, u32 *id)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_PTP_ATTACH, OTHER_OCTETS +
					  (size_t)place->nacl * MODULE_ACL_RULE_OCTETS);
	int r;

	*id = 0;
	if (msg)
		msg = filled(msg, nla_put_s32(msg, ATS_A_PTP_EVENT_FD, place->event_fd) ||
				  nla_put_s32(msg, ATS_A_PTP_GENERAL_FD, place->general_fd) ||
				  nla_put_u32(msg, ATS_A_PTP_CLIENTS_MAX, place->clients_max) ||
				  !module_acl_put(msg, ATS_A_PTP_ACL, place->acl, place->nacl));
	r = genl_request(g, msg, on_id, id);
	/* ids begin at 1 */
	return !r && !*id ? -EBADMSG : r;
}

int module_ptp_detach(struct genl *g, u32 id)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_PTP_DETACH, 0);

	if (msg)
		msg = filled(msg, nla_put_u32(msg, ATS_A_PTP_ID, id));
	return genl_request(g, msg, NULL, NULL);
}

static bool put_stateless(struct nl_msg *msg, const struct module_ptp_facts *f)
{
	const struct ptp_announce *a = &f->stateless.announce;

	if (!(f->duties & (ATS_PTP_SPTP | ATS_PTP_CSPTP)))
		return true;
	return !nla_put_u8(msg, ATS_A_PTP_CSPTP_DOMAIN, f->stateless.csptp_domain) &&
		!nla_put_u16(msg, ATS_A_PTP_TIME_FLAGS, f->stateless.flags) &&
		!nla_put_s32(msg, ATS_A_PTP_UTC_OFFSET, a->utc_offset) &&
		!nla_put_u8(msg, ATS_A_PTP_PRIORITY1, a->priority1) &&
		!nla_put_u8(msg, ATS_A_PTP_CLOCK_CLASS, a->quality.class) &&
		!nla_put_u8(msg, ATS_A_PTP_CLOCK_ACCURACY, a->quality.accuracy) &&
		!nla_put_u16(msg, ATS_A_PTP_CLOCK_VARIANCE, a->quality.variance) &&
		!nla_put_u8(msg, ATS_A_PTP_PRIORITY2, a->priority2) &&
		!nla_put_u64(msg, ATS_A_PTP_GRANDMASTER, a->gm) &&
		!nla_put_u16(msg, ATS_A_PTP_STEPS_REMOVED, a->steps_removed) &&
		!nla_put_u8(msg, ATS_A_PTP_TIME_SOURCE, a->time_source) &&
		!nla_put_u32(msg, ATS_A_PTP_EXCHANGES_MAX, f->stateless.per_second);
}

int module_ptp_set(struct genl *g, u32 id, const struct module_ptp_facts *f, u32 valid_ms)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_PTP_SET, OTHER_OCTETS);

	if (msg)
		msg = filled(msg, nla_put_u32(msg, ATS_A_PTP_ID, id) ||
				  nla_put_u64(msg, ATS_A_PTP_CLOCK, f->voice.id.clock) ||
				  nla_put_u16(msg, ATS_A_PTP_PORT, f->voice.id.port) ||
				  nla_put_u8(msg, ATS_A_PTP_DOMAIN, f->voice.domain) ||
				  nla_put_u16(msg, ATS_A_PTP_SDO, f->voice.sdo) ||
				  nla_put_u8(msg, ATS_A_PTP_MINOR_VERSION,
					     f->voice.minor_version) ||
				  nla_put_u32(msg, ATS_A_PTP_DUTIES, f->duties) ||
				  nla_put_s32(msg, ATS_A_PTP_LOG_MIN_DELAY_REQ,
					      f->log_min_delay_req) ||
				  nla_put_s64(msg, ATS_A_PTP_TAI_OFFSET, f->tai_offset_ns) ||
				  nla_put_u32(msg, ATS_A_PTP_VALID_MS, valid_ms) ||
				  !put_stateless(msg, f));
	return genl_request(g, msg, NULL, NULL);
}

static bool put_identity(struct nl_msg *msg, const struct ptp_grant_client *c)
{
	return !nla_put(msg, ATS_A_PTP_CLIENT_ADDRESS, sizeof(c->address), c->address) &&
		!nla_put_u64(msg, ATS_A_PTP_CLIENT_CLOCK, c->id.clock) &&
		!nla_put_u16(msg, ATS_A_PTP_CLIENT_PORT, c->id.port);
}

static bool put_grant(struct nl_msg *msg, const struct module_ptp_grant *c)
{
	struct nlattr *nest = nla_nest_start(msg, ATS_A_PTP_CLIENT);

	if (!nest || !put_identity(msg, &c->client) ||
	    (c->sync.set &&
	     (nla_put_s32(msg, ATS_A_PTP_CLIENT_SYNC_LOG, c->sync.log_interval) ||
	      nla_put_u32(msg, ATS_A_PTP_CLIENT_SYNC_S, c->sync.seconds))) ||
	    (c->delay.set &&
	     (nla_put_s32(msg, ATS_A_PTP_CLIENT_DELAY_LOG, c->delay.log_interval) ||
	      nla_put_u32(msg, ATS_A_PTP_CLIENT_DELAY_S, c->delay.seconds))) ||
	    (c->sync.set && c->sync.seconds &&
	     nla_put_u16(msg, ATS_A_PTP_CLIENT_SYNC_SEQUENCE, c->sequence)))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static struct nl_msg *begin_batch(struct genl *g, u8 command, u32 id, size_t n)
{
	struct nl_msg *msg = genl_message(g, command, OTHER_OCTETS + n * CLIENT_OCTETS);

	return msg ? filled(msg, nla_put_u32(msg, ATS_A_PTP_ID, id)) : NULL;
}

static int grant_batch(struct genl *g, u32 id, const struct module_ptp_grant *grants, size_t n)
{
	struct nl_msg *msg = begin_batch(g, ATS_CMD_PTP_CLIENT_SET, id, n);
	size_t i;

	for (i = 0; msg && i < n; i++)
		msg = filled(msg, !put_grant(msg, &grants[i]));
	return genl_request(g, msg, NULL, NULL);
}

int module_ptp_grant(struct genl *g, u32 id, const struct module_ptp_grant *grants, size_t n)
{
	size_t batch;
	int r = 0;

	for (; !r && n; n -= batch) {
		batch = n < MODULE_PTP_BATCH ? n : MODULE_PTP_BATCH;
		r = grant_batch(g, id, grants, batch);
		grants += batch;
	}
	return r;
}

/* No more than who it is. */
static bool put_named(struct nl_msg *msg, const struct ptp_grant_client *client)
{
	struct nlattr *nest = nla_nest_start(msg, ATS_A_PTP_CLIENT);

	if (!nest || !put_identity(msg, client))
		return false;
	nla_nest_end(msg, nest);
	return true;
}

static int revoke_batch(struct genl *g, u32 id, const struct ptp_grant_client *clients, size_t n)
{
	struct nl_msg *msg = begin_batch(g, ATS_CMD_PTP_CLIENT_DEL, id, n);
	size_t i;

	for (i = 0; msg && i < n; i++)
		msg = filled(msg, !put_named(msg, &clients[i]));
	return genl_request(g, msg, NULL, NULL);
}

int module_ptp_revoke(struct genl *g, u32 id, const struct ptp_grant_client *clients, size_t n)
{
	size_t batch;
	int r = 0;

	for (; !r && n; n -= batch) {
		batch = n < MODULE_PTP_BATCH ? n : MODULE_PTP_BATCH;
		r = revoke_batch(g, id, clients, batch);
		clients += batch;
	}
	return r;
}

static void get_facts(const struct genl_reply *r, struct module_ptp *p)
{
	struct module_ptp_facts *f = &p->facts;
	s32 log = 0;

	p->set = genl_get_u64(r, ATS_A_PTP_CLOCK, &f->voice.id.clock);
	genl_get_u16(r, ATS_A_PTP_PORT, &f->voice.id.port);
	genl_get_u8(r, ATS_A_PTP_DOMAIN, &f->voice.domain);
	genl_get_u16(r, ATS_A_PTP_SDO, &f->voice.sdo);
	genl_get_u8(r, ATS_A_PTP_MINOR_VERSION, &f->voice.minor_version);
	genl_get_u32(r, ATS_A_PTP_DUTIES, &f->duties);
	if (genl_get_s32(r, ATS_A_PTP_LOG_MIN_DELAY_REQ, &log))
		f->log_min_delay_req = (s8)log;
	genl_get_s64(r, ATS_A_PTP_TAI_OFFSET, &f->tai_offset_ns);
	genl_get_u32(r, ATS_A_PTP_REMAINING_MS, &p->remaining_ms);
}

static void get_stateless(const struct genl_reply *r, struct module_ptp_facts *f)
{
	struct ptp_announce *a = &f->stateless.announce;
	s32 utc_offset = 0;

	genl_get_u8(r, ATS_A_PTP_CSPTP_DOMAIN, &f->stateless.csptp_domain);
	genl_get_u16(r, ATS_A_PTP_TIME_FLAGS, &f->stateless.flags);
	if (genl_get_s32(r, ATS_A_PTP_UTC_OFFSET, &utc_offset))
		a->utc_offset = (s16)utc_offset;
	genl_get_u8(r, ATS_A_PTP_PRIORITY1, &a->priority1);
	genl_get_u8(r, ATS_A_PTP_CLOCK_CLASS, &a->quality.class);
	genl_get_u8(r, ATS_A_PTP_CLOCK_ACCURACY, &a->quality.accuracy);
	genl_get_u16(r, ATS_A_PTP_CLOCK_VARIANCE, &a->quality.variance);
	genl_get_u8(r, ATS_A_PTP_PRIORITY2, &a->priority2);
	genl_get_u64(r, ATS_A_PTP_GRANDMASTER, &a->gm);
	genl_get_u16(r, ATS_A_PTP_STEPS_REMOVED, &a->steps_removed);
	genl_get_u8(r, ATS_A_PTP_TIME_SOURCE, &a->time_source);
	genl_get_u32(r, ATS_A_PTP_EXCHANGES_MAX, &f->stateless.per_second);
}

static bool get_port(const struct genl_reply *r, struct module_ptp *p)
{
	*p = (struct module_ptp){ 0 };
	if (r->command != ATS_CMD_PTP_GET || !genl_get_u32(r, ATS_A_PTP_ID, &p->id))
		return false;
	genl_get_u32(r, ATS_A_PTP_IFINDEX, &p->ifindex);
	genl_get_u32(r, ATS_A_PTP_CLIENTS_MAX, &p->clients_max);
	genl_get_u32(r, ATS_A_PTP_CLIENTS, &p->clients);
	genl_get_u64(r, ATS_A_PTP_MEMORY, &p->memory);
	get_facts(r, p);
	get_stateless(r, &p->facts);
	genl_get_u64(r, ATS_A_PTP_DELAY_RESPS, &p->delay_resps);
	genl_get_u64(r, ATS_A_PTP_PDELAY_RESPS, &p->pdelay_resps);
	genl_get_u64(r, ATS_A_PTP_PASSED, &p->passed);
	genl_get_u64(r, ATS_A_PTP_UNGRANTED, &p->ungranted);
	genl_get_u64(r, ATS_A_PTP_SYNCS, &p->syncs);
	genl_get_u64(r, ATS_A_PTP_FOLLOW_UPS, &p->follow_ups);
	genl_get_u64(r, ATS_A_PTP_STAMPS_LOST, &p->stamps_lost);
	genl_get_u64(r, ATS_A_PTP_WAITS, &p->waits);
	genl_get_u64(r, ATS_A_PTP_SEND_FAILURES, &p->send_failures);
	genl_get_u64(r, ATS_A_PTP_RX_HARDWARE, &p->rx_hardware);
	genl_get_u64(r, ATS_A_PTP_RX_SOFTWARE, &p->rx_software);
	genl_get_u64(r, ATS_A_PTP_SPTP_SYNCS, &p->sptp_syncs);
	genl_get_u64(r, ATS_A_PTP_CSPTP_SYNCS, &p->csptp_syncs);
	genl_get_u64(r, ATS_A_PTP_ANNOUNCES, &p->announces);
	genl_get_u64(r, ATS_A_PTP_DENIED, &p->denied);
	genl_get_u64(r, ATS_A_PTP_LIMITED, &p->limited);
	return true;
}

static int on_port(void *ctx, const struct genl_reply *r)
{
	return get_port(r, ctx) ? 0 : -EBADMSG;
}

int module_ptp_get(struct genl *g, u32 id, struct module_ptp *out)
{
	struct nl_msg *msg = genl_message(g, ATS_CMD_PTP_GET, 0);

	*out = (struct module_ptp){ 0 };
	if (msg)
		msg = filled(msg, nla_put_u32(msg, ATS_A_PTP_ID, id));
	return genl_request(g, msg, on_port, out);
}

struct port_list {
	module_each_ptp *each;
	void *ctx;
};

static int on_listed_port(void *ctx, const struct genl_reply *r)
{
	const struct port_list *l = ctx;
	struct module_ptp p;

	if (!get_port(r, &p))
		return -EBADMSG;
	l->each(l->ctx, &p);
	return 0;
}

int module_ptp_list(struct genl *g, module_each_ptp *each, void *ctx)
{
	struct port_list l = { each, ctx };

	return genl_dump(g, genl_message(g, ATS_CMD_PTP_GET, 0), on_listed_port, &l);
}

static bool get_grant(const struct nlattr *nest, struct module_ptp_grant *c)
{
	struct genl_reply in;
	s32 log = 0;

	*c = (struct module_ptp_grant){ 0 };
	if (!genl_get_nested(nest, &in) ||
	    !genl_get_binary(&in, ATS_A_PTP_CLIENT_ADDRESS, c->client.address,
			     sizeof(c->client.address)) ||
	    !genl_get_u64(&in, ATS_A_PTP_CLIENT_CLOCK, &c->client.id.clock) ||
	    !genl_get_u16(&in, ATS_A_PTP_CLIENT_PORT, &c->client.id.port))
		return false;
	c->sync.set = genl_get_u32(&in, ATS_A_PTP_CLIENT_SYNC_S, &c->sync.seconds);
	if (genl_get_s32(&in, ATS_A_PTP_CLIENT_SYNC_LOG, &log))
		c->sync.log_interval = (s8)log;
	c->delay.set = genl_get_u32(&in, ATS_A_PTP_CLIENT_DELAY_S, &c->delay.seconds);
	if (genl_get_s32(&in, ATS_A_PTP_CLIENT_DELAY_LOG, &log))
		c->delay.log_interval = (s8)log;
	genl_get_u16(&in, ATS_A_PTP_CLIENT_SYNC_SEQUENCE, &c->sequence);
	return true;
}

int module_ptp_grants_start(struct genl *g)
{
	return genl_list_start(g, genl_message(g, ATS_CMD_PTP_CLIENT_GET, 0));
}

struct grant_list {
	module_each_grant *each;
	void *ctx;
};

static bool get_client(const struct genl_reply *r, u32 *id, struct module_ptp_grant *c)
{
	return r->command == ATS_CMD_PTP_CLIENT_GET && genl_get_u32(r, ATS_A_PTP_ID, id) &&
		r->attr[ATS_A_PTP_CLIENT] && get_grant(r->attr[ATS_A_PTP_CLIENT], c);
}

static int on_client(void *ctx, const struct genl_reply *r)
{
	u32 id;

	return get_client(r, &id, ctx) ? 0 : -EBADMSG;
}

int module_ptp_grant_get(struct genl *g, u32 id, const struct ptp_grant_client *client,
			 struct module_ptp_grant *out)
{
	struct nl_msg *msg = begin_batch(g, ATS_CMD_PTP_CLIENT_GET, id, 1);

	*out = (struct module_ptp_grant){ 0 };
	if (msg)
		msg = filled(msg, !put_named(msg, client));
	return genl_request(g, msg, on_client, out);
}

static int on_grant(void *ctx, const struct genl_reply *r)
{
	const struct grant_list *l = ctx;
	struct module_ptp_grant grant;
	u32 id;

	if (!get_client(r, &id, &grant))
		return -EBADMSG;
	l->each(l->ctx, id, &grant);
	return 0;
}

int module_ptp_grants_more(struct genl *g, module_each_grant *each, void *ctx)
{
	struct grant_list l = { each, ctx };

	return genl_list_more(g, on_grant, &l);
}
