/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One configured NTP source: an address, a name, or a pool of servers behind a
 * name. Finds the addresses and keeps the peers behind it alive.
 */
#ifndef ATS_NTP_SOURCE_H
#define ATS_NTP_SOURCE_H

#include "config/config.h"
#include "daemon/ntp_env.h"
#include "daemon/ntp_peer.h"

struct ntp_source;

/* @cfg must live until another one is set or the source is freed. */
struct ntp_source *ntp_source_new(const struct ntp_env *env, const struct config_source *cfg);
void ntp_source_free(struct ntp_source *s);
/* The same server as a reload would know it again: name, port, kind, interface. */
bool ntp_source_matches(const struct ntp_source *s, const struct config_source *cfg);
void ntp_source_configure(struct ntp_source *s, const struct config_source *cfg);
const struct config_source *ntp_source_config(const struct ntp_source *s);

/* At least once a second: looks for dead servers. */
void ntp_source_tick(struct ntp_source *s, s64 now_mono);
/* False when it was so already. */
bool ntp_source_set_online(struct ntp_source *s, bool online);
bool ntp_source_online(const struct ntp_source *s);
void ntp_source_shift(struct ntp_source *s, s64 delta_ns);

/* None while the name is not resolved. */
unsigned int ntp_source_npeers(const struct ntp_source *s);
struct ntp_peer *ntp_source_peer(const struct ntp_source *s, unsigned int i);
bool ntp_source_uses(const struct ntp_source *s, const struct sockaddr *address);

#endif
