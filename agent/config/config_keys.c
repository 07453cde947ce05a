// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys that a configuration may hold: their types, ranges and meaning. */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "config_ptp.h"
#include "config_value.h"

#define S_TO_NS 1e9
/* An array of static string pointers for KEY_CHOICE. */
#define CHOICE(...) (const char *const[]){ __VA_ARGS__, NULL }

static const char want_host[] = "a host name or an address in quotes";
static const char want_hosts[] = "a list of host names or addresses, as in [ \"time.example\" ]";

/* Sources */

enum { PROTOCOL_NTP, PROTOCOL_PTP };

static int get_protocol(struct config_loader *l, const config_setting_t *s)
{
	static const char want[] = "\"ntp\" or \"ptp\"";
	const char *v = config_string(l, s, want);

	if (!v)
		return -EINVAL;
	if (!strcmp(v, "ntp"))
		return PROTOCOL_NTP;
	if (!strcmp(v, "ptp"))
		return PROTOCOL_PTP;
	return config_fail(l, s, NULL, "\"%.64s\" is no known protocol; write %s", v, want);
}

/* Of the simple form; it is set early. */
static int set_protocol(struct config_loader *l, const config_setting_t *s, void *obj)
{
	int r = get_protocol(l, s);

	l->simple_ptp = r == PROTOCOL_PTP;
	return r < 0 ? r : 0;
}

/* Of a source; another one than NTP has keys of its own. */
static int set_ntp(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return 0;
}

static int set_address(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_source *src = obj;
	const char *v = config_string(l, s, want_host);
	char why[512];
	bool literal;

	if (!v)
		return -EINVAL;
	if (config_host_check(v, &literal, why, sizeof(why)))
		return config_fail(l, s, NULL, "%s", why);
	return config_set_string(l, s, v, &src->name);
}

static int set_interface(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_source *src = obj;
	const char *v = config_string(l, s, "the name of a network interface in quotes");

	if (!v)
		return -EINVAL;
	if (!config_interface_valid(v))
		return config_fail(l, s, NULL, "\"%.64s\" is no interface name; write one of at most "
				   "%d characters, as in \"eth0\"", v, IF_NAMESIZE - 1);
	return config_set_string(l, s, v, &src->interface);
}

static const struct config_key source_keys[] = {
	{ "protocol", KEY_CUSTOM, .set = set_ntp },
	{ "address", KEY_CUSTOM, .set = set_address },
	{ "port", KEY_INT, KEY_MEMBER(struct config_source, port), .min = 1, .max = 65535 },
	{ "pool", KEY_BOOL, KEY_MEMBER(struct config_source, pool) },
	{ "pool_max", KEY_INT, KEY_MEMBER(struct config_source, pool_max), .min = 1, .max = 16 },
	{ "min_poll", KEY_INT, KEY_MEMBER(struct config_source, min_poll), .min = -4, .max = 17 },
	{ "max_poll", KEY_INT, KEY_MEMBER(struct config_source, max_poll), .min = -4, .max = 17 },
	{ "burst", KEY_INT, KEY_MEMBER(struct config_source, burst), .min = 1, .max = 16 },
	{ "interleaved", KEY_BOOL, KEY_MEMBER(struct config_source, interleaved) },
	{ "prefer", KEY_BOOL, KEY_MEMBER(struct config_source, prefer) },
	{ "priority", KEY_INT, KEY_MEMBER(struct config_source, priority), .min = 0, .max = 255 },
	{ "monitoronly", KEY_BOOL, KEY_MEMBER(struct config_source, monitor) },
	{ "offline", KEY_BOOL, KEY_MEMBER(struct config_source, offline) },
	{ "asymmetry", KEY_REAL, KEY_MEMBER(struct config_source, asymmetry_ns), .min = -10, .max = 10,
	  .scale = S_TO_NS },
	{ "interface", KEY_CUSTOM, .set = set_interface },
};

/* "N.pool.ntp.org" and the vendors' "N.NAME.pool.ntp.org". */
static bool names_a_pool(const char *name)
{
	static const char pool[] = "pool.ntp.org";
	size_t n = strlen(name), m = strlen(pool);

	if (n && name[n - 1] == '.')
		n--;
	return n >= m && !strncasecmp(name + n - m, pool, m) && (n == m || name[n - m - 1] == '.');
}

