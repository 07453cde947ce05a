#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Turn the netlink contract into tables for the tests.

	contract.py SPEC.yaml >contract_table.h

Numbers are counted here from the spec, independently of the generator that wrote
the uapi header; the output asserts that both agree.
"""

import sys

import yaml

KINDS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "s32": 4, "s64": 8}


def c_name(name):
    return name.replace("-", "_")


class Contract:
    def __init__(self, spec):
        self.spec = spec
        self.defs = {d["name"]: d for d in spec["definitions"]}
        self.sets = {s["name"]: s for s in spec["attribute-sets"]}
        self.out = []

    def emit(self, text):
        self.out.append(text)

    def number(self, value):
        """A limit: a number or the name of a constant."""
        return self.defs[value]["value"] if value in self.defs else int(value)

    def mask(self, flags):
        return (1 << len(self.defs[flags]["entries"])) - 1

    def attribute(self, attr_set, attr, number):
        checks = attr.get("checks", {})
        unknown = set(checks) - {"min", "max", "flags-mask", "exact-len"}
        if unknown:
            sys.exit(f"contract.py: {attr['name']} has checks unknown here: {unknown}")
        kind = attr["type"]
        fields = [f'.name = "{attr["name"]}"', f".type = {number}", f".kind = KIND_{kind.upper()}"]
        if kind in KINDS:
            fields.append(f".len = {KINDS[kind]}")
        if "exact-len" in checks:
            fields.append(f".len = {self.number(checks['exact-len'])}")
        if "min" in checks:
            fields.append(f".has_min = true, .min = {self.number(checks['min'])}")
        if "max" in checks:
            fields.append(f".has_max = true, .max = {self.number(checks['max'])}")
        if "flags-mask" in checks:
            fields.append(f".mask = {self.mask(checks['flags-mask'])}")
        if attr.get("multi-attr"):
            fields.append(".multi = true")
        if kind == "nest":
            fields.append(f".nested = &set_{c_name(attr['nested-attributes'])}")
        constant = (attr_set["name-prefix"] + attr["name"]).upper().replace("-", "_")
        self.emit(f"_Static_assert({constant} == {number}, \"{constant}\");")
        return "\t{ " + ", ".join(fields) + " },"

    def attribute_set(self, name, done):
        if name in done:
            return
        done.add(name)
        attr_set = self.sets[name]
        for attr in attr_set["attributes"]:
            if "nested-attributes" in attr:
                self.attribute_set(attr["nested-attributes"], done)
        rows = [self.attribute(attr_set, attr, number)
                for number, attr in enumerate(attr_set["attributes"], 1)]
        self.emit(f"static const struct spec_attr attrs_{c_name(name)}[] = {{")
        self.out += rows
        self.emit("};")
        self.emit(f"static const struct spec_set set_{c_name(name)} = {{")
        self.emit(f'\t"{name}", attrs_{c_name(name)}, {len(rows)},')
        self.emit("};\n")

    def types(self, operation, mode, part):
        """The attributes that a message carries, a list that ends with 0."""
        attr_set = self.sets[operation["attribute-set"]]
        order = [a["name"] for a in attr_set["attributes"]]
        names = operation.get(mode, {}).get(part, {}).get("attributes", [])
        return ", ".join(str(order.index(name) + 1) for name in names) + (", 0" if names else "0")

    def command(self, operation, number):
        name = operation["name"]
        constant = (self.spec["operations"]["name-prefix"] + name).upper().replace("-", "_")
        self.emit(f"_Static_assert({constant} == {number}, \"{constant}\");")
        if not {"do", "dump"} & set(operation):
            return None
        self.emit(f"static const struct spec_cmd cmd_{c_name(name)} = {{")
        self.emit(f'\t.name = "{name}", .id = {number},')
        self.emit(f"\t.set = &set_{c_name(operation['attribute-set'])},")
        self.emit(f"\t.admin = {str('uns-admin-perm' in operation.get('flags', [])).lower()},")
        for mode in ("do", "dump"):
            if mode in operation:
                self.emit(f"\t.has_{mode} = true,")
                self.emit(f"\t.{mode}_reply = {{ {self.types(operation, mode, 'reply')} }},")
        self.emit(f"\t.request = {{ {self.types(operation, 'do', 'request')} }},")
        self.emit("};\n")
        return c_name(name)

    def text(self):
        self.emit("/* SPDX-License-Identifier: GPL-2.0 */")
        self.emit("/* Made by contract.py of the spec; in no repository. */\n")
        done = set()
        for name in self.sets:
            self.attribute_set(name, done)
        names = [self.command(operation, number)
                 for number, operation in enumerate(self.spec["operations"]["list"])]
        names = [name for name in names if name]
        self.emit("static const struct spec_cmd *const commands[] = {")
        self.out += [f"\t&cmd_{name}," for name in names]
        self.emit("};\n")
        self.emit("/* A variant of a test's fixture for each command. */")
        self.emit("#define ADD_COMMANDS(fixture) \\")
        self.emit(" \\\n".join(f"\tFIXTURE_VARIANT_ADD(fixture, {name}) {{ .cmd = &cmd_{name} }};"
                               for name in names))
        self.emit("\n/* Of a fixture that adds its variants by hand: fails to build if one is missing. */")
        self.emit("#define EACH_COMMAND(fixture) \\")
        self.emit(", \\\n".join(f"\t_ ## fixture ## _{name}_variant.cmd" for name in names))
        return "\n".join(self.out)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        print(Contract(yaml.safe_load(file)).text())


main()
