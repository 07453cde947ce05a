// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_internal.h"
#include "config_ptp.h"

#define DEFAULT_MAX_OFFSET_NS 500e6
#define DEFAULT_KERNEL_VALID_NS 4e9
#define DEFAULT_SLEW_THRESHOLD_NS 128e6

/* Every default of the host; those of a source: new_source() in config_keys.c. */
static int set_defaults(struct config_loader *l, const char *path)
{
	struct config *c = &l->cfg;

	l->mode = CONFIG_MODE_NONE;
	l->port = -1;
	l->min_poll = l->max_poll = CONFIG_POLL_AUTO;
	l->max_offset_ns = l->slew_threshold_ns = -1;
	c->step_allowed = true;
	c->control_clock = true;
	c->hardware_timestamping = true;
	c->ptp_management.get = true;
	c->kernel = CONFIG_KERNEL_AUTO;
	c->kernel_valid_ns = DEFAULT_KERNEL_VALID_NS;
	c->serve_ntp = (struct config_serve_ntp){
		.port = 123, .clientloglimit = 524288, .rate_limit = true, .rate_interval = -3,
		.rate_burst = 8, .rate_leak = 2, .kod = true, .interleaved = true,
	};
	c->path = strdup(path);
	c->control_socket = strdup(CONFIG_CONTROL_SOCKET);
	c->state_dir = strdup("/var/lib/as-timesync");
	c->leap_file = strdup("/usr/share/zoneinfo/leap-seconds.list");
	if (c->path && c->control_socket && c->state_dir && c->leap_file)
		return 0;
	config_fail_at(&l->err, path, 0, "memory", "there is none left; free some");
	return -ENOMEM;
}

/* Of the simple form: what serving means. */
static int finish_serving(struct config_loader *l, const config_setting_t *root)
{
	static const char advice[] = "only a server has clients; add mode = \"server\" or remove "
				     "this";
	struct config_serve_ntp *serve = &l->cfg.serve_ntp;
	const config_setting_t *full = config_setting_get_member(root, "serve_ntp"), *s;

	if (l->mode == CONFIG_MODE_CLIENT && full)
		return config_fail(l, full, NULL, "mode is \"client\", which serves nobody; write "
				   "mode = \"server\" or remove one of the two");
	if (l->mode == CONFIG_MODE_SERVER)
		serve->enabled = true;
	if (serve->ningress && l->cfg.kernel == CONFIG_KERNEL_OFF)
		return config_fail(l, config_setting_get_member(full, "ingress"), NULL, "needs the "
				   "kernel module, which kernel = \"off\" forbids; remove one of the "
				   "two");
	s = config_setting_get_member(root, "allowclients");
	if (s && !serve->enabled)
		return config_fail(l, s, NULL, advice);
	s = config_setting_get_member(root, "port");
	if (!s)
		return 0;
	if (!serve->enabled)
		return config_fail(l, s, NULL, advice);
	if (full && config_setting_get_member(full, "port"))
		return config_fail(l, s, NULL, "serve_ntp has a port as well; keep one");
	serve->port = (u16)l->port;
	return 0;
}

/* One given limit takes the other along; both given must agree. */
static int finish_offsets(struct config_loader *l, const config_setting_t *root)
{
	double max = l->max_offset_ns, slew = l->slew_threshold_ns;

	if (max >= 0 && slew > max)
		return config_fail(l, config_setting_get_member(root, "slewthreshold"), NULL,
				   "%g is larger than max_offset = %g; write a smaller one",
				   slew * 1e-9, max * 1e-9);
	if (slew < 0)
		slew = max >= 0 && max < DEFAULT_SLEW_THRESHOLD_NS ? max
								    : DEFAULT_SLEW_THRESHOLD_NS;
	if (max < 0)
		max = slew > DEFAULT_MAX_OFFSET_NS ? slew : DEFAULT_MAX_OFFSET_NS;
	l->cfg.max_offset_ns = max;
	l->cfg.slew_threshold_ns = slew;
	return 0;
}

static int finish(struct config_loader *l, const config_setting_t *root)
{
	int r = finish_serving(l, root);

	if (!r && l->simple_ptp)
		r = config_ptp_simple(l, root);
	if (!r)
		r = config_ptp_finish(l);
	return r ? r : finish_offsets(l, root);
}

/* The name that stands twice on a line, or the first one. */
static void find_name(const char *text, size_t len, char *name, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-*";
	char line[512], *save, *words[64], *w;
	unsigned int n = 0;

	snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : sizeof(line) - 1),
		 text);
	for (char *p = line; *p; p++)
		if (!strchr(letters, *p))
			*p = ' ';
	for (w = strtok_r(line, " ", &save); w && n < ARRAY_SIZE(words);
	     w = strtok_r(NULL, " ", &save)) {
		for (unsigned int i = 0; i < n; i++)
			if (!strcmp(words[i], w)) {
				snprintf(name, size, "%s", w);
				return;
			}
		words[n++] = w;
	}
	snprintf(name, size, "%s", n ? words[0] : "syntax");
}

