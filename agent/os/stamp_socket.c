// SPDX-License-Identifier: GPL-2.0-or-later
#include "os/stamp_socket.h"

#include <errno.h>
#include <linux/net_tstamp.h>
#include <string.h>
#include <time.h>

#define TX_FLAGS (SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_HARDWARE)

static int set_int(int fd, int option, int value)
{
	return setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value)) ? -errno : 0;
}

/*
 * The first set of options that the kernel takes, best first: OPT_TX_SWHW and
 * OPT_PKTINFO came after OPT_TSONLY, OPT_ID before both.
 */
void stamp_socket_enable(struct stamp_socket *s, bool tx, bool hardware)
{
	const int software = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
		(tx ? SOF_TIMESTAMPING_TX_SOFTWARE : 0);
	const int nic = SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE |
		(tx ? SOF_TIMESTAMPING_TX_HARDWARE : 0);
	const int id = tx ? SOF_TIMESTAMPING_OPT_ID : 0;
	const int tsonly = tx ? SOF_TIMESTAMPING_OPT_TSONLY : 0;
	const int swhw = SOF_TIMESTAMPING_OPT_PKTINFO | (tx ? SOF_TIMESTAMPING_OPT_TX_SWHW : 0);
	/* without OPT_TX_SWHW a transmit has the one or the other: keep software */
	const int attempt[] = {
		hardware ? software | nic | id | tsonly | swhw : 0,
		software | id | tsonly,
		software | id,
		SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attempt); i++) {
		if (!attempt[i] || set_int(s->fd, SO_TIMESTAMPING, attempt[i]))
			continue;
		s->flags = attempt[i];
		s->stamping = i ? STAMPING_SOFTWARE : STAMPING_HARDWARE;
		return;
	}
	if (!set_int(s->fd, SO_TIMESTAMPNS, 1))
		s->stamping = STAMPING_NS;
}

s64 stamp_socket_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

s64 stamp_socket_rx(const struct stamp *st, s64 user_sys, enum stamp_kind *kind)
{
	*kind = st->software_sys ? STAMP_KERNEL : STAMP_USER;
	return st->software_sys ? st->software_sys : user_sys;
}

int stamp_socket_receive_error(struct stamp_socket *s, int error)
{
	if (error == EAGAIN || error == EINTR) {
		s->idle_wakeup = error == EAGAIN;
		return 0;
	}
	return -error;
}

void *stamp_control_add(struct msghdr *h, int level, int type, size_t size)
{
	struct cmsghdr *c = (struct cmsghdr *)((char *)h->msg_control + h->msg_controllen);

	memset(c, 0, CMSG_SPACE(size));
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	h->msg_controllen += CMSG_SPACE(size);
	return CMSG_DATA(c);
}

/* After a failed send nobody knows whether the kernel counted it: start anew. */
static void restart_ids(struct stamp_socket *s)
{
	if (!(s->flags & SOF_TIMESTAMPING_OPT_ID))
		return;
	if (set_int(s->fd, SO_TIMESTAMPING, s->flags & ~SOF_TIMESTAMPING_OPT_ID) ||
	    set_int(s->fd, SO_TIMESTAMPING, s->flags))
		return;
	s->id_base = 0 - s->sent;
	s->calibrated = false;
}

int stamp_socket_send(struct stamp_socket *s, struct msghdr *h, u32 *id)
{
	const u32 no_stamp = 0;
	int r = 0;

	if (!id && s->flags & TX_FLAGS)
		memcpy(stamp_control_add(h, SOL_SOCKET, SO_TIMESTAMPING, sizeof(no_stamp)),
		       &no_stamp, sizeof(no_stamp));
	if (!h->msg_controllen)
		h->msg_control = NULL;
	if (sendmsg(s->fd, h, 0) < 0)
		r = -errno;
	if (r && id && s->flags & TX_FLAGS)
		restart_ids(s);
	if (!r && id) {
		*id = s->sent;
		if (s->flags & TX_FLAGS)
			s->sent++;
	}
	return r;
}

bool stamp_socket_pending(const struct stamp_socket *s)
{
	if (!(s->flags & TX_FLAGS))
		return false;
	return s->next_soft != s->sent || s->idle_wakeup ||
		(s->stamping == STAMPING_HARDWARE && s->next_hard != s->sent);
}

void stamp_socket_give_up(struct stamp_socket *s)
{
	s->next_soft = s->next_hard = s->sent;
}

/* False for a number that no stamp outstanding can have. */
static bool accept_id(struct stamp_socket *s, const struct stamp *st, u32 *id)
{
	*id = st->id - s->id_base;
	if (!(s->flags & SOF_TIMESTAMPING_OPT_ID)) {
		*id = s->sent - 1;
		return true;
	}
	/* simulators count from 1 */
	if (!s->calibrated && *id == s->sent) {
		s->id_base++;
		--*id;
	}
	if ((s32)(s->sent - *id) <= 0)
		return false;
	s->calibrated = true;
	return true;
}

int stamp_socket_tx(struct stamp_socket *s, struct tx_stamp *out)
{
	char data[256];		/* nothing with OPT_TSONLY; else the frame, not needed */
	struct sockaddr_storage peer;
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	union stamp_control c;
	struct msghdr h = {
		.msg_name = &peer, .msg_namelen = sizeof(peer), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = c.buf, .msg_controllen = sizeof(c.buf),
	};

	if (!stamp_socket_pending(s))
		return 0;
	s->idle_wakeup = false;
	if (recvmsg(s->fd, &h, MSG_ERRQUEUE) < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	stamp_parse(&h, &out->stamp);
	if (out->stamp.error)
		return -out->stamp.error;
	if (!out->stamp.is_tx || !accept_id(s, &out->stamp, &out->id))
		return -ENOMSG;
	if (out->stamp.software_sys && (s32)(out->id + 1 - s->next_soft) > 0)
		s->next_soft = out->id + 1;
	if (out->stamp.hardware_phc && (s32)(out->id + 1 - s->next_hard) > 0)
		s->next_hard = out->id + 1;
	return 1;
}
