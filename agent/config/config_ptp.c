// SPDX-License-Identifier: GPL-2.0-or-later
#include "config_ptp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_value.h"
#include "ptp/identity.h"
#include "ptp/pending.h"
#include "ptp/unicast_client.h"
#include "wire/ptp_csptp.h"

#define S_TO_NS 1e9
#define DEFAULT_PROFILE "default-e2e"
#define CLIENTS 4096		/* of negotiated unicast, by default */

static bool clock_valid(const char *s)
{
	u64 clock;

	return ptp_clock_parse(s, &clock);
}

static bool transmitter_valid(const char *s)
{
	unsigned int octet[6];
	char end;

	return config_address_valid(s) ||
		(strlen(s) == 17 && sscanf(s, "%2x:%2x:%2x:%2x:%2x:%2x%c", &octet[0], &octet[1],
					   &octet[2], &octet[3], &octet[4], &octet[5], &end) == 6);
}

static int set_profile(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_ptp *p = obj;
	const char *v = config_string(l, s, "the name of a PTP profile in quotes");
	char known[256] = "";
	size_t len = 0;

	if (!v)
		return -EINVAL;
	p->profile = ptp_profile_find(v);
	if (p->profile) {
		ptp_profile_defaults(p->profile, &p->set);
		return 0;
	}
	for (unsigned int i = 0; ptp_profile_at(i) && len < sizeof(known); i++)
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", i ? ", " : "",
					ptp_profile_at(i)->name);
	return config_fail(l, s, NULL, "\"%.64s\" is no known profile; write one of %s", v, known);
}

/* It was set before all others, whose defaults depend on it. */
static int set_nothing(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return 0;
}

static int set_word(struct config_loader *l, const config_setting_t *s, int *to,
		    int (*word)(const char *text), const char *want)
{
	const char *v = config_string(l, s, want);
	int n;

	if (!v)
		return -EINVAL;
	n = word(v);
	if (n < 0)
		return config_fail(l, s, NULL, "\"%.64s\" is impossible; write %s", v, want);
	*to = n;
	return 0;
}

static int set_transport(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_word(l, s, &((struct config_ptp *)obj)->set.transport, ptp_transport_parse,
			"\"ethernet\" or \"ipv4\" or \"ipv6\"");
}

static int set_delivery(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_word(l, s, &((struct config_ptp *)obj)->set.delivery, ptp_delivery_parse,
			"\"multicast\" or \"unicast\" or \"hybrid\"");
}

static int set_delay(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_word(l, s, &((struct config_ptp *)obj)->set.delay, ptp_delay_parse,
			"\"e2e\" or \"p2p\"");
}

static int set_destination(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_word(l, s, &((struct config_ptp *)obj)->set.mac, ptp_mac_parse,
			"\"forwardable\" or \"local\"");
}

static int set_transmitters(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_ptp *p = obj;
	struct config_list list = {
		.max = CONFIG_TRANSMITTERS_MAX, .valid = transmitter_valid,
		.want = "the address of a time-transmitter, as in \"10.0.1.10\"",
	};
	int r = config_strings(l, s, list.max, "an address or a list of addresses",
			       config_add_string, &list);

	p->address = list.v;
	p->naddress = list.n;
	return r;
}

static int set_acceptable(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_ptp *p = obj;
	struct config_list list = {
		.max = CONFIG_TRANSMITTERS_MAX, .valid = clock_valid,
		.want = "a clock identity, as in \"001122.fffe.334455\"",
	};
	int r = config_strings(l, s, list.max, "a list of clock identities",
			       config_add_string, &list);

	p->acceptable = calloc(list.n + 1, sizeof(*p->acceptable));
	if (!r && !p->acceptable)
		r = config_no_memory(l, s);
	for (unsigned int i = 0; i < list.n; i++) {
		if (p->acceptable && ptp_clock_parse(list.v[i], &p->acceptable[p->nacceptable]))
			p->nacceptable++;
		free(list.v[i]);
	}
	free(list.v);
	return r;
}

static int set_nets(struct config_loader *l, const config_setting_t *s, bool allow,
		    struct config_ptp *p)
{
	return config_nets(l, s, allow, &(struct config_acl){ &p->serve.acl, &p->serve.nacl,
							      &l->ptp_acl_room });
}

static int set_allow(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_nets(l, s, true, obj);
}

static int set_deny(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_nets(l, s, false, obj);
}

static int set_smpte(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_ptp *p = obj;

	if (!(p->profile->send & PTP_SEND_SMPTE_SM))
		return config_fail(l, s, NULL, "is not of the profile %s; remove it or write profile "
				   "= \"st2059-2\"", p->profile->name);
	return config_smpte(l, s, &p->serve.smpte);
}