/* libconfig says a line and a word; say which key and what would be right. */
static int fail_syntax(struct config_loader *l, const config_t *lc)
{
	unsigned int flat = (unsigned int)config_error_line(lc);
	const char *what = config_error_text(lc), *p = l->text.buf, *file, *end;
	char name[48];
	int line;

	for (unsigned int i = 1; i < flat && strchr(p, '\n'); i++)
		p = strchr(p, '\n') + 1;
	end = strchrnul(p, '\n');
	while (p < end && strchr(" \t\r", *p))
		p++;
	file = config_text_where(&l->text, flat, &line);
	find_name(p, (size_t)(end - p), name, sizeof(name));
	if (!what || strstr(what, "syntax"))
		return config_fail_at(&l->err, file, line, "syntax", "cannot be read at \"%.*s\" or "
				      "just before; write KEY = VALUE, strings in quotes, every "
				      "bracket closed", (int)(end - p < 60 ? end - p : 60), p);
	if (strstr(what, "duplicate"))
		return config_fail_at(&l->err, file, line, name, "is given twice; keep one");
	if (strstr(what, "array"))
		return config_fail_at(&l->err, file, line, name, "the values of an array differ in "
				      "type; write values of one type, as in [ \"a\", \"b\" ]");
	return config_fail_at(&l->err, file, line, name, "%s; correct it", what);
}

static void release(struct config *c)
{
	for (unsigned int i = 0; i < c->nsource; i++) {
		free(c->source[i].name);
		free(c->source[i].interface);
	}
	for (unsigned int i = 0; i < c->serve_ntp.nbind; i++)
		free(c->serve_ntp.bind[i]);
	for (unsigned int i = 0; i < c->serve_ntp.ningress; i++)
		free(c->serve_ntp.ingress[i]);
	free(c->serve_ntp.ingress);
	for (unsigned int i = 0; i < c->ntimestamp_interface; i++)
		free(c->timestamp_interface[i]);
	for (unsigned int i = 0; i < c->nptp; i++)
		config_ptp_free(&c->ptp[i]);
	free(c->ptp_management.description);
	free(c->ptp);
	free(c->source);
	free(c->serve_ntp.bind);
	free(c->serve_ntp.acl);
	free(c->timestamp_interface);
	free(c->path);
	free(c->control_socket);
	free(c->control_group);
	free(c->state_dir);
	free(c->leap_file);
}

void config_free(struct config *c)
{
	if (!c)
		return;
	release(c);
	free(c);
}

static int load(struct config_loader *l, const char *path)
{
	const config_setting_t *root;
	config_t lc;
	int r = config_text_read(&l->text, path, &l->err);

	if (r)
		return r;
	config_init(&lc);
	if (config_read_string(&lc, l->text.buf) != CONFIG_TRUE) {
		r = fail_syntax(l, &lc);
	} else {
		root = config_root_setting(&lc);
		r = config_keys_root(l, root);
		if (!r)
			r = finish(l, root);
	}
	memcpy(l->cfg.digest, l->text.digest, sizeof(l->cfg.digest));
	config_destroy(&lc);
	config_text_free(&l->text);
	return r;
}

struct config *config_load(const char *path, char *err, size_t errlen)
{
	struct config_loader l = { .err = { err, errlen } };
	struct config *c = NULL;

	if (errlen)
		err[0] = '\0';
	if (!set_defaults(&l, path) && !load(&l, path))
		c = malloc(sizeof(*c));
	if (!c) {
		if (errlen && !err[0])
			snprintf(err, errlen, "%s: memory: there is none left; free some", path);
		release(&l.cfg);
		return NULL;
	}
	*c = l.cfg;
	return c;
}

static bool same_string(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool config_source_equal(const struct config_source *a, const struct config_source *b)
{
	return same_string(a->name, b->name) && same_string(a->interface, b->interface) &&
	       a->port == b->port && a->pool == b->pool && a->pool_max == b->pool_max &&
	       a->min_poll == b->min_poll && a->max_poll == b->max_poll &&
	       a->burst == b->burst && a->interleaved == b->interleaved &&
	       a->prefer == b->prefer && a->monitor == b->monitor && a->offline == b->offline &&
	       a->priority == b->priority && a->asymmetry_ns == b->asymmetry_ns;
}

/*
 * Servers nearby get a packet each second, public ones the interval that the
 * pool asks for; a limit that was given takes the other along.
 */
void config_poll_limits(const struct config_source *s, bool nearby, int *min, int *max)
{
	*min = s->min_poll != CONFIG_POLL_AUTO ? s->min_poll : nearby ? 0 : 6;
	*max = s->max_poll != CONFIG_POLL_AUTO ? s->max_poll : nearby ? 0 : 10;
	if (*min <= *max)
		return;
	if (s->min_poll == CONFIG_POLL_AUTO)
		*min = *max;
	else
		*max = *min;
}
