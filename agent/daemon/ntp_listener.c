// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/net_tstamp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/address.h"
#include "daemon/ntp_server_private.h"

/* Room for a burst of some thousand requests while the loop does other things. */
#define RECEIVE_BUFFER (1 << 20)

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	ntp_batch_run(arg);
}

/*
 * Receive stamps for all, transmit stamps for those replies that ask for one
 * by a control message: the cheapest way for the many that do not. udp_open()
 * would have every transmit stamped, or none.
 */
static void enable_stamps(struct ntp_listener *l)
{
	const int software = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
		SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
	const int nic = SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |
		SOF_TIMESTAMPING_OPT_PKTINFO;
	int flags = software | nic;

	if (udp_stamping(l->udp) < STAMPING_SOFTWARE)
		return;
	if (udp_stamping(l->udp) == STAMPING_HARDWARE &&
	    !setsockopt(l->fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags))) {
		l->tx_flags = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_HARDWARE;
		return;
	}
	flags = software;
	if (!setsockopt(l->fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags)))
		l->tx_flags = SOF_TIMESTAMPING_TX_SOFTWARE;
}

struct ntp_listener *ntp_listener_open(struct ntp_server *s, const struct sockaddr_storage *address,
				       bool wildcard, int *error, char *err, size_t errlen)
{
	const struct sockaddr *sa = (const struct sockaddr *)address;
	const struct udp_config cfg = {
		.family = address->ss_family, .bind = sa, .pktinfo = wildcard,
		.hardware = s->ops.hwstamp && hwstamp_usable(s->ops.hwstamp),
		.receive_buffer = RECEIVE_BUFFER,
	};
	char where[ADDRESS_TEXT_LEN], why[256] = "";
	struct ntp_listener *l = calloc(1, sizeof(*l));

	*error = -ENOMEM;
	if (!l)
		goto fail;
	l->server = s;
	l->wildcard = wildcard;
	l->address = *address;
	*error = udp_open(&cfg, &l->udp, why, sizeof(why));
	if (*error)
		goto fail;
	l->fd = udp_fd(l->udp);
	enable_stamps(l);
	*error = -ENOMEM;
	l->event = event_new(s->base, l->fd, EV_READ | EV_PERSIST, on_readable, l);
	if (!l->event || event_add(l->event, NULL))
		goto fail;
	*error = 0;
	l->told = s->ops.socket_opened;
	if (l->told)
		s->ops.socket_opened(s->ops.ctx, l->fd);
	return l;
fail:
	address_text(sa, where);
	snprintf(err, errlen, "NTP server on %s port %u: %s", where, address_port(sa),
		 why[0] ? why : strerror(-*error));
	ntp_listener_close(l);
	return NULL;
}

void ntp_listener_close(struct ntp_listener *l)
{
	if (!l)
		return;
	if (l->told)
		l->server->ops.socket_closing(l->server->ops.ctx, l->fd);
	if (l->event)
		event_free(l->event);
	udp_close(l->udp);
	free(l);
}
