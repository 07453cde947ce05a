// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/csptp_asker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "daemon/log.h"
#include "daemon/ptp_clock.h"
#include "ptp/accuracy.h"
#include "ptp/csptp_server.h"

struct server {
	struct ptp_csptp_client client;
	struct ptp_net_address address;
	struct ptp_source *source;
	double tx_error_ns, rx_error_ns;	/* of the newest stamps */
	u64 requests, send_failed, samples, impossible;
};

struct csptp_asker {
	const struct ntp_env *env;
	const struct config_ptp *cfg;
	struct ptp_link *link;
	struct event *timer;
	unsigned int n;
	struct server server[];
};

_Static_assert(PTP_TRANSMITTERS_MAX <= 1 << 13, "a ticket has room for the server's number");

static void ask(struct csptp_asker *a, unsigned int i)
{
	struct server *s = &a->server[i];
	u8 buf[PTP_CSPTP_REQUEST_LEN];
	struct ptp_outgoing o = {
		.buf = buf, .len = sizeof(buf), .type = PTP_SYNC, .event = true, .stamp = true,
		.to = s->address.octets,
	};

	o.sequence = ptp_csptp_ask(&s->client, ntp_env_mono(a->env), buf);
	o.ticket = PTP_TICKET_FREE | i << 16 | o.sequence;
	if (ptp_link_send(a->link, &o)) {
		ptp_csptp_cancel(&s->client, o.sequence);
		s->send_failed++;
	} else {
		s->requests++;
	}
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct csptp_asker *a = arg;

	if (!ptp_link_up(a->link))
		return;
	for (unsigned int i = 0; i < a->n; i++) {
		if (!ptp_source_online(a->server[i].source))
			continue;
		ask(a, i);
		ptp_link_collect(a->link);
	}
}

/* s, TAI - UTC: what the server knows of it, else what the host does */
static s64 utc_offset(const struct csptp_asker *a, const struct ptp_csptp_sample *sample)
{
	struct tk_report r;

	if (!(sample->flags & PTP_FLAG_PTP_TIMESCALE))
		return 0;
	if (sample->has_status && sample->flags & PTP_FLAG_UTC_VALID)
		return sample->status.utc_offset;
	timekeeper_get_report(a->env->tk, &r);
	return r.leap_state.tai_offset ? r.leap_state.tai_offset : TAI_OFFSET;
}

static bool leg_of(const struct ptp_leg *from, s64 offset_s, struct leg *leg)
{
	*leg = (struct leg){
		.valid = true, .local_sys = from->local_sys, .local_kind = from->local_kind,
	};
	return !__builtin_sub_overflow(from->remote_tai, offset_s * NSEC_PER_SEC,
				       &leg->remote_utc) && leg->remote_utc >= 0;
}

static void give(struct csptp_asker *a, struct server *s, const struct ptp_csptp_sample *sample)
{
	struct ptp_clock_ds ds = {
		.time = { .flags = sample->flags },
		.parent = { .gm_quality = { .accuracy = PTP_ACCURACY_UNKNOWN } },
	};
	s64 offset_s = utc_offset(a, sample);
	struct leg fwd, back;

	if (!leg_of(&sample->fwd, offset_s, &fwd) || !leg_of(&sample->back, offset_s, &back)) {
		s->impossible++;
		return;
	}
	if (sample->has_status) {
		ds.current.steps_removed = sample->status.steps_removed;
		ds.parent.gm_quality = sample->status.quality;
	}
	s->samples++;
	ptp_source_exchange(s->source, &fwd, &back, &ds, fmax(s->tx_error_ns, s->rx_error_ns));
}

static struct server *find(struct csptp_asker *a, const u8 *from)
{
	for (unsigned int i = 0; from && i < a->n; i++)
		if (!memcmp(a->server[i].address.octets, from, PTP_ADDRESS_LEN))
			return &a->server[i];
	return NULL;
}

bool csptp_asker_received(struct csptp_asker *a, const struct ptp_message *m,
			  const struct ptp_received *how, const struct phc_moment *at)
{
	struct server *s = find(a, how->from);
	struct ptp_csptp_sample sample;
	u8 wants;

	/* it may be a client of ours, too */
	if (!s || m->header.sdo != PTP_CSPTP_SDO || ptp_csptp_is_request(m, &wants))
		return false;
	if (m->header.type == PTP_SYNC) {
		s->rx_error_ns = at->error_ns;
		ptp_source_stamp(s->source, how->rx_sys, at);
	}
	if (ptp_csptp_received(&s->client, m, how->rx_sys, how->kind, ntp_env_mono(a->env),
			       &sample))
		give(a, s, &sample);
	return true;
}