#define SET(m) KEY_MEMBER(struct config_ptp, set.m)
#define PORT(m) KEY_MEMBER(struct config_ptp, m)

static const char *const phc_words[] = { "steered", "free", NULL };
const char *const config_ptp_desired[] = {
	[CONFIG_PTP_AUTO] = "auto", [CONFIG_PTP_MASTER] = "master",
	[CONFIG_PTP_SLAVE] = "slave", [CONFIG_PTP_PASSIVE] = "passive", NULL,
};

/* What the profile allows of these numbers is looked at when all are known. */
#define PORT_KEYS								\
	{ "interface", KEY_CUSTOM, .set = set_nothing },			\
	{ "profile", KEY_CUSTOM, .set = set_nothing },				\
	{ "domain", KEY_INT, SET(domain), .min = 0, .max = 255 },		\
	{ "transport", KEY_CUSTOM, .set = set_transport },			\
	{ "delivery", KEY_CUSTOM, .set = set_delivery },			\
	{ "delay_mechanism", KEY_CUSTOM, .set = set_delay },			\
	{ "destination", KEY_CUSTOM, .set = set_destination },			\
	{ "announce_interval", KEY_INT, SET(log_announce), .min = -10, .max = 10 }, \
	{ "sync_interval", KEY_INT, SET(log_sync), .min = -10, .max = 10 },	\
	{ "delay_req_interval", KEY_INT, SET(log_min_delay_req), .min = -10, .max = 10 }, \
	{ "pdelay_req_interval", KEY_INT, SET(log_min_pdelay_req), .min = -10, .max = 10 }, \
	{ "announce_timeout", KEY_INT, SET(announce_timeout), .min = 2, .max = 255 }, \
	{ "sync_timeout", KEY_INT, SET(sync_timeout), .min = 0, .max = 255 },	\
	{ "grant_duration", KEY_INT, SET(grant_s), .min = 0, .max = 100000 },	\
	{ "local_priority", KEY_INT, SET(local_priority), .min = 0, .max = 255 }, \
	{ "dscp_event", KEY_INT, SET(dscp_event), .min = 0, .max = 63 },	\
	{ "dscp_general", KEY_INT, SET(dscp_general), .min = 0, .max = 63 },	\
	{ "send_priority", KEY_INT, SET(send_priority), .min = 0, .max = 15 },	\
	{ "acceptable", KEY_CUSTOM, .set = set_acceptable },			\
	{ "desired_state", KEY_CHOICE, PORT(desired), .choice = config_ptp_desired },	\
	{ "phc", KEY_CHOICE, PORT(free_phc), .choice = phc_words }

static const struct config_key source_keys[] = {
	{ "protocol", KEY_CUSTOM, .set = set_nothing },
	PORT_KEYS,
	{ "address", KEY_CUSTOM, .set = set_transmitters },
	{ "query_interval", KEY_INT, PORT(log_query), .min = PTP_LOG_QUERY_MIN,
	  .max = PTP_LOG_QUERY_MAX },
	{ "all_transmitters", KEY_BOOL, PORT(all_transmitters) },
	{ "csptp", KEY_BOOL, PORT(csptp) },
	{ "csptp_domain", KEY_INT, PORT(csptp_domain), .min = 0, .max = 255 },
	{ "prefer", KEY_BOOL, PORT(prefer) },
	{ "priority", KEY_INT, PORT(priority), .min = 0, .max = 255 },
	{ "monitoronly", KEY_BOOL, PORT(monitor) },
	{ "offline", KEY_BOOL, PORT(offline) },
	{ "asymmetry", KEY_REAL, PORT(asymmetry_ns), .min = -10, .max = 10, .scale = S_TO_NS },
	{ "accuracy", KEY_REAL, PORT(accuracy_ns), .min = 0, .max = 10, .scale = S_TO_NS },
};

static const struct config_key serve_keys[] = {
	PORT_KEYS,
	{ "priority1", KEY_INT, SET(priority1), .min = 0, .max = 255 },
	{ "priority2", KEY_INT, SET(priority2), .min = 0, .max = 255 },
	{ "two_step", KEY_BOOL, SET(two_step) },
	{ "clock_class", KEY_INT, PORT(clock_class), .min = 6, .max = 254 },
	{ "unicast_clients", KEY_INT, PORT(serve.clients), .min = 1, .max = PTP_PENDING_SLOTS_MAX },
	{ "unicast_rate", KEY_INT, PORT(serve.rate), .min = 0, .max = 100000000 },
	{ "open_delay_requests", KEY_BOOL, PORT(serve.open_delay) },
	{ "sptp", KEY_BOOL, PORT(serve.sptp) },
	{ "csptp", KEY_BOOL, PORT(serve.csptp) },
	{ "csptp_domain", KEY_INT, PORT(serve.csptp_domain), .min = 0, .max = 255 },
	{ "smpte", KEY_CUSTOM, .set = set_smpte },
	{ "grandmaster_id", KEY_INT, PORT(serve.gm_id), .min = 0, .max = 65535 },
	{ "allow", KEY_CUSTOM, .set = set_allow },
	{ "deny", KEY_CUSTOM, .set = set_deny },
};

