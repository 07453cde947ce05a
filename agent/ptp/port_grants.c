// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A port's granting side of unicast negotiation (clause 16.1). Grants are given in every
 * state in which the port is alive, and kept when it changes: they are leave to send, and
 * messages go out in MASTER only (clause 9.2.5), so that a client learns by the silence of
 * Announce that another transmitter is to be followed, and hears this one at once when it
 * is MASTER again. A clock that is a receiver only denies all requests.
 */
#include <string.h>

#include "ptp/port_private.h"

/*
 * Messages in one go; what else is due comes in the next one, which is due at once.
 * Between them transmit stamps are fetched: a socket keeps only some hundreds of them.
 */
#define AT_ONCE 32

static bool is_served(const struct ptp_port *p, u8 message)
{
	return !ptp_bmca_ds(p->shared->bmca)->def.receiver_only && !p->cfg.bmca.receiver_only &&
		(message != PTP_DELAY_RESP || p->cfg.delay == PTP_E2E) &&
		(message != PTP_PDELAY_RESP || p->cfg.delay == PTP_P2P);
}

bool ptp_port_serves(struct ptp_port *p, const u8 *from)
{
	if (!p->cfg.acl || (from && acl_allows(p->cfg.acl, from)))
		return true;
	ptp_port_refuse(p, PTP_REFUSED_ACCESS);
	return false;
}

static void tell(const struct ptp_port *p, const struct ptp_grant_client *client)
{
	if (p->shared->ops->granted)
		p->shared->ops->granted(p->shared->ctx, p->index, client);
}

void ptp_port_grant(struct ptp_port *p, const struct ptp_grant_client *client,
		    struct ptp_unicast *u, s64 now_mono)
{
	enum ptp_grant_kind kind;
	u32 duration = 0;

	if (ptp_grant_kind_of(u->message, &kind) && is_served(p, u->message))
		duration = ptp_grants_request(p->grants, client, kind, u->log_interval,
					      u->duration, now_mono);
	if (duration) {
		p->counters.granted++;
		tell(p, client);
	} else {
		p->counters.denied++;
	}
	u->tlv = PTP_TLV_GRANT_UNICAST;
	u->duration = duration;
	u->flags = duration ? PTP_GRANT_RENEWAL_INVITED : 0;
}

void ptp_port_withdraw(struct ptp_port *p, const struct ptp_grant_client *client,
		       const struct ptp_unicast *u, s64 now_mono)
{
	enum ptp_grant_kind kind;

	if (ptp_grant_kind_of(u->message, &kind) &&
	    ptp_grants_cancel(p->grants, client, kind, now_mono)) {
		p->counters.cancelled++;
		tell(p, client);
	}
}

/* Unicast requests of anybody are answered, but for the access list. */
static bool is_open(const struct ptp_port *p)
{
	return !p->grants || p->cfg.open_delay || p->cfg.delivery == PTP_HYBRID;
}

bool ptp_port_grants_delay(struct ptp_port *p, const struct ptp_message *req,
			   const struct ptp_received *how, s64 now_mono)
{
	struct ptp_grant_client client = { .id = { req->header.clock, req->header.port } };

	if (!ptp_port_serves(p, how->from))
		return false;
	if (is_open(p))
		return true;
	if (how->from)
		memcpy(client.address, how->from, PTP_ADDRESS_LEN);
	if (how->from && ptp_grants_take_delay(p->grants, &client, now_mono))
		return true;
	ptp_port_refuse(p, PTP_REFUSED_NO_GRANT);
	return false;
}

/* Table 42: unicast Sync and Follow_Up state no interval; Announce does, as ptp4l's. */
static void send(struct ptp_port *p, const struct ptp_grant_client *client,
		 enum ptp_grant_kind kind, s8 log_interval, u16 sequence, s64 now_mono)
{
	struct ptp_sent sent = {
		.sequence = sequence, .log_interval = PTP_LOG_INTERVAL_NONE, .unicast = true,
	};

	if (kind == PTP_GRANT_ANNOUNCE) {
		ptp_port_send_announce(p, sequence, log_interval, client->address);
		return;
	}
	memcpy(sent.to, client->address, PTP_ADDRESS_LEN);
	ptp_port_send_sync(p, &sent, now_mono);
}

void ptp_port_run_grants(struct ptp_port *p, s64 now_mono)
{
	struct ptp_grant_client client;
	enum ptp_grant_kind kind;
	s8 log_interval;
	u16 sequence;

	for (unsigned int i = 0; i < AT_ONCE; i++) {
		if (!ptp_grants_due(p->grants, now_mono, &client, &kind, &log_interval, &sequence))
			break;
		if (p->state == PTP_MASTER)
			send(p, &client, kind, log_interval, sequence, now_mono);
	}
}

const struct ptp_grants *ptp_port_grants(const struct ptp_port *p)
{
	return p->grants;
}

void ptp_port_get_service(const struct ptp_port *p, struct ptp_service *out)
{
	bool gives = p->state == PTP_MASTER;

	*out = (struct ptp_service){
		.voice = ptp_port_voice(p),
		/* what the NIC writes, and TLVs, are not for others to send */
		.sync = gives && p->grants && !p->cfg.one_step && !p->cfg.follow_up_information,
		.delay = gives && p->cfg.delay == PTP_E2E,
		.pdelay = ptp_port_alive(p->state) && p->cfg.delay == PTP_P2P,
		.anybody = is_open(p),
		.multicast = p->cfg.delivery != PTP_UNICAST,
		.log_min_delay_req = p->cfg.log_min_delay_req,
		.tai_offset_ns = ptp_port_given_offset(p) * NSEC_PER_SEC,
	};
}

void ptp_port_move_client(struct ptp_port *p, const struct ptp_grant_client *client,
			  bool elsewhere, s64 now_mono)
{
	if (p->grants)
		ptp_grants_move(p->grants, client, elsewhere, now_mono);
}

void ptp_port_move_clients_back(struct ptp_port *p, s64 now_mono)
{
	if (p->grants)
		ptp_grants_move_back(p->grants, now_mono);
}

void ptp_port_set_next_sync(struct ptp_port *p, const struct ptp_grant_client *client,
			    u16 sequence, s64 now_mono)
{
	if (p->grants)
		ptp_grants_set_next_sync(p->grants, client, sequence, now_mono);
}
