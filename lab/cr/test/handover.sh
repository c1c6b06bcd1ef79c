# SPDX-License-Identifier: GPL-2.0-only
# Faults at each step of a hand-over, without connections; part of run.sh, whose functions it uses. docs/hand-over.md has
# the table of which this is a part.

runs_in() { # namespace pid: it is there, and counts
	local size
	in_ns "$1" kill -0 "$2" 2>/dev/null || return 1
	size=$(stat -c %s "$out")
	until_true 10 grown "$out" "$size"
}

begin_counting() { # name
	out="$work/handover.$1"
	run_in "$origin" "$out" "$dir/test/cr/refused" nothing
	until_true 10 has '^1$' "$out"
	pid=$(inner "$origin" "cr/refused nothing")
}

faulty() { # fault [timeout] [doubt]
	in_ns "$origin" "$dir/bin/cr_checkpoint" --to "127.0.0.1:$port" --secret-file "$work/secret" --timeout "${2:-20}" \
		--doubt "${3:-20}" --fault "$1" "$pid" >"$work/json" 2>"$work/said"
}

resolve_in() { # namespace arguments...: $work/json has what it says
	in_ns "$1" "$dir/bin/cr_resolve" "${@:2}" >"$work/json" 2>"$work/said"
}

id() { sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' "$work/json" | tail -n 1; }
facts() { cat "$work/json" "$work/said" "$work/receiver.said" 2>&1; in_ns "$origin" "$dir/bin/cr_resolve" | tail -n 1; in_ns "$destination" "$dir/bin/cr_resolve" | tail -n 1; }

# Exactly there, and nothing is left of it elsewhere.
only_in() { # here|there|nowhere
	case $1 in
	here) runs_in "$origin" "$pid" && until_true 10 gone "$destination" "$pid" ;;
	there) runs_in "$destination" "$pid" && until_true 10 gone "$origin" "$pid" ;;
	nowhere) until_true 10 gone "$origin" "$pid" && until_true 10 gone "$destination" "$pid" ;;
	esac
}

end_counting() {
	in_ns "$origin" kill -KILL "$pid" 2>/dev/null
	in_ns "$destination" kill -KILL "$pid" 2>/dev/null
	until_true 10 gone "$origin" "$pid" && until_true 10 gone "$destination" "$pid"
}

test_fault() { # fault exit-code status where
	local code
	begin_counting "$1"
	faulty "$1" 3
	code=$?
	[ $code = "$2" ] && { [ -z "$3" ] || status_is "$3"; }
	report $? "$1: exit code $2${3:+, status $3}" "exit $code; $(facts)"
	only_in "$4"
	report $? "$1: the process is $4" "$(facts)"
	end_counting
}

last_in() { in_ns "$1" "$dir/bin/cr_resolve" | tail -n 1 >"$work/json"; }

# The destination hears the commit and stays silent: in doubt, until it goes on, or is killed.
test_silent() { # step then status where
	begin_counting "silent.$1.$2"
	faulty "stop@$1" 1 1
	[ $? = 2 ] && status_is in-doubt
	report $? "$1, silent: in doubt" "$(facts)"
	local hand_over size
	hand_over=$(id)
	size=$(stat -c %s "$out")
	in_ns "$destination" kill "-$2" "$pid"
	until_true 20 resolves "$3"
	report $? "$1, silent, then $2: cr_resolve says $3" "$(facts)"
	only_in "$4"
	report $? "$1, silent, then $2: the process is $4" "$(facts)"
	end_counting
}
resolves() { resolve_in "$origin" --secret-file "$work/secret" --other "127.0.0.1:$port" "$hand_over"; status_is "$1"; }

# Nobody will answer any more: an operator decides.
test_decided() { # option code status where
	begin_counting "operator$1"
	faulty stop@destination-prepared 1 1
	local hand_over
	hand_over=$(id)
	in_ns "$destination" kill -KILL "$pid"
	resolve_in "$origin" "$1" "$hand_over"
	[ $? = "$2" ] && status_is "$3"
	report $? "operator, $1: $3" "$(facts)"
	only_in "$4"
	report $? "operator, $1: the process is $4" "$(facts)"
	resolve_in "$origin" --keep "$hand_over"
	status_is "$3"
	report $? "operator, $1: what is settled stays as it is" "$(facts)"
	end_counting
}

