// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of more than one key: strings, lists of them, names of interfaces. */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "config_value.h"

int config_no_memory(struct config_loader *l, const config_setting_t *s)
{
	config_fail(l, s, NULL, "there is no memory left; make the configuration smaller");
	return -ENOMEM;
}

/* Room for one more element; *room is what is allocated. */
int config_grow(struct config_loader *l, const config_setting_t *s, void *array, size_t element,
		unsigned int n, unsigned int *room, unsigned int max)
{
	void **a = array, *p;
	unsigned int size = *room ? 2 * *room : 8;

	if (n >= max)
		return config_fail(l, s, NULL, "is one too many; at most %u are possible", max);
	if (n < *room)
		return 0;
	p = realloc(*a, size * element);
	if (!p)
		return config_no_memory(l, s);
	*a = p;
	*room = size;
	return 0;
}

int config_set_string(struct config_loader *l, const config_setting_t *s, const char *v, char **to)
{
	char *copy = strdup(v);

	if (!copy)
		return config_no_memory(l, s);
	free(*to);
	*to = copy;
	return 0;
}

int config_add_string(struct config_loader *l, const config_setting_t *s, const char *text,
		      void *obj)
{
	struct config_list *list = obj;
	int r;

	if (!list->valid(text))
		return config_fail(l, s, NULL, "\"%.64s\" is impossible; write %s", text, list->want);
	for (unsigned int i = 0; i < list->n; i++)
		if (!strcmp(list->v[i], text))
			return config_fail(l, s, NULL, "\"%.64s\" is given twice; keep one", text);
	r = config_grow(l, s, &list->v, sizeof(*list->v), list->n, &list->room, list->max);
	if (r)
		return r;
	list->v[list->n] = strdup(text);
	if (!list->v[list->n])
		return config_no_memory(l, s);
	list->n++;
	return 0;
}

bool config_interface_valid(const char *s)
{
	size_t n = strlen(s);

	if (!n || n >= IF_NAMESIZE || !strcmp(s, ".") || !strcmp(s, ".."))
		return false;
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || *s == '/' || *s == ':' || *s == '%')
			return false;
	return true;
}

int config_interfaces(struct config_loader *l, const config_setting_t *s, char ***v,
		      unsigned int *n)
{
	struct config_list list = {
		.max = CONFIG_INTERFACES_MAX, .valid = config_interface_valid,
		.want = "the name of a network interface, as in \"eth0\"",
	};
	int r = config_strings(l, s, list.max, "a name or a list of names, as in [ \"eth0\" ]",
			       config_add_string, &list);

	*v = list.v;
	*n = list.n;
	return r;
}