static struct config_ptp *add_port(struct config_loader *l, const config_setting_t *s,
				   const struct config_ptp *p)
{
	struct config *c = &l->cfg;

	if (config_grow(l, s, &c->ptp, sizeof(*c->ptp), c->nptp, &l->ptp_room, CONFIG_PTP_MAX))
		return NULL;
	c->ptp[c->nptp] = *p;
	return &c->ptp[c->nptp++];
}

static int copy_lists(struct config_ptp *to, const struct config_ptp *from)
{
	to->address = calloc(from->naddress + 1, sizeof(*to->address));
	to->acceptable = calloc(from->nacceptable + 1, sizeof(*to->acceptable));
	to->serve.acl = calloc(from->serve.nacl + 1, sizeof(*to->serve.acl));
	to->naddress = to->nacceptable = to->serve.nacl = 0;
	if (!to->address || !to->acceptable || !to->serve.acl)
		return -ENOMEM;
	for (; to->serve.nacl < from->serve.nacl; to->serve.nacl++)
		to->serve.acl[to->serve.nacl] = from->serve.acl[to->serve.nacl];
	for (; to->naddress < from->naddress; to->naddress++) {
		to->address[to->naddress] = strdup(from->address[to->naddress]);
		if (!to->address[to->naddress])
			return -ENOMEM;
	}
	for (; to->nacceptable < from->nacceptable; to->nacceptable++)
		to->acceptable[to->nacceptable] = from->acceptable[to->nacceptable];
	return 0;
}

/* One port for each interface, all alike */
static int add_ports(struct config_loader *l, const config_setting_t *s,
		     const struct config_ptp *like, char *const *interface, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct config_ptp *p = add_port(l, s, like);

		if (!p)
			return -EINVAL;
		p->address = NULL;
		p->acceptable = NULL;
		p->serve.acl = NULL;
		p->interface = strdup(interface[i]);
		if (copy_lists(p, like) || !p->interface)
			return config_no_memory(l, s);
	}
	return 0;
}

static bool allows_any(const struct config_ptp_serve *s)
{
	for (unsigned int i = 0; i < s->nacl; i++)
		if (s->acl[i].allow)
			return true;
	return false;
}

/* Unicast can come from afar and from forged addresses: over UDP nobody is served unnamed. */
static int check_access(struct config_loader *l, const config_setting_t *s,
			const struct config_ptp *p)
{
	const struct config_ptp_serve *serve = &p->serve;

	if (p->set.transport == PTP_OVER_ETHERNET)
		return !serve->nacl ? 0 :
			config_fail(l, s, NULL, "allow and deny are of IP addresses, but transport is "
				    "\"ethernet\"; remove them");
	if (allows_any(serve) || !p->transmit)
		return 0;
	if (p->set.delivery == PTP_UNICAST || serve->sptp || serve->csptp)
		return config_fail(l, s, NULL, "serves nobody by %s over UDP; add allow = "
				   "[ \"10.0.0.0/8\" ] with the networks of the clients",
				   serve->csptp ? "csptp" : serve->sptp ? "sptp" : "unicast");
	return 0;
}

static int check_asking(struct config_loader *l, const config_setting_t *s,
			const struct config_ptp *p)
{
	if (p->csptp && !p->naddress)
		return config_fail(l, s, NULL, "csptp asks nobody; add address = \"...\" of a server");
	if (p->all_transmitters && (!p->naddress || p->csptp))
		return config_fail(l, s, NULL, "all_transmitters is of use only with address and "
				   "without csptp; remove it");
	return 0;
}

static int check(struct config_loader *l, const config_setting_t *s, const struct config_ptp *p)
{
	char why[256];

	if (ptp_profile_check(p->profile, &p->set, why, sizeof(why)))
		return config_fail(l, s, NULL, "%s; write that or another profile", why);
	if (p->naddress && p->set.delivery != PTP_UNICAST)
		return config_fail(l, s, NULL, "address is of use only with delivery = \"unicast\"; "
				   "add that or remove the address");
	if (p->receive && !p->naddress && p->set.delivery == PTP_UNICAST)
		return config_fail(l, s, NULL, "asks nobody: delivery is \"unicast\"; add address = "
				   "\"...\" of a time-transmitter");
	if (p->serve.gm_id && !(p->profile->send & PTP_SEND_C37_238_2017))
		return config_fail(l, s, NULL, "grandmaster_id is not of the profile %s; remove it "
				   "or write profile = \"power\"", p->profile->name);
	return check_asking(l, s, p) ?: check_access(l, s, p);
}