bool csptp_asker_stamped(struct csptp_asker *a, u32 ticket, s64 tx_sys, enum stamp_kind kind,
			 const struct phc_moment *at)
{
	u32 i = (ticket & ~PTP_TICKET_FREE) >> 16;
	struct ptp_csptp_sample sample;

	if (ticket < PTP_TICKET_FREE || i >= a->n)
		return false;
	a->server[i].tx_error_ns = at->error_ns;
	ptp_source_stamp(a->server[i].source, tx_sys, at);
	if (ptp_csptp_stamped(&a->server[i].client, (u16)ticket, tx_sys, kind,
			      ntp_env_mono(a->env), &sample))
		give(a, &a->server[i], &sample);
	return true;
}

void csptp_asker_forget(struct csptp_asker *a)
{
	for (unsigned int i = 0; i < a->n; i++)
		for (unsigned int k = 0; k < PTP_CSPTP_SLOTS; k++)
			a->server[i].client.slot[k].used = false;
}

void csptp_asker_tick(struct csptp_asker *a, s64 now_mono)
{
	for (unsigned int i = 0; i < a->n; i++)
		ptp_source_tick(a->server[i].source, now_mono);
}

void csptp_asker_configure(struct csptp_asker *a, const struct config_ptp *cfg)
{
	a->cfg = cfg;
	for (unsigned int i = 0; i < a->n; i++)
		ptp_source_configure(a->server[i].source, cfg);
}

static bool begin(struct csptp_asker *a, unsigned int i, struct ptp_port_id id)
{
	struct server *s = &a->server[i];
	const char *text = a->cfg->address[i];

	s->client = (struct ptp_csptp_client){
		.domain = (u8)a->cfg->csptp_domain, .want_status = true, .id = id,
	};
	/* so that who does not see our requests cannot answer them */
	if (getrandom(&s->client.next, sizeof(s->client.next), 0) != sizeof(s->client.next))
		return false;
	if (!ptp_net_address_parse(a->cfg->set.transport, text, &s->address)) {
		log_error("%s: \"%s\" is no address of %s", a->cfg->interface, text,
			  ptp_net_transport_name(a->cfg->set.transport));
		return false;
	}
	s->source = ptp_source_new(a->env, a->cfg, text);
	return s->source;
}

static bool start_timer(struct csptp_asker *a)
{
	s64 interval = llround(ldexp(1e9, a->cfg->set.log_sync));
	const struct timeval tv = {
		.tv_sec = interval / NSEC_PER_SEC, .tv_usec = interval % NSEC_PER_SEC / 1000,
	};

	a->timer = event_new(a->env->base, -1, EV_PERSIST, on_timer, a);
	return a->timer && !event_add(a->timer, &tv);
}

struct csptp_asker *csptp_asker_new(const struct ntp_env *env, const struct config_ptp *cfg,
				    struct ptp_link *link, struct ptp_port_id id)
{
	struct csptp_asker *a = calloc(1, sizeof(*a) + cfg->naddress * sizeof(a->server[0]));

	if (!a)
		return NULL;
	a->env = env;
	a->cfg = cfg;
	a->link = link;
	for (a->n = 0; a->n < cfg->naddress; a->n++)
		if (!begin(a, a->n, id))
			break;
	if (a->n < cfg->naddress || !start_timer(a)) {
		csptp_asker_free(a);
		return NULL;
	}
	return a;
}

void csptp_asker_free(struct csptp_asker *a)
{
	if (!a)
		return;
	if (a->timer)
		event_free(a->timer);
	for (unsigned int i = 0; i < a->n; i++)
		ptp_source_free(a->server[i].source);
	free(a);
}

bool csptp_asker_at(const struct csptp_asker *a, unsigned int i, struct csptp_server *out)
{
	const struct server *s;

	if (!a || i >= a->n)
		return false;
	s = &a->server[i];
	*out = (struct csptp_server){
		.address = a->cfg->address[i], .source = s->source, .requests = s->requests,
		.send_failed = s->send_failed, .samples = s->samples, .impossible = s->impossible,
		.lost_stamps = s->client.lost_stamps, .lost_responses = s->client.lost_responses,
		.repeated = s->client.repeated,
	};
	return true;
}
