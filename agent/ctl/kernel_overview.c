// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel without more words: the module, and what it does at the moment. */
#include <stdio.h>

#include "ctl/format.h"
#include "ctl/kernel.h"

static json_t *caps_json(const struct kernel_caps *caps)
{
	json_t *features = json_array();

	for (unsigned int i = 0; kernel_feature_name(i); i++)
		if (caps->features & 1u << i)
			json_array_append_new(features, json_string(kernel_feature_name(i)));
	return json_pack("{s:b, s:s, s:i, s:o}", "loaded", 1, "release", caps->release,
			 "api_version", (int)caps->api_version, "features", features);
}

static void show_module(struct ctl *c, const json_t *module)
{
	const json_t *features = json_object_get(module, "features"), *f;
	size_t i;

	fprintf(c->out, "Module as_timesync %s\nFeatures", member_text(module, "release").s);
	json_array_foreach(features, i, f)
		fprintf(c->out, " %s", json_string_value(f));
	fputc('\n', c->out);
}

int kernel_overview(struct ctl *c)
{
	struct genl *g = kernel_connect(c);
	struct kernel_caps caps;
	json_t *o;
	int r;

	if (!g)
		return CTL_UNREACHABLE;
	r = kernel_caps_get(g, &caps);
	if (r) {
		r = kernel_failed(c, g, r, "the kernel module");
		genl_close(g);
		return r;
	}
	o = caps_json(&caps);
	if (!ctl_print_json(c, o))
		show_module(c, o);
	json_decref(o);
	genl_close(g);
	return CTL_OK;
}
