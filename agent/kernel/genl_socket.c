// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/genl_private.h"

/* The events of a second or so while the loop does other things; a long ACL. */
#define RECEIVE_BUFFER (1 << 20)
#define SEND_BUFFER (1 << 20)

struct genl_socket {
	struct nl_sock *sk;
};

static int set_option(int fd, int option)
{
	const int on = 1;

	return setsockopt(fd, SOL_NETLINK, option, &on, sizeof(on)) ? -errno : 0;
}

static void socket_close(void *ctx)
{
	struct genl_socket *s = ctx;

	nl_socket_free(s->sk);
	s->sk = NULL;
}

static int socket_open(void *ctx)
{
	struct genl_socket *s = ctx;
	int r;

	s->sk = nl_socket_alloc();
	if (!s->sk)
		return -ENOMEM;
	errno = 0;
	r = nl_connect(s->sk, NETLINK_GENERIC);
	if (r) {
		r = errno ? -errno : -EPROTONOSUPPORT;
		goto fail;
	}
	/* words with refusals, without the request that was refused */
	r = set_option(nl_socket_get_fd(s->sk), NETLINK_EXT_ACK);
	if (!r)
		r = set_option(nl_socket_get_fd(s->sk), NETLINK_CAP_ACK);
	if (r)
		goto fail;
	if (nl_socket_set_nonblocking(s->sk) ||
	    nl_socket_set_buffer_size(s->sk, RECEIVE_BUFFER, SEND_BUFFER)) {
		r = -EIO;
		goto fail;
	}
	return nl_socket_get_fd(s->sk);
fail:
	socket_close(s);
	return r;
}

static ssize_t socket_send(void *ctx, const void *buf, size_t len)
{
	struct genl_socket *s = ctx;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t n;

	do {
		n = sendto(nl_socket_get_fd(s->sk), buf, len, 0, (struct sockaddr *)&kernel,
			   sizeof(kernel));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* Other processes can send to us as well: only the kernel is heard. */
static ssize_t socket_receive(void *ctx, void *buf, size_t len)
{
	struct genl_socket *s = ctx;

	for (;;) {
		struct sockaddr_nl from = { 0 };
		struct iovec iov = { buf, len };
		struct msghdr h = {
			.msg_name = &from, .msg_namelen = sizeof(from),
			.msg_iov = &iov, .msg_iovlen = 1,
		};
		ssize_t n = recvmsg(nl_socket_get_fd(s->sk), &h, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (from.nl_family != AF_NETLINK || from.nl_pid)
			continue;
		return h.msg_flags & MSG_TRUNC ? -EMSGSIZE : n;
	}
}

static int socket_join(void *ctx, u32 group)
{
	struct genl_socket *s = ctx;

	return setsockopt(nl_socket_get_fd(s->sk), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
			  sizeof(group)) ? -errno : 0;
}

int genl_socket_calls(struct genl_calls *out)
{
	struct genl_socket *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*out = (struct genl_calls){
		.open = socket_open, .close = socket_close, .send = socket_send,
		.receive = socket_receive, .join = socket_join, .ctx = s,
	};
	return 0;
}

void genl_socket_free(void *ctx)
{
	free(ctx);
}