# The tool dies while the destination is silent: nobody asks until cr_resolve does.
test_tool_dies_in_doubt() {
	begin_counting tool
	faulty kill@tool-doubt,stop@destination-told 1 20
	[ $? = 137 ] && runs_no_longer "$out"
	report $? "the tool dies in doubt: the process stays frozen" "$(facts)"
	in_ns "$destination" kill -CONT "$pid"
	until_true 10 resolves_all
	report $? "the tool dies in doubt: cr_resolve settles it" "$(facts)"
	only_in there
	report $? "the tool dies in doubt: the process is there" "$(facts)"
	end_counting
}
resolves_all() { resolve_in "$origin" --secret-file "$work/secret" --other "127.0.0.1:$port"; }
runs_no_longer() { in_ns "$origin" kill -0 "$pid" && ! until_true 1 grown "$1" "$(stat -c %s "$1")"; }

# The origin's process is killed with the destination's answer unread: the stream ends by a reset, of which a whole copy
# can make nothing. It asks.
test_copy_asks() {
	begin_counting asks
	faulty stop@origin-sent 3 1 &
	local moving=$!
	until_true 10 prepared && in_ns "$origin" kill -KILL "$pid"
	wait $moving
	[ $? = 3 ] && status_is lost
	local code=$?
	kill -CONT "${started[-1]}" # nsenter, which stops when its child does
	report $code "the origin's process is killed before the commit: lost" "$(facts)"
	only_in nowhere
	report $? "its copy asks, and ends" "$(facts)"
	last_in "$destination" && status_is kept
	report $? "its ledger says so" "$(facts)"
	end_counting
}
prepared() { last_in "$destination" && status_is in-doubt && [ "$(id)" = "$(in_ns "$origin" "$dir/bin/cr_resolve" | sed -n '$s/.*"id":"\([0-9a-f]*\)".*/\1/p')" ]; }

# The tool that writes the file dies: the file's name tells what became of the process.
test_file_faults() { # step status where
	begin_counting "file.$1"
	local hand_over
	in_ns "$origin" "$dir/bin/cr_checkpoint" -f "$work/$1.image" --fault "kill@$1" "$pid" >"$work/json" 2>"$work/said"
	[ $? = 137 ] && until_true 10 in_doubt
	report $? "file, $1: the tool dies, the process is in doubt" "$(facts)"
	last_in "$origin"
	hand_over=$(id)
	resolve_in "$origin" "$hand_over"
	[ $? = 0 ] && status_is "$2"
	report $? "file, $1: cr_resolve says $2" "$(facts)"
	only_in "$3" && [ ! -e "$work/$1.image.partial" ] && { [ "$3" = here ] || [ -e "$work/$1.image" ]; }
	report $? "file, $1: the process is $3, and of the file no part is left" "$(facts; ls "$work")"
	end_counting
}
in_doubt() { last_in "$origin" && status_is in-doubt; }

test_hand_over() {
	test_fault kill@tool-ready 137 "" here
	resolves_all && status_is kept
	report $? "kill@tool-ready: cr_resolve says so" "$(facts)"
	test_fault kill@tool-handed 137 "" there
	test_fault kill@origin-image 3 lost nowhere
	test_fault kill@origin-decided 3 lost nowhere
	test_fault kill@origin-committed 0 ok there
	test_fault kill@origin-resumed 0 ok there
	test_fault kill@destination-prepared 1 aborted here
	test_fault kill@destination-told 1 aborted here
	test_fault kill@destination-moved 3 lost nowhere
	test_fault kill@destination-active 3 lost nowhere
	test_silent destination-prepared CONT moved there
	test_silent destination-told CONT moved there
	test_silent destination-told KILL kept here
	test_decided --keep 0 kept here
	test_decided --give-up 3 lost nowhere
	test_tool_dies_in_doubt
	test_copy_asks
	test_file_faults tool-prepared kept here
	test_file_faults tool-published moved nowhere
}
