# SPDX-License-Identifier: GPL-2.0
#
# From what run_kselftest.sh prints, KTAP in KTAP, one flat list of results: each
# case with the name of its program before it, and for each program whether it ran
# to its end as planned. run_kselftest.sh itself never fails.

function result(ok, name) {
	print (ok ? "ok " : "not ok ") ++count " - " name
	fflush()
}

# Results of a program are a comment to the one who runs it.
/^# (not )?ok [0-9]+ / {
	ok = $2 == "ok"
	sub(/^# (not )?ok [0-9]+ (- )?/, "")
	if (!ok)
		bad++
	cases++
	result(ok, program ": " $0)
	next
}
/^# 1\.\.[0-9]+/ {
	planned = 1
	plan = substr($2, 4) + 0
	if (plan == 0)
		result(1, program ": all # SKIP " $0)
	next
}
/^# selftests: / {
	program = $NF
	planned = plan = cases = bad = 0
	next
}
/^1\.\.[0-9]+/ {
	programs += substr($1, 4)
	next
}
/^(not )?ok [0-9]+ selftests: / {
	ended++
	ok = planned && cases == plan && (($1 == "ok") == (bad == 0))
	result(ok, program ": ran to its end")
	if (!ok)
		print "# " $0 ": planned " plan ", ran " cases ", failed " bad + 0
	next
}
/^TAP version|^# TAP version|^# timeout set to/ { next }
{ print }
END {
	result(programs > 0 && ended == programs, "all programs ran")
	print "1.." count
}
