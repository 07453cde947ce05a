// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel phc: the clocks of NICs that the module holds. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "ctl/format.h"
#include "ctl/kernel.h"
#include "ctl/kernel_json.h"
#include "ctl/kernel_value.h"
#include "ctl/table.h"
#include "kernel/module_phc.h"

static void print_list(struct ctl *c, const json_t *phcs)
{
	static const struct column columns[] = {
		{ "PHC", false, 0 }, { "SERVOS", true, 0 }, { "DEVICE", false, 0 },
	};
	struct table *t;
	struct text cell;
	const json_t *p;
	size_t i;

	if (!json_array_size(phcs)) {
		fputs("The module holds no PHC\n", c->out);
		return;
	}
	t = table_new(columns, ARRAY_SIZE(columns));
	json_array_foreach(phcs, i, p) {
		snprintf(cell.s, sizeof(cell.s), "ptp%.20s", member_count(p, "index").s);
		table_add(t, cell);
		table_add(t, member_count(p, "servos"));
		snprintf(cell.s, sizeof(cell.s), "%s", member_true(p, "gone") ? "gone" : "there");
		table_add(t, cell);
	}
	table_print(t, c);
	table_free(t);
}

static int list(struct ctl *c, struct genl *g, int argc, char **argv)
{
	json_t *phcs;
	int r = kernel_json_phcs(g, &phcs);

	if (r)
		return kernel_failed(c, g, r, "the PHCs");
	if (!kernel_print_json(c, "phcs", phcs))
		print_list(c, phcs);
	json_decref(phcs);
	return CTL_OK;
}

static int hold(struct ctl *c, struct genl *g, int argc, char **argv)
{
	char why[256];
	u32 index;

	for (int i = 0; i < argc; i++) {
		int r = strchr(argv[i], '/') ?
			kernel_value_phc(g, argv[i], &index, why, sizeof(why)) : -EINVAL;

		if (r)
			return kernel_bad_phc(c, argv[i], r, r == -EINVAL ?
					      "the path of a PHC is wanted, /dev/ptpN" : why);
	}
	return CTL_OK;
}

static int release(struct ctl *c, struct genl *g, int argc, char **argv)
{
	char why[256];
	u32 index;

	for (int i = 0; i < argc; i++) {
		int r = kernel_value_phc(g, argv[i], &index, why, sizeof(why));

		if (r)
			return kernel_bad_phc(c, argv[i], r, why);
		r = module_phc_del(g, index);
		if (r)
			return kernel_failed(c, g, r, argv[i]);
	}
	return CTL_OK;
}

static json_t *reading_json(const struct module_phc_reading *p)
{
	json_t *o = json_object();

	json_object_set_new(o, "index", json_integer(p->phc.index));
	json_object_set_new(o, "servos", json_integer(p->phc.users));
	json_object_set_new(o, "gone", json_boolean(p->phc.gone));
	if (p->phc.gone)
		return o;
	json_object_set_new(o, "time_ns", json_integer(p->time));
	json_object_set_new(o, "sys_ns", json_integer(p->sys));
	json_object_set_new(o, "offset", json_real((double)(p->time - p->sys) * 1e-9));
	json_object_set_new(o, "bracket", json_real((double)p->bracket_ns * 1e-9));
	json_object_set_new(o, "frequency", json_real(ldexp((double)p->frequency, -16) * 1e-6));
	return o;
}

static void print_reading(struct ctl *c, const struct module_phc_reading *p, const json_t *o)
{
	if (p->phc.gone) {
		fprintf(c->out, "The device of ptp%u is gone\n", p->phc.index);
		return;
	}
	fprintf(c->out,
		"Time       %lld.%09lld s\nBeside sys %s, within %s\nFrequency  %s\n",
		p->time / NSEC_PER_SEC, p->time % NSEC_PER_SEC, member_offset(o, "offset").s,
		format_time((double)p->bracket_ns * 0.5e-9).s, member_ratio(o, "frequency").s);
}

static int read_phc(struct ctl *c, struct genl *g, int argc, char **argv)
{
	struct module_phc_reading p;
	u32 index, samples = 0;
	char why[256];
	json_t *o;
	int r = kernel_value_phc(g, argv[0], &index, why, sizeof(why));

	if (r)
		return kernel_bad_phc(c, argv[0], r, why);
	if (argc > 1 && !kernel_value_u32(argv[1], &samples))
		return ctl_usage(c, "how many readings?", argv[1]);
	r = module_phc_read(g, index, samples, &p);
	if (r)
		return kernel_failed(c, g, r, argv[0]);
	o = reading_json(&p);
	if (!kernel_print_json(c, "phc", o))
		print_reading(c, &p, o);
	json_decref(o);
	return CTL_OK;
}

static int adjust(struct ctl *c, struct genl *g, int argc, char **argv)
{
	static const struct {
		const char *key;
		double scale;
		enum module_phc_change what;
	} changes[] = {
		{ "frequency", 65536, MODULE_PHC_FREQUENCY },
		{ "step", 1e9, MODULE_PHC_STEP }, { "shift", 1e9, MODULE_PHC_SHIFT },
	};
	const char *value;
	char why[256];
	u32 index;
	s64 by;
	int r = kernel_value_phc(g, argv[0], &index, why, sizeof(why));

	if (r)
		return kernel_bad_phc(c, argv[0], r, why);
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		value = kernel_value(argv[1], changes[i].key);
		if (!value)
			continue;
		if (!kernel_value_scaled(value, changes[i].scale, &by) ||
		    (changes[i].what == MODULE_PHC_SHIFT && by != (s32)by))
			return ctl_usage(c, "no such amount:", argv[1]);
		r = module_phc_adjust(g, index, changes[i].what, by);
		return r ? kernel_failed(c, g, r, argv[0]) : CTL_OK;
	}
	return ctl_usage(c, "frequency=PPM, step=SECONDS or shift=SECONDS is wanted, not", argv[1]);
}

int kernel_phc(struct ctl *c, struct genl *g, int argc, char **argv)
{
	static const struct kernel_verb verbs[] = {
		{ "list", 0, 0, "list", list },
		{ "hold", 1, 64, "hold /dev/ptpN...", hold },
		{ "release", 1, 64, "release ptpN...", release },
		{ "read", 1, 2, "read ptpN [READINGS]", read_phc },
		{ "adjust", 2, 2, "adjust ptpN frequency=PPM|step=SECONDS|shift=SECONDS", adjust },
	};

	return kernel_run_verb(c, g, verbs, ARRAY_SIZE(verbs), argc, argv);
}
