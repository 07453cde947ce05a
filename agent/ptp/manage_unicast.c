// SPDX-License-Identifier: GPL-2.0-or-later
/* UNICAST_MASTER_TABLE_NP: whom a port asks, in linuxptp's form. */
#include <string.h>

#include "ptp/manage_private.h"
#include "ptp/unicast_client.h"
#include "wire/bytes.h"

enum {
	/* identity, quality, selected, state, priorities, protocol, length of the address */
	ENTRY_LEN = 22,
	/* linuxptp's states of one that is asked */
	WAITS = 0, HAS_ANNOUNCE = 1, NEEDS_SYNC = 2, HAS_SYNC = 3,
};

static u8 state_of(const struct ptp_manage_call *c, const struct ptp_transmitter_state *s)
{
	if (s->service[PTP_GRANT_ANNOUNCE].until_mono <= c->now_mono)
		return WAITS;
	if (s->service[PTP_GRANT_SYNC].until_mono > c->now_mono)
		return HAS_SYNC;
	return s->chosen ? NEEDS_SYNC : HAS_ANNOUNCE;
}

/* What it announced; NULL: nothing yet */
static const struct ptp_foreign *announced(const struct ptp_manage_call *c, struct ptp_port_id id)
{
	const struct ptp_foreign_table *t = ptp_bmca_foreign(ptp_instance_bmca(c->t), c->port);
	const struct ptp_foreign *f;

	for (unsigned int i = 0; (f = ptp_foreign_at(t, i)); i++)
		if (ptp_port_id_equal(f->set.sender, id))
			break;
	return f;
}

/* Its octets, 0: there is no room. */
static size_t put(const struct ptp_manage_call *c, const struct ptp_transmitter_state *s, u8 *b,
		  size_t room)
{
	const struct ptp_foreign *f = s->has_id ? announced(c, s->id) : NULL;
	u16 network;
	struct ptp_octets to = ptp_manage_address(c->facts.transport, s->address, &network);

	if (room < ENTRY_LEN + (size_t)to.len)
		return 0;
	memset(b, 0, ENTRY_LEN);
	if (s->has_id)
		ptp_port_id_put(b, &s->id);
	if (f) {
		b[10] = f->set.quality.class;
		b[11] = f->set.quality.accuracy;
		be16_put(b + 12, f->set.quality.variance);
		b[16] = f->set.priority1;
		b[17] = f->set.priority2;
	}
	b[14] = s->chosen;
	b[15] = state_of(c, s);
	be16_put(b + 18, network);
	be16_put(b + 20, to.len);
	if (to.len)
		memcpy(b + ENTRY_LEN, to.b, to.len);
	return ENTRY_LEN + (size_t)to.len;
}

u16 ptp_manage_get_unicast(struct ptp_manage_call *c, union ptp_management_data *d)
{
	const struct ptp_unicast_client *asked = ptp_instance_unicast(c->t, c->port);
	struct ptp_transmitter_state s;
	size_t len = 0, n;

	ptp_manage_ask_port(c);
	for (u16 i = 0; asked && ptp_unicast_client_at(asked, i, &s); i++) {
		n = put(c, &s, c->table + len, sizeof(c->table) - len);
		if (!n)
			return PTP_RESPONSE_TOO_BIG;
		len += n;
		d->unicast_table_np.size++;
	}
	d->unicast_table_np.entries = (struct ptp_octets){ c->table, (u16)len };
	return PTP_MANAGED;
}