/* A new source with defaults at the end of the array. */
static struct config_source *new_source(struct config_loader *l, const config_setting_t *s)
{
	struct config *c = &l->cfg;
	struct config_source *src;

	if (config_grow(l, s, &c->source, sizeof(*c->source), c->nsource, &l->source_room,
		 CONFIG_SOURCES_MAX))
		return NULL;
	src = &c->source[c->nsource++];
	*src = (struct config_source){
		.port = 123, .pool_max = 4, .burst = 4, .interleaved = true,
		.min_poll = l->min_poll, .max_poll = l->max_poll,
		.line = config_setting_line(l, s),
	};
	return src;
}

static bool same_string(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static int check_source(struct config_loader *l, const config_setting_t *s,
			const struct config_source *src)
{
	if (src->max_poll != CONFIG_POLL_AUTO && src->min_poll > src->max_poll)
		return config_fail(l, s, NULL, "min_poll = %d is larger than max_poll = %d; write a "
				   "smaller min_poll", src->min_poll, src->max_poll);
	if (src->pool && config_address_valid(src->name))
		return config_fail(l, s, NULL, "%s is an address, which cannot be a pool; write a "
				   "name or pool = false", src->name);
	for (const struct config_source *o = l->cfg.source; o < src; o++)
		if (!strcasecmp(o->name, src->name) && o->port == src->port &&
		    same_string(o->interface, src->interface))
			return config_fail(l, s, NULL, "%s is on line %d already; keep one",
					   src->name, o->line);
	return 0;
}

static int add_server(struct config_loader *l, const config_setting_t *s, const char *text,
		      void *obj)
{
	struct config_source *src = new_source(l, s);
	int r;

	if (!src)
		return -EINVAL;
	r = set_address(l, s, src);
	if (r)
		return r;
	src->pool = names_a_pool(src->name);
	return check_source(l, s, src);
}

static int set_servers(struct config_loader *l, const config_setting_t *s, void *obj)
{
	const char *name = config_setting_name(s);
	const char *other = strcmp(name, "servers") ? "servers" : "upstreamservers";
	const config_setting_t *o = config_setting_get_member(config_setting_parent(s), other);

	if (o && config_setting_index(o) < config_setting_index(s))
		return config_fail(l, s, NULL, "means the same as %s on line %d; keep one", other,
				   config_setting_line(l, o));
	if (config_setting_type(s) != CONFIG_TYPE_STRING && config_setting_is_aggregate(s) &&
	    !config_setting_length(s))
		return config_fail(l, s, NULL, "is empty; write %s", want_hosts);
	/* those of PTP are looked at when the interfaces are known */
	if (l->simple_ptp)
		return 0;
	return config_strings(l, s, CONFIG_SOURCES_MAX, want_hosts, add_server, obj);
}

static int set_source(struct config_loader *l, const config_setting_t *s)
{
	const config_setting_t *protocol = config_setting_get_member(s, "protocol");
	struct config_source *src;
	int r = protocol ? get_protocol(l, protocol) : PROTOCOL_NTP;

	if (r == PROTOCOL_PTP)
		return config_ptp_source(l, s);
	if (r < 0)
		return r;
	src = new_source(l, s);
	if (!src)
		return -EINVAL;
	r = config_walk(l, s, source_keys, ARRAY_SIZE(source_keys), src);
	if (r)
		return r;
	if (!src->name)
		return config_fail(l, s, NULL, "has no address; add address = \"...\"");
	if (!config_setting_get_member(s, "pool"))
		src->pool = names_a_pool(src->name);
	if (!src->pool && config_setting_get_member(s, "pool_max"))
		return config_fail(l, config_setting_get_member(s, "pool_max"), NULL,
				   "is of no use to a single server; add pool = true or remove it");
	return check_source(l, s, src);
}

static int set_sources(struct config_loader *l, const config_setting_t *s, void *obj)
{
	int r = 0;

	if (config_setting_type(s) != CONFIG_TYPE_LIST)
		return config_fail(l, s, NULL, "is no list; write ( { address = \"...\"; }, ... )");
	for (int i = 0; !r && i < config_setting_length(s); i++)
		r = set_source(l, config_setting_get_elem(s, (unsigned int)i));
	return r;
}

/* Serving */

static int set_nets(struct config_loader *l, const config_setting_t *s, bool allow)
{
	struct config_serve_ntp *serve = &l->cfg.serve_ntp;

	return config_nets(l, s, allow, &(struct config_acl){ &serve->acl, &serve->nacl,
							      &l->acl_room });
}

static int set_allow(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_nets(l, s, true);
}

static int set_deny(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_nets(l, s, false);
}

static int set_bind(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_serve_ntp *serve = obj;
	struct config_list list = {
		.max = CONFIG_BIND_MAX, .valid = config_address_valid,
		.want = "an address of this host, as in \"10.0.1.10\" or \"fe80::1%eth0\"",
	};
	int r = config_strings(l, s, list.max, "a list of addresses of this host", config_add_string, &list);

	serve->bind = list.v;
	serve->nbind = list.n;
	return r;
}

static int set_ingress(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_serve_ntp *serve = obj;

	return config_interfaces(l, s, &serve->ingress, &serve->ningress);
}

static const struct config_key ratelimit_keys[] = {
	{ "interval", KEY_INT, KEY_MEMBER(struct config_serve_ntp, rate_interval), .min = -19, .max = 12 },
	{ "burst", KEY_INT, KEY_MEMBER(struct config_serve_ntp, rate_burst), .min = 1, .max = 255 },
	{ "leak", KEY_INT, KEY_MEMBER(struct config_serve_ntp, rate_leak), .min = 1, .max = 4 },
	{ "kod", KEY_BOOL, KEY_MEMBER(struct config_serve_ntp, kod) },
};

static int set_ratelimit(struct config_loader *l, const config_setting_t *s, void *obj)
{
	struct config_serve_ntp *serve = obj;

	if (config_setting_type(s) == CONFIG_TYPE_BOOL) {
		serve->rate_limit = config_setting_get_bool(s);
		return 0;
	}
	return config_walk(l, s, ratelimit_keys, ARRAY_SIZE(ratelimit_keys), serve);
}

static const struct config_key serve_keys[] = {
	{ "port", KEY_INT, KEY_MEMBER(struct config_serve_ntp, port), .min = 1, .max = 65535 },
	{ "bind", KEY_CUSTOM, .set = set_bind },
	{ "allow", KEY_CUSTOM, .set = set_allow },
	{ "deny", KEY_CUSTOM, .set = set_deny },
	{ "clientloglimit", KEY_INT, KEY_MEMBER(struct config_serve_ntp, clientloglimit),
	  .min = 4096, .max = 17179869184.0 },
	{ "ratelimit", KEY_CUSTOM, .set = set_ratelimit },
	{ "interleaved", KEY_BOOL, KEY_MEMBER(struct config_serve_ntp, interleaved) },
	{ "ingress", KEY_CUSTOM, .set = set_ingress },
};

static int set_serve(struct config_loader *l, const config_setting_t *s, void *obj)
{
	l->cfg.serve_ntp.enabled = true;
	return config_walk(l, s, serve_keys, ARRAY_SIZE(serve_keys), &l->cfg.serve_ntp);
}

/* The host */

static const struct config_key local_keys[] = {
	{ "stratum", KEY_INT, KEY_MEMBER(struct config, local_stratum), .min = 1, .max = 15 },
};

static int set_local(struct config_loader *l, const config_setting_t *s, void *obj)
{
	l->cfg.local_stratum = 10;
	return config_walk(l, s, local_keys, ARRAY_SIZE(local_keys), &l->cfg);
}

static int set_interfaces(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return config_interfaces(l, s, &l->cfg.timestamp_interface, &l->cfg.ntimestamp_interface);
}

static int set_path(struct config_loader *l, const config_setting_t *s, size_t max, char **to)
{
	const char *v = config_string(l, s, "a path in quotes, or \"\" for none");

	if (!v)
		return -EINVAL;
	if (*v && *v != '/')
		return config_fail(l, s, NULL, "\"%.64s\" is no absolute path; begin with '/', or "
				   "write \"\" for none", v);
	if (strlen(v) >= max)
		return config_fail(l, s, NULL, "is too long; use at most %zu characters", max - 1);
	return config_set_string(l, s, v, to);
}

static int set_control_socket(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_path(l, s, sizeof(((struct sockaddr_un *)0)->sun_path),
			&l->cfg.control_socket);
}

static int set_state_dir(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_path(l, s, CONFIG_PATH_MAX - 64, &l->cfg.state_dir);
}

static int set_leap_file(struct config_loader *l, const config_setting_t *s, void *obj)
{
	return set_path(l, s, CONFIG_PATH_MAX, &l->cfg.leap_file);
}

static int set_group(struct config_loader *l, const config_setting_t *s, void *obj)
{
	const char *v = config_string(l, s, "the name of a group in quotes");

	if (!v)
		return -EINVAL;
	if (!*v || strlen(v) > 32 || strpbrk(v, ":/, \t\n") || *v == '-')
		return config_fail(l, s, NULL, "\"%.64s\" is no group name; write one of 1 to 32 "
				   "characters, as in \"adm\"", v);
	return config_set_string(l, s, v, &l->cfg.control_group);
}

#define CFG(m) KEY_MEMBER(struct config_loader, cfg.m)
#define TOP(m) KEY_MEMBER(struct config_loader, m)

static const struct config_key root_keys[] = {
	{ "upstreamservers", KEY_CUSTOM, .set = set_servers },
	{ "servers", KEY_CUSTOM, .set = set_servers },
	{ "sources", KEY_CUSTOM, .set = set_sources },
	{ "protocol", KEY_CUSTOM, .set = set_protocol },
	{ "mode", KEY_CHOICE, TOP(mode), .choice = CHOICE("client", "server") },
	{ "allowclients", KEY_CUSTOM, .set = set_allow },
	{ "port", KEY_INT, TOP(port), .min = 1, .max = 65535 },
	{ "serve_ntp", KEY_CUSTOM, .set = set_serve },
	{ "serve_ptp", KEY_CUSTOM, .set = config_ptp_serve },
	{ "ptp_management", KEY_CUSTOM, .set = config_ptp_manage },
	{ "local", KEY_CUSTOM, .set = set_local },
	{ "min_poll", KEY_INT, TOP(min_poll), .min = -4, .max = 17 },
	{ "max_poll", KEY_INT, TOP(max_poll), .min = -4, .max = 17 },
	{ "max_offset", KEY_REAL, TOP(max_offset_ns), .min = 1e-6, .max = 1e9,
	  .scale = S_TO_NS },
	{ "slewthreshold", KEY_REAL, TOP(slew_threshold_ns), .min = 1e-6, .max = 1000,
	  .scale = S_TO_NS },
	{ "step", KEY_BOOL, CFG(step_allowed) },
	{ "control_clock", KEY_BOOL, CFG(control_clock) },
	{ "hardware_timestamping", KEY_BOOL, CFG(hardware_timestamping) },
	{ "timestampinterface", KEY_CUSTOM, .set = set_interfaces },
	{ "kernel", KEY_CHOICE, CFG(kernel), .choice = CHOICE("auto", "on", "off") },
	{ "kernel_valid", KEY_REAL, CFG(kernel_valid_ns), .min = 0.5, .max = 3600,
	  .scale = S_TO_NS },
	{ "control_socket", KEY_CUSTOM, .set = set_control_socket },
	{ "control_group", KEY_CUSTOM, .set = set_group },
	{ "state_dir", KEY_CUSTOM, .set = set_state_dir },
	{ "leap_file", KEY_CUSTOM, .set = set_leap_file },
	{ "leapmode", KEY_CHOICE, CFG(leap_smear), .choice = CHOICE("kernel", "slew") },
	{ "precision", KEY_REAL, CFG(precision_ns), .min = 0, .max = 0.1,
	  .scale = S_TO_NS },
};

int config_keys_root(struct config_loader *l, const config_setting_t *root)
{
	static const char *const early[] = { "min_poll", "max_poll", "protocol" };

	for (size_t i = 0; i < ARRAY_SIZE(early); i++) {
		int r = config_set_early(l, root, early[i], root_keys, ARRAY_SIZE(root_keys), l);

		if (r)
			return r;
	}
	if (l->max_poll != CONFIG_POLL_AUTO && l->min_poll > l->max_poll)
		return config_fail(l, config_setting_get_member(root, "min_poll"), NULL,
				   "%d is larger than max_poll = %d; write a smaller one",
				   l->min_poll, l->max_poll);
	return config_walk(l, root, root_keys, ARRAY_SIZE(root_keys), l);
}