static int walk(struct config_loader *l, const config_setting_t *s, const struct config_key *keys,
		size_t n, struct config_ptp *p)
{
	const config_setting_t *m = config_setting_get_member(s, "profile");
	int r;

	p->profile = ptp_profile_find(DEFAULT_PROFILE);
	ptp_profile_defaults(p->profile, &p->set);
	r = m ? set_profile(l, m, p) : 0;
	/* addresses say that without being asked */
	if (!r && config_setting_get_member(s, "address") &&
	    p->profile->delivery.allowed & PTP_UNICAST)
		p->set.delivery = PTP_UNICAST;
	if (!r)
		r = config_walk(l, s, keys, n, p);
	return r ? r : check(l, s, p);
}

static int read_ports(struct config_loader *l, const config_setting_t *s,
		      const struct config_key *keys, size_t n, const struct config_ptp *begin)
{
	const config_setting_t *m;
	struct config_ptp p = *begin;
	char **interface = NULL;
	unsigned int ninterface = 0;
	int r;

	l->ptp_acl_room = 0;
	p.line = config_setting_line(l, s);
	if (config_setting_type(s) != CONFIG_TYPE_GROUP)
		return config_walk(l, s, keys, n, &p);	/* which says so */
	r = walk(l, s, keys, n, &p);
	m = config_setting_get_member(s, "interface");
	if (!r && !m)
		r = config_fail(l, s, NULL, "has no interface; add interface = \"eth0\"");
	if (!r)
		r = config_interfaces(l, m, &interface, &ninterface);
	if (!r)
		r = add_ports(l, s, &p, interface, ninterface);
	for (unsigned int i = 0; i < ninterface; i++)
		free(interface[i]);
	free(interface);
	config_ptp_free(&p);
	return r;
}

#define BEGIN .accuracy_ns = -1, .csptp_domain = PTP_CSPTP_DOMAIN, \
	.serve = { .clients = CLIENTS, .csptp_domain = PTP_CSPTP_DOMAIN }

static const struct config_ptp as_source = { .receive = true, BEGIN };
static const struct config_ptp as_server = { .transmit = true, BEGIN };

int config_ptp_source(struct config_loader *l, const config_setting_t *s)
{
	return read_ports(l, s, source_keys, ARRAY_SIZE(source_keys), &as_source);
}

int config_ptp_serve(struct config_loader *l, const config_setting_t *s, void *obj)
{
	int r = 0;

	if (config_setting_type(s) != CONFIG_TYPE_LIST)
		return read_ports(l, s, serve_keys, ARRAY_SIZE(serve_keys), &as_server);
	for (int i = 0; !r && i < config_setting_length(s); i++)
		r = read_ports(l, config_setting_get_elem(s, (unsigned int)i), serve_keys,
			       ARRAY_SIZE(serve_keys), &as_server);
	return r;
}

int config_ptp_simple(struct config_loader *l, const config_setting_t *root)
{
	const config_setting_t *at = config_setting_get_member(root, "protocol");
	const config_setting_t *servers = config_setting_get_member(root, "upstreamservers");
	struct config_ptp p = as_source;
	int r = 0;

	if (!l->cfg.ntimestamp_interface)
		return config_fail(l, at, NULL, "\"ptp\" needs to know where; add timestampinterface "
				   "= \"eth0\"");
	if (!servers)
		servers = config_setting_get_member(root, "servers");
	p.profile = ptp_profile_find(DEFAULT_PROFILE);
	ptp_profile_defaults(p.profile, &p.set);
	p.line = config_setting_line(l, at);
	if (servers) {
		p.set.delivery = PTP_UNICAST;
		r = set_transmitters(l, servers, &p);
	}
	if (!r)
		r = check(l, at, &p);
	if (!r)
		r = add_ports(l, at, &p, l->cfg.timestamp_interface, l->cfg.ntimestamp_interface);
	config_ptp_free(&p);
	return r;
}

void config_ptp_free(struct config_ptp *p)
{
	for (unsigned int i = 0; i < p->naddress; i++)
		free(p->address[i]);
	free(p->address);
	free(p->acceptable);
	free(p->serve.acl);
	free(p->interface);
}
